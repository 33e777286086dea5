// Prototype: a column that stays readable as it was when a snapshot began. It is cut into chunks of 64 KiB; while a
// snapshot runs, the first write to a chunk copies it aside; chunks nobody writes to are read in place. See
// docs/decisions/0003-chunked-copy-on-write.md. Invariant: a chunk is `pending` until it was copied or saved, and only
// then written. One thread here; with a helper that reads in place the marks become Atomics (per chunk, not per row).

export const CHUNK_BYTES = 64 * 1024;
const ROWS_SHIFT = 13;
const ROWS_PER_CHUNK = 1 << ROWS_SHIFT;

export class CopyOnWriteColumn {
  readonly values: Float64Array;
  readonly #pending: Uint8Array;
  /** Copies made by writes; as large as the column here, a share of table memory in the engine. */
  readonly #copies: Float64Array;
  readonly #copyOf: Int32Array;
  #pendingCount = 0;
  #copyCount = 0;
  #nextSaved = 0;

  constructor(values: Float64Array) {
    this.values = values;
    const chunks = Math.ceil(values.length / ROWS_PER_CHUNK);
    this.#pending = new Uint8Array(chunks);
    this.#copies = new Float64Array(chunks * ROWS_PER_CHUNK).fill(1);
    this.#copyOf = new Int32Array(chunks);
  }

  /** Whether writes must go through updateChecked. */
  get isSnapshotRunning(): boolean {
    return this.#pendingCount > 0 || this.#nextSaved < this.#pending.length;
  }

  get copiedChunkCount(): number {
    return this.#copyCount;
  }

  begin(): void {
    this.#pending.fill(1);
    this.#copyOf.fill(-1);
    this.#pendingCount = this.#pending.length;
    this.#copyCount = 0;
    this.#nextSaved = 0;
  }

  /** values[row] += 1 with no snapshot running: the plain loop. */
  updatePlain(rows: Int32Array, count: number): void {
    const values = this.values;
    for (let i = 0; i < count; i++) values[rows[i]!]! += 1;
  }

  /** The same while a snapshot runs: one byte is looked at per row. */
  updateChecked(rows: Int32Array, count: number): void {
    const values = this.values;
    const pending = this.#pending;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (pending[row >>> ROWS_SHIFT] !== 0) this.#copyChunk(row >>> ROWS_SHIFT);
      values[row]! += 1;
    }
  }

  /** Hands the next chunk as it was at `begin` to the writer; false when all were saved. */
  saveNext(target: Float64Array): boolean {
    const chunk = this.#nextSaved;
    if (chunk === this.#pending.length) return false;
    this.#nextSaved++;
    const copy = this.#copyOf[chunk]!;
    const source = copy >= 0 ? this.#copies : this.values;
    const start = (copy >= 0 ? copy : chunk) * ROWS_PER_CHUNK;
    target.set(source.subarray(start, Math.min(start + ROWS_PER_CHUNK, source.length)));
    if (this.#pending[chunk] !== 0) this.#settle(chunk);
    return true;
  }

  #copyChunk(chunk: number): void {
    const start = chunk * ROWS_PER_CHUNK;
    this.#copies.set(this.values.subarray(start, start + ROWS_PER_CHUNK), this.#copyCount * ROWS_PER_CHUNK);
    this.#copyOf[chunk] = this.#copyCount++;
    this.#settle(chunk);
  }

  #settle(chunk: number): void {
    this.#pending[chunk] = 0;
    this.#pendingCount--;
  }
}
