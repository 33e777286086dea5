// Value per key as a JS value in an array by row. hot path. Chosen over packed bytes for values that are not numbers: a
// read is an array access, where bytes cost a decode per read (bench/state-bench.ts). Thread: the slot's.
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import { padRows } from '#state/heap/heap-cell';
import type { ValueCell } from '#state/keyed/state-cells';
import type { ValueCopier } from '#state/keyed/value-copier';
import type { StoredCodec } from '#state/keyed/stored-codec';

export class HeapValueCell<T> implements ValueCell<T>, HeapCell {
  readonly presence;
  readonly #context: KeyContext;
  readonly #copy: ValueCopier;
  readonly #codec: StoredCodec;
  readonly #values: unknown[] = [];

  constructor(context: KeyContext, codec: StoredCodec, copy: ValueCopier) {
    this.#context = context;
    this.#codec = codec;
    this.#copy = copy;
    this.presence = context.allocateBit();
  }

  value(): T | null {
    const row = this.#context.row();
    if (row < 0) return null;
    const value = this.#values[row];
    return value === undefined ? null : (value as T);
  }

  update(value: T | null): void {
    this.updateOwned((value === null || value === undefined ? value : this.#copy(value)) as T);
  }

  updateOwned(value: T): void {
    if (value === null || value === undefined) {
      this.clear();
      return;
    }
    const row = this.#context.rowForWrite();
    const values = this.#values;
    if (row >= values.length) padRows(values, row);
    if (values[row] === undefined) this.#context.markPresent(row, this.presence);
    values[row] = value;
  }

  clear(): void {
    const row = this.#context.row();
    if (row < 0 || this.#values[row] === undefined) return;
    this.#values[row] = undefined;
    this.#context.markAbsent(row, this.presence);
  }

  writeRow(row: number, output: DataOutput): void {
    this.#codec.writeValue(this.#values[row], output);
  }

  isKept(row: number): boolean {
    return this.#codec.isKept(this.#values[row]);
  }

  readEntry(input: DataInput, codec: StoredCodec): void {
    const value = codec.readValue(input);
    if (this.#codec.isKept(value)) this.updateOwned(value as T);
  }

  release(): void {
    this.#values.length = 0;
  }
}
