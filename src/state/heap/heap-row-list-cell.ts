// List per key of rows that only come: they lie in an archive of managed memory, where each knows the next one of its list, and a key
// knows the first and the last. hot path. Thread: the slot's.
import type { RowView } from '#core/codegen/row-view';
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import type { ArchivedCell, CutCell, HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { ViewListCell } from '#state/keyed/state-cells';
import type { ColumnView } from '#state/tables/chunked-cut';
import { RowArchive } from '#state/tables/row-archive';

const ABSENT = -1;
const NO_VALUES: readonly never[] = Object.freeze([]);

export class HeapRowListCell<T extends object> implements ViewListCell<T>, HeapCell {
  readonly presence;
  readonly archived: ArchivedCell;
  readonly #context: KeyContext;
  readonly #archive: RowArchive;
  /** Columns of the key: ids of its first and last row + 1. */
  readonly #head: number;
  readonly #tail: number;

  private constructor(context: KeyContext, archive: RowArchive) {
    this.#context = context;
    this.#archive = archive;
    this.#head = context.table.columns.addI32();
    this.#tail = context.table.columns.addI32();
    this.presence = context.allocateBit();
    this.archived = { references: this.#referencesCell(), hold: () => archive.hold() };
  }

  /** Undefined where rows of the type cannot be archived. */
  static create<T extends object>(context: KeyContext, type: TypeInformation | undefined): HeapRowListCell<T> | undefined {
    const { memory, owner } = context.table.columns;
    const archive = type === undefined ? undefined : RowArchive.create(memory, owner, type);
    return archive === undefined ? undefined : new HeapRowListCell<T>(context, archive);
  }

  get(): readonly T[] {
    let id = this.first();
    if (id === ABSENT) return NO_VALUES;
    const values: T[] = [];
    for (; id !== ABSENT; id = this.#archive.nextOf(id)) values.push(this.#archive.read(id) as T);
    return values;
  }

  first(): number {
    const row = this.#context.row();
    return row < 0 ? ABSENT : this.#context.table.columns.i32[this.#head]![row]! - 1;
  }

  next(id: number): number {
    return this.#archive.nextOf(id);
  }

  at(id: number): T {
    return this.#archive.at(id) as T;
  }

  read(id: number): T {
    return this.#archive.read(id) as T;
  }

  addView(view: RowView): void {
    this.#append(this.#archive.addView(view));
  }

  add(value: T): void {
    this.addOwned(value);
  }

  addOwned(value: T): void {
    this.#append(this.#archive.addRow(value));
  }

  addAll(values: readonly T[]): void {
    for (let i = 0; i < values.length; i++) this.addOwned(values[i]!);
  }

  update(values: readonly T[]): void {
    this.clear();
    this.addAll(values);
  }

  updateOwned(values: T[]): void {
    this.update(values);
  }

  clear(): void {
    const row = this.#context.row();
    if (row < 0) return;
    const { columns } = this.#context.table;
    let id = columns.i32[this.#head]![row]! - 1;
    if (id === ABSENT) return;
    this.#context.beforeWrite(row);
    columns.i32[this.#head]![row] = 0;
    columns.i32[this.#tail]![row] = 0;
    while (id !== ABSENT) {
      const next = this.#archive.nextOf(id);
      this.#archive.remove(id);
      id = next;
    }
    this.#context.markAbsent(row, this.presence);
  }

  isKept(): boolean {
    return true;
  }

  writeRow(row: number, output: DataOutput): void {
    const archive = this.#archive;
    const first = this.#context.table.columns.i32[this.#head]![row]! - 1;
    let count = 0;
    for (let id = first; id !== ABSENT; id = archive.nextOf(id)) count++;
    output.writeVarUint(count);
    for (let id = first; id !== ABSENT; id = archive.nextOf(id)) archive.encode(id, output);
  }

  readEntry(input: DataInput, codec: StoredCodec): void {
    const count = input.readVarUint();
    for (let i = 0; i < count; i++) this.addOwned(codec.readValue(input) as T);
  }

  release(): void {
    this.#archive.release();
  }

  /** The ids of a key's first and last row in place of its rows. */
  #referencesCell(): CutCell {
    const { presence } = this;
    const { columns } = this.#context.table;
    const write = (views: readonly ColumnView[], i32Start: number, at: number, output: DataOutput): void => {
      output.writeInt32(views[i32Start + this.#head]![at]! - 1);
      output.writeInt32(views[i32Start + this.#tail]![at]! - 1);
    };
    return { presence, isKept: () => true, writeRow: (row, output) => write(columns.i32, 0, row, output), writeColumns: write };
  }

  #append(id: number): void {
    const row = this.#context.rowForWrite();
    const { i32 } = this.#context.table.columns;
    const last = i32[this.#tail]![row]! - 1;
    this.#archive.link(id, last);
    i32[this.#tail]![row] = id + 1;
    if (last !== ABSENT) return;
    i32[this.#head]![row] = id + 1;
    this.#context.markPresent(row, this.presence);
  }
}
