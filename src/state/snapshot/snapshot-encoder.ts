// Writes one subtask's snapshot as the bytes of one file, piece by piece, so that a large state is never in memory as a
// whole. hot path: every snapshot byte passes it. Thread: the slot's.
//   file = | magic "MRSS" | format version: u32 | payload | index: JSON, UTF-8 | index bytes: u32 | CRC-32 of the index: u32 | end magic: u32 |
// Invariant: offsets in the index count from the start of the payload; the pieces of one index entry (a *run*) are
// contiguous. A section that is written bit by bit has several runs.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import { crc32 } from '#state/snapshot/crc32';
import type { OperatorSection } from '#state/snapshot/operator-snapshot';
import { COMPRESSED_RUN_BYTES, compressRun } from '#state/snapshot/run-compression';

export const SNAPSHOT_MAGIC = 0x5353524d;
export const SNAPSHOT_END_MAGIC = 0x4d525353;
export const SUBTASK_SNAPSHOT_VERSION = 2;
/** Has compressed runs; all else is as in the version before. */
export const COMPRESSED_SNAPSHOT_VERSION = 3;
export const SNAPSHOT_HEADER_BYTES = 8;
export const SNAPSHOT_TRAILER_BYTES = 12;
/** Bytes of a section that make a run, where several sections are written at a time. */
const RUN_BYTES = 256 * 1024;

/** A file of a file set: in the payload of the snapshot file, or stored once for many checkpoints. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
  readonly sharedId?: string;
  /** Of a shared file: where it lies, relative to the directory of the snapshot file. */
  readonly path?: string;
  /** Of a shared file; others have that of their run. */
  readonly crc32?: number;
}

export interface SectionIndex {
  readonly operatorId: string;
  readonly name: string;
  readonly version: number;
  readonly mode: 'keyed' | 'files' | OperatorSection['mode'];
  readonly serializers?: Readonly<Record<string, SerializerSnapshot>>;
  /** Key group of each piece, ALL_KEY_GROUPS for one that all of them refer to; absent for other sections. */
  readonly keyGroups?: readonly number[];
  /** Of a file set: its pieces are the properties and then each file, empty for a shared one. */
  readonly keyGroupRange?: KeyGroupRange;
  readonly files?: readonly StoredFile[];
  /** Bytes of each piece, one after another from `offset`. */
  readonly lengths: readonly number[];
  readonly offset: number;
  /** Of what lies in the file. */
  readonly crc32: number;
  /** Bytes in the file where they are compressed, the pieces as one. */
  readonly compressedBytes?: number;
}

export type SectionHeader = Omit<SectionIndex, 'lengths' | 'offset' | 'crc32' | 'keyGroups' | 'compressedBytes'>;

/** Where the bytes of the file go, in their order. They must not be changed afterwards. */
export type ByteSink = (bytes: Uint8Array) => void;

export class SnapshotEncoder {
  readonly index: SectionIndex[] = [];
  readonly #sink: ByteSink;
  readonly #open: Run[] = [];
  readonly #isCompressed: boolean;
  #payloadBytes = 0;

  /** File sets are never compressed: their backend has done it. */
  constructor(sink: ByteSink, { isCompressed = false }: { readonly isCompressed?: boolean } = {}) {
    this.#sink = sink;
    this.#isCompressed = isCompressed;
    const header = new DataView(new ArrayBuffer(SNAPSHOT_HEADER_BYTES));
    header.setUint32(0, SNAPSHOT_MAGIC, true);
    header.setUint32(4, isCompressed ? COMPRESSED_SNAPSHOT_VERSION : SUBTASK_SNAPSHOT_VERSION, true);
    sink(new Uint8Array(header.buffer));
  }

  /** Begins a section; pieces may be added to several in turn. A section without pieces is kept. */
  section(header: SectionHeader): Run {
    // The pieces of a file set belong to its files by their number.
    const bytesMax = header.mode === 'files' ? Infinity : this.#isCompressed ? COMPRESSED_RUN_BYTES : RUN_BYTES;
    const run = new Run(header, bytesMax, (full) => this.#write(full));
    this.#open.push(run);
    return run;
  }

  /** Ends the file: nothing is added afterwards. */
  finish(): void {
    for (const run of this.#open) if (run.pieces.length > 0 || run.isUnwritten) this.#write(run);
    const indexBytes = Buffer.from(JSON.stringify(this.index), 'utf8');
    this.#sink(indexBytes);
    const trailer = new DataView(new ArrayBuffer(SNAPSHOT_TRAILER_BYTES));
    trailer.setUint32(0, indexBytes.length, true);
    trailer.setUint32(4, crc32(indexBytes), true);
    trailer.setUint32(8, SNAPSHOT_END_MAGIC, true);
    this.#sink(new Uint8Array(trailer.buffer));
  }

  #write(run: Run): void {
    const { pieces, keyGroups, header } = run;
    const compressed = this.#isCompressed && header.mode !== 'files' ? compressRun(Buffer.concat(pieces)) : undefined;
    let checksum = 0;
    let bytes = 0;
    for (const piece of compressed === undefined ? pieces : [compressed]) {
      checksum = crc32(piece, 0, piece.length, checksum);
      bytes += piece.length;
      this.#sink(piece);
    }
    this.index.push({ ...header, ...(header.mode === 'keyed' ? { keyGroups } : {}), lengths: pieces.map((piece) => piece.length), offset: this.#payloadBytes, crc32: checksum, ...(compressed === undefined ? {} : { compressedBytes: bytes }) });
    this.#payloadBytes += bytes;
    run.clear();
  }
}

/** The pieces of a section that are not written yet. */
export class Run {
  readonly header: SectionHeader;
  pieces: Uint8Array[] = [];
  keyGroups: number[] = [];
  isUnwritten = true;
  readonly #bytesMax: number;
  readonly #onFull: (run: Run) => void;
  #bytes = 0;

  constructor(header: SectionHeader, bytesMax: number, onFull: (run: Run) => void) {
    this.header = header;
    this.#bytesMax = bytesMax;
    this.#onFull = onFull;
  }

  /** @param keyGroup -1 for a piece of another section, and for one of a keyed section that is of all its groups. */
  add(keyGroup: number, piece: Uint8Array): void {
    assert(keyGroup < 0 || this.header.mode === 'keyed', 'only pieces of keyed sections have a key group');
    this.pieces.push(piece);
    this.keyGroups.push(keyGroup);
    this.#bytes += piece.length;
    if (this.#bytes >= this.#bytesMax) this.#onFull(this);
  }

  clear(): void {
    this.pieces = [];
    this.keyGroups = [];
    this.#bytes = 0;
    this.isUnwritten = false;
  }
}
