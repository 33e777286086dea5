// List per key as a JS array in an array by row; an empty list counts as none. hot path. Thread: the slot's.
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import { padRows, type HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { ListCell } from '#state/keyed/state-cells';
import type { ValueCopier } from '#state/keyed/value-copier';

const NO_VALUES: readonly never[] = Object.freeze([]);

export class HeapListCell<T> implements ListCell<T>, HeapCell {
  readonly presence;
  readonly #context: KeyContext;
  readonly #copy: ValueCopier;
  readonly #codec: StoredCodec;
  readonly #lists: (T[] | undefined)[] = [];

  constructor(context: KeyContext, codec: StoredCodec, copy: ValueCopier) {
    this.#context = context;
    this.#codec = codec;
    this.#copy = copy;
    this.presence = context.allocateBit();
  }

  /** The stored list itself: it changes with the state. */
  get(): readonly T[] {
    const row = this.#context.row();
    return row < 0 ? NO_VALUES : (this.#lists[row] ?? NO_VALUES);
  }

  add(value: T): void {
    this.addOwned(this.#copy(value) as T);
  }

  addOwned(value: T): void {
    const row = this.#context.rowForWrite();
    const list = this.#lists[row];
    if (list !== undefined) list.push(value);
    else this.#place(row, [value]);
  }

  addAll(values: readonly T[]): void {
    for (let i = 0; i < values.length; i++) this.add(values[i]!);
  }

  update(values: readonly T[]): void {
    this.updateOwned(values.map((value) => this.#copy(value) as T));
  }

  updateOwned(values: T[]): void {
    if (values.length === 0) this.clear();
    else this.#place(this.#context.rowForWrite(), values);
  }

  clear(): void {
    const row = this.#context.row();
    if (row < 0 || this.#lists[row] === undefined) return;
    this.#lists[row] = undefined;
    this.#context.markAbsent(row, this.presence);
  }

  isKept(row: number): boolean {
    return this.#lists[row]!.some((value) => this.#codec.isKept(value));
  }

  writeRow(row: number, output: DataOutput): void {
    const kept = this.#lists[row]!.filter((value) => this.#codec.isKept(value));
    output.writeVarUint(kept.length);
    for (const value of kept) this.#codec.writeValue(value, output);
  }

  readEntry(input: DataInput, codec: StoredCodec): void {
    const count = input.readVarUint();
    for (let i = 0; i < count; i++) {
      const value = codec.readValue(input);
      if (this.#codec.isKept(value)) this.addOwned(value as T);
    }
  }

  release(): void {
    this.#lists.length = 0;
  }

  #place(row: number, list: T[]): void {
    if (row >= this.#lists.length) padRows(this.#lists, row);
    if (this.#lists[row] === undefined) this.#context.markPresent(row, this.presence);
    this.#lists[row] = list;
  }
}
