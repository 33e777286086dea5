// List per key of rows in an order, as the best rows of a top-N: rows lie in an archive of managed memory, and a key has the numbers
// that they are ordered by beside their ids. hot path. Thread: the slot's. Bench: `millrace nexmark --query q19 --api sql`.
// Rows that left their lists stay in the archive's chunks until most of a chunk is such rows: then the others are moved, some keys with
// every row that comes. Invariant: the ids of a key are those of its rows in their order; what a sweep has left lies in no sparse chunk.
import { keptRow, type RowView } from '#core/codegen/row-view';
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import type { ArchivedCell, HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import type { ElementOrder } from '#state/keyed/keyed-state';
import type { OrderedRowsCell } from '#state/keyed/state-cells';
import type { StoredCodec } from '#state/keyed/stored-codec';
import { NO_BLOB } from '#state/tables/blob-heap';
import { OrderedEntries } from '#state/tables/ordered-entries';
import { RowArchive } from '#state/tables/row-archive';

/** Keys that a sweep looks at with every row. */
const SWEPT_KEYS = 16;
const NO_SWEEP = -1;
/** The link of a row's list in the archive, which lists by ids do not use. */
const UNLINKED = -1;

export class HeapOrderedRowsCell<T extends object> implements OrderedRowsCell<T>, HeapCell {
  readonly presence;
  readonly archived: ArchivedCell;
  readonly #context: KeyContext;
  readonly #order: ElementOrder<T>;
  readonly #archive: RowArchive;
  readonly #lists: OrderedEntries;
  /** Column of the key: its block + 1. */
  readonly #block: number;
  /** Row of the key table that the sweep goes on at. */
  #sweptTo = NO_SWEEP;

  private constructor(context: KeyContext, archive: RowArchive, order: ElementOrder<T>) {
    const { memory, owner } = context.table.columns;
    this.#context = context;
    this.#order = order;
    this.#archive = archive;
    this.#lists = new OrderedEntries(memory, owner);
    this.#block = context.table.columns.addI32();
    this.presence = context.allocateBit();
    const { presence } = this;
    this.archived = { references: { presence, isKept: () => true, writeRow: (row, output) => this.#writeIds(row, output) }, hold: () => archive.hold() };
  }

  /** Undefined where rows of the type cannot be archived. */
  static create<T extends object>(context: KeyContext, type: TypeInformation, order: ElementOrder<T>): HeapOrderedRowsCell<T> | undefined {
    const { memory, owner } = context.table.columns;
    const archive = RowArchive.create(memory, owner, type);
    return archive === undefined ? undefined : new HeapOrderedRowsCell<T>(context, archive, order);
  }

  count(): number {
    return this.#lists.countOf(this.#currentBlock());
  }

  at(index: number): T {
    return this.#archive.at(this.#lists.entryAt(this.#currentBlock(), index)) as T;
  }

  positionOf(row: T): number {
    const order = this.#order;
    const number = order.numberOf(row);
    const block = this.#currentBlock();
    let high = this.#lists.upperBound(block, number);
    if (order.isDecidedBy(number)) return high;
    let low = this.#lists.lowerBound(block, number);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (order.compare(this.#archive.at(this.#lists.entryAt(block, middle)) as T, row) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  indexOf(row: T, equal: (a: T, b: T) => boolean): number {
    const number = this.#order.numberOf(row);
    const block = this.#currentBlock();
    const to = this.#lists.upperBound(block, number);
    for (let index = this.#lists.lowerBound(block, number); index < to; index++) {
      if (equal(this.#archive.at(this.#lists.entryAt(block, index)) as T, row)) return index;
    }
    return -1;
  }

  insert(index: number, row: T, view?: RowView): void {
    const kept = keptRow(row);
    const id = view !== undefined && this.#archive.accepts(view.batch) ? this.#archive.addRowOf(view) : this.#archive.addRow(kept);
    this.#insertId(index, this.#order.numberOf(kept), id);
    this.#archive.keepRead(id, kept);
    if (this.#sweptTo !== NO_SWEEP) this.#sweep();
    else if (this.#archive.isSparse) this.#beginSweep();
  }

  remove(index: number): void {
    const row = this.#context.row();
    const { columns } = this.#context.table;
    const block = columns.i32[this.#block]![row]! - 1;
    this.#context.beforeWrite(row);
    this.#archive.remove(this.#lists.entryAt(block, index));
    const left = this.#lists.remove(block, index);
    columns.i32[this.#block]![row] = left + 1;
    if (left === NO_BLOB) this.#context.markAbsent(row, this.presence);
  }

  value(): T[] | null {
    const block = this.#currentBlock();
    const count = this.#lists.countOf(block);
    return count === 0 ? null : Array.from({ length: count }, (_, index) => this.#archive.read(this.#lists.entryAt(block, index)) as T);
  }

  update(rows: T[] | null): void {
    this.clear();
    rows?.forEach((row, index) => this.insert(index, row));
  }

  updateOwned(rows: T[]): void {
    this.update(rows);
  }

  clear(): void {
    for (let index = this.count() - 1; index >= 0; index--) this.remove(index);
  }

  isKept(): boolean {
    return true;
  }

  writeRow(row: number, output: DataOutput): void {
    const block = this.#blockOf(row);
    const count = this.#lists.countOf(block);
    output.writeVarUint(count);
    for (let index = 0; index < count; index++) this.#archive.encode(this.#lists.entryAt(block, index), output);
  }

  readEntry(input: DataInput, codec: StoredCodec): void {
    const rows = codec.readValue(input) as T[];
    for (let index = 0; index < rows.length; index++) this.#insertId(index, this.#order.numberOf(rows[index]!), this.#archive.addRow(rows[index]!));
  }

  release(): void {
    this.#lists.release();
    this.#archive.release();
    this.#sweptTo = NO_SWEEP;
  }

  #currentBlock(): number {
    const row = this.#context.row();
    return row < 0 ? NO_BLOB : this.#blockOf(row);
  }

  #blockOf(row: number): number {
    return this.#context.table.columns.i32[this.#block]![row]! - 1;
  }

  #insertId(index: number, number: number, id: number): void {
    const row = this.#context.rowForWrite();
    const blocks = this.#context.table.columns.i32[this.#block]!;
    const block = blocks[row]! - 1;
    this.#archive.link(id, UNLINKED);
    blocks[row] = this.#lists.insert(block, index, number, id) + 1;
    if (block === NO_BLOB) this.#context.markPresent(row, this.presence);
  }

  #beginSweep(): void {
    this.#archive.markSparse();
    this.#sweptTo = 0;
  }

  /** Moves the rows of some keys out of sparse chunks. */
  #sweep(): void {
    const { rowLimit } = this.#context.table.columns;
    const to = Math.min(this.#sweptTo + SWEPT_KEYS, rowLimit);
    for (let row = this.#sweptTo; row < to; row++) {
      const block = this.#blockOf(row);
      if (block !== NO_BLOB) this.#leaveSparse(row, block);
    }
    this.#sweptTo = to === rowLimit ? NO_SWEEP : to;
  }

  #leaveSparse(row: number, block: number): void {
    const archive = this.#archive;
    const count = this.#lists.countOf(block);
    for (let index = 0; index < count; index++) {
      const id = this.#lists.entryAt(block, index);
      if (!archive.isInSparse(id)) continue;
      this.#context.beforeWrite(row);
      const moved = archive.addRow(archive.read(id) as object);
      archive.link(moved, UNLINKED);
      this.#lists.replaceEntry(block, index, moved);
      archive.remove(id);
    }
  }

  #writeIds(row: number, output: DataOutput): void {
    const block = this.#blockOf(row);
    const count = this.#lists.countOf(block);
    output.writeVarUint(count);
    for (let index = 0; index < count; index++) output.writeInt32(this.#lists.entryAt(block, index));
  }
}
