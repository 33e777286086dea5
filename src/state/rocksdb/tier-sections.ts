// The sections of a state of the RocksDB backend, and back: the format of state-section.ts, so that any backend reads them.
// Entries come from the database in key order, which is also the order of key groups. Thread: the slot's.
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import { codecOfSection } from '#state/keyed/state-section';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { TierAccess, TierCell } from '#state/rocksdb/tier-cell';
import type { TierKey } from '#state/rocksdb/tier-key';
import type { RestoredOperatorState } from '#state/snapshot/operator-snapshot';

export interface TierState {
  /** Of the user's state. */
  readonly name: string;
  /** Name of the section and of the column family, and the section's version. */
  readonly section: string;
  readonly version: number;
  readonly cell: TierCell;
  /** By role. */
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
  readonly ttlMs: number | undefined;
  /** Of sections, as the state is declared; undefined for timers. */
  readonly codec: StoredCodec | undefined;
}

/** A key group may come in several pieces, each of whole keys. The bytes belong to the receiver. */
export type WritePiece = (keyGroup: number, bytes: Uint8Array) => void;

/** A piece ends with the first key that makes it longer. */
const PIECE_BYTES = 64 << 10;

/** Throws STATE_MIGRATION_UNSUPPORTED or SNAPSHOT_VERSION_UNSUPPORTED before anything is read. */
export function readTierSections(pieces: ReturnType<RestoredOperatorState['keyed']>, state: TierState, access: TierAccess): void {
  const { key } = access;
  for (const piece of pieces) {
    const codec = codecOfSection(piece, state, state.codec!);
    const input = new DataInput(piece.bytes);
    while (input.remaining > 0) {
      key.set(key.serializer.read(input));
      state.cell.readEntry(input, codec);
    }
  }
}

/** Turns entries, given in key order, into pieces of a section. */
export class TierSectionWriter {
  readonly #cell: TierCell;
  readonly #key: TierKey;
  readonly #write: WritePiece;
  readonly #group = new DataOutput();
  readonly #entries = new DataOutput();
  readonly #input = new DataInput(new Uint8Array(0));
  /** Group and key of the map whose entries are gathered. */
  #prefix: Uint8Array = new Uint8Array(0);
  #entryCount = 0;
  #keyGroup = -1;

  constructor(cell: TierCell, key: TierKey, write: WritePiece) {
    this.#cell = cell;
    this.#key = key;
    this.#write = write;
  }

  add(bytes: Uint8Array, keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): void {
    const keyGroup = this.#key.keyGroupAt(bytes, keyOffset);
    if (!this.#cell.isMap) {
      if (keyGroup !== this.#keyGroup || this.#group.length > PIECE_BYTES) this.#endPiece(keyGroup);
      if (this.#cell.isKeyInside === true) {
        this.#cell.writeWhole!(bytes, keyOffset, keyLength, this.#group);
        return;
      }
      this.#entries.reset();
      if (!this.#cell.writeEntry(bytes, keyOffset + keyLength, keyOffset + keyLength, valueOffset, valueLength, this.#entries)) return;
      const { groupBytes } = this.#key;
      this.#group.writeBytes(bytes, keyOffset + groupBytes, keyLength - groupBytes);
      this.#group.writeBytes(this.#entries.view());
      return;
    }
    if (!startsWith(bytes, keyOffset, keyLength, this.#prefix)) {
      this.#endMap();
      if (keyGroup !== this.#keyGroup || this.#group.length > PIECE_BYTES) this.#endPiece(keyGroup);
      this.#prefix = bytes.slice(keyOffset, keyOffset + this.#key.prefixLengthIn(this.#input, bytes, keyOffset, keyLength));
    }
    if (this.#cell.writeEntry(bytes, keyOffset + this.#prefix.length, keyOffset + keyLength, valueOffset, valueLength, this.#entries)) this.#entryCount++;
  }

  /** After the last entry. */
  finish(): void {
    this.#endMap();
    this.#endPiece(-1);
  }

  #endMap(): void {
    if (this.#entryCount > 0) {
      this.#group.writeBytes(this.#prefix, this.#key.groupBytes);
      this.#group.writeVarUint(this.#entryCount);
      this.#group.writeBytes(this.#entries.view());
    }
    this.#entries.reset();
    this.#entryCount = 0;
  }

  #endPiece(nextGroup: number): void {
    if (this.#group.length > 0) this.#write(this.#keyGroup, this.#group.toBytes());
    this.#group.reset();
    this.#keyGroup = nextGroup;
  }
}

function startsWith(bytes: Uint8Array, offset: number, length: number, prefix: Uint8Array): boolean {
  if (prefix.length === 0 || length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[offset + i] !== prefix[i]) return false;
  return true;
}
