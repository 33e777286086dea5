// Bytes of one keyed section while they are made: a buffer per key group, given away in pieces of whole entries. Entries
// may be added at any time, given only when a SnapshotOutput is at hand. hot path while a snapshot runs. Thread: the
// slot's. Invariant: entries of a group are given in the order in which they were added.
import { assert } from '#core/assert';
import { DataOutput } from '#core/serialization/data-output';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import type { KeyedSectionHeader, KeyedSectionOutput, SnapshotOutput } from '#state/snapshot/deferred-snapshot';

/** A group's buffer is given when it holds its share of these: together they should stay in the processor's cache. */
const BUFFERED_BYTES = 1 << 20;
const PIECE_BYTES_MIN = 4 * 1024;
const PIECE_BYTES_MAX = 32 * 1024;

export class GroupedOutput {
  readonly #header: KeyedSectionHeader;
  readonly #range: KeyGroupRange;
  readonly #beginPiece: ((output: DataOutput, keyGroup: number) => void) | undefined;
  readonly #outputs: (DataOutput | undefined)[] = [];
  /** Groups whose buffers are full, and a mark for each. */
  #full: number[] = [];
  readonly #isFull: Uint8Array;
  readonly #pieceBytes: number;
  /** Pieces that were made elsewhere. */
  #pieces: { readonly keyGroup: number; readonly bytes: Uint8Array }[] = [];
  #section: KeyedSectionOutput | undefined;

  /** @param beginPiece writes what every piece starts with. */
  constructor(header: KeyedSectionHeader, range: KeyGroupRange, beginPiece?: (output: DataOutput, keyGroup: number) => void) {
    this.#header = header;
    this.#range = range;
    this.#beginPiece = beginPiece;
    for (let group = range.start; group <= range.end; group++) this.#outputs.push(undefined);
    this.#isFull = new Uint8Array(this.#outputs.length);
    this.#pieceBytes = Math.max(PIECE_BYTES_MIN, Math.min(PIECE_BYTES_MAX, Math.floor(BUFFERED_BYTES / this.#outputs.length)));
  }

  /** Where to append an entry of the key group; call `end` behind it. */
  begin(keyGroup: number): DataOutput {
    const index = keyGroup - this.#range.start;
    if (!(index >= 0 && index < this.#outputs.length)) assert(false, `a key of group ${keyGroup} lies in the subtask's groups ${this.#range.start} to ${this.#range.end}`);
    let output = this.#outputs[index];
    if (output === undefined) output = this.#outputs[index] = new DataOutput();
    if (output.length === 0) this.#beginPiece?.(output, keyGroup);
    return output;
  }

  /** The entry is whole. */
  end(keyGroup: number, output: DataOutput): void {
    if (output.length < this.#pieceBytes || this.#isFull[keyGroup - this.#range.start] !== 0) return;
    this.#isFull[keyGroup - this.#range.start] = 1;
    this.#full.push(keyGroup);
  }

  /** Adds a piece of whole entries as it is. The bytes belong to the output from then on. */
  add(keyGroup: number, bytes: Uint8Array): void {
    this.#pieces.push({ keyGroup, bytes });
  }

  /** Gives away full buffers. */
  giveFull(output: SnapshotOutput): void {
    if (this.#pieces.length > 0) this.#givePieces(output);
    if (this.#full.length === 0) return;
    const full = this.#full;
    this.#full = [];
    for (const keyGroup of full) this.#give(keyGroup, output);
  }

  /** Gives away everything; the section is made also when it is empty. */
  giveAll(output: SnapshotOutput): void {
    this.#full = [];
    this.#section ??= output.keyed(this.#header);
    this.#givePieces(output);
    for (let keyGroup = this.#range.start; keyGroup <= this.#range.end; keyGroup++) this.#give(keyGroup, output);
  }

  #givePieces(output: SnapshotOutput): void {
    this.#section ??= output.keyed(this.#header);
    for (const { keyGroup, bytes } of this.#pieces) this.#section.write(keyGroup, bytes);
    this.#pieces = [];
  }

  #give(keyGroup: number, output: SnapshotOutput): void {
    const bytes = this.#outputs[keyGroup - this.#range.start];
    if (bytes === undefined || bytes.length === 0) return;
    this.#isFull[keyGroup - this.#range.start] = 0;
    this.#section ??= output.keyed(this.#header);
    this.#section.write(keyGroup, bytes.view());
    bytes.reset();
  }
}
