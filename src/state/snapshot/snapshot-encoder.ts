// Writes one subtask's snapshot as the bytes of one file, piece by piece, so that a large state is never in memory as a
// whole. hot path: every snapshot byte passes it. Thread: the slot's.
//   file = | magic "MRSS" | format version: u32 | payload | index: JSON, UTF-8 | index bytes: u32 | CRC-32 of the index: u32 | end magic: u32 |
// Invariant: offsets in the index count from the start of the payload; the pieces of one index entry (a *run*) are
// contiguous. A section that is written bit by bit has several runs.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';
import { DataOutput } from '#core/serialization/data-output';
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

/** Where the bytes of the file go, in their order. They are valid during the call. */
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
    const run = new Run(this.#isCompressed ? COMPRESSED_RUN_BYTES : RUN_BYTES, (pieces) => this.#write(header, pieces));
    this.#open.push(run);
    return run;
  }

  /** A section whose pieces are all there, as one run: those of a file set belong to its files by their number. */
  whole(header: SectionHeader, pieces: readonly Uint8Array[]): void {
    let checksum = 0;
    let bytes = 0;
    for (const piece of pieces) {
      checksum = crc32(piece, 0, piece.length, checksum);
      bytes += piece.length;
      this.#sink(piece);
    }
    this.#add({ ...header, lengths: pieces.map((piece) => piece.length), offset: this.#payloadBytes, crc32: checksum }, bytes);
  }

  /** Ends the file: nothing is added afterwards. */
  finish(): void {
    for (const run of this.#open) run.finish();
    const indexBytes = Buffer.from(JSON.stringify(this.index), 'utf8');
    this.#sink(indexBytes);
    const trailer = new DataView(new ArrayBuffer(SNAPSHOT_TRAILER_BYTES));
    trailer.setUint32(0, indexBytes.length, true);
    trailer.setUint32(4, crc32(indexBytes), true);
    trailer.setUint32(8, SNAPSHOT_END_MAGIC, true);
    this.#sink(new Uint8Array(trailer.buffer));
  }

  #write(header: SectionHeader, { bytes: plain, lengths, keyGroups }: RunPieces): void {
    assert(header.mode === 'keyed' || keyGroups.every((keyGroup) => keyGroup < 0), 'only pieces of keyed sections have a key group');
    const compressed = this.#isCompressed ? compressRun(plain) : undefined;
    const bytes = compressed ?? plain;
    this.#sink(bytes);
    this.#add({ ...header, ...(header.mode === 'keyed' ? { keyGroups } : {}), lengths, offset: this.#payloadBytes, crc32: crc32(bytes), ...(compressed === undefined ? {} : { compressedBytes: bytes.length }) }, bytes.length);
  }

  #add(run: SectionIndex, bytes: number): void {
    this.index.push(run);
    this.#payloadBytes += bytes;
  }
}

interface RunPieces {
  /** All pieces, one behind the other; valid during the call. */
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
  readonly keyGroups: readonly number[];
}

/** The pieces of a section that are not written yet. They are copied into one buffer for all runs: V8 collects the whole heap for every few dozen MiB of new buffers. */
export class Run {
  readonly #bytesMax: number;
  readonly #write: (pieces: RunPieces) => void;
  readonly #pieces = new DataOutput();
  #lengths: number[] = [];
  #keyGroups: number[] = [];
  #isUnwritten = true;

  constructor(bytesMax: number, write: (pieces: RunPieces) => void) {
    this.#bytesMax = bytesMax;
    this.#write = write;
  }

  /** The piece may change afterwards. @param keyGroup -1 for a piece of another section, and for one of a keyed section that is of all its groups. */
  add(keyGroup: number, piece: Uint8Array): void {
    if (piece.length >= this.#bytesMax) {
      this.#flush();
      this.#isUnwritten = false;
      this.#write({ bytes: piece, lengths: [piece.length], keyGroups: [keyGroup] });
      return;
    }
    this.#pieces.writeBytes(piece);
    this.#lengths.push(piece.length);
    this.#keyGroups.push(keyGroup);
    if (this.#pieces.length >= this.#bytesMax) this.#flush();
  }

  /** Writes what is left; a section without pieces has an empty run. */
  finish(): void {
    if (this.#isUnwritten && this.#lengths.length === 0) this.#write({ bytes: this.#pieces.view(), lengths: [], keyGroups: [] });
    this.#flush();
  }

  #flush(): void {
    if (this.#lengths.length === 0) return;
    this.#isUnwritten = false;
    this.#write({ bytes: this.#pieces.view(), lengths: this.#lengths, keyGroups: this.#keyGroups });
    this.#lengths = [];
    this.#keyGroups = [];
    this.#pieces.reset();
  }
}
