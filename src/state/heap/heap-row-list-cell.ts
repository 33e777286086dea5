// List per key of rows that only come: those of arriving batches stay in an archive of managed memory, the others (restored ones) are
// objects. A row that is read again and again is kept as an object too. hot path. Thread: the slot's.
// Invariant: an entry's row is its object where there is one, else the archived row of its id.
import type { RowView } from '#core/codegen/row-view';
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import type { HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { ViewListCell } from '#state/keyed/state-cells';
import { RowArchive } from '#state/tables/row-archive';
import { RowLists } from '#state/tables/row-lists';

const ABSENT = -1;
const NO_VALUES: readonly never[] = Object.freeze([]);
/** Columns of an entry: its row's id in the archive, and how often the row has been read from there. */
const ID = 0;
const READS = 1;
/** A row read for the second time is likely to be read again. */
const READS_MAX = 1;

export class HeapRowListCell<T extends object> implements ViewListCell<T>, HeapCell {
  readonly presence;
  readonly #context: KeyContext;
  readonly #codec: StoredCodec;
  readonly #lists: RowLists;
  readonly #archive: RowArchive;
  /** The batch archived last, and the id of its first row. */
  #batchToken: object | undefined;
  #firstId = 0;

  private constructor(context: KeyContext, codec: StoredCodec, archive: RowArchive) {
    const { columns } = context.table;
    this.#context = context;
    this.#codec = codec;
    this.#archive = archive;
    this.#lists = new RowLists(columns.memory, columns.owner, { f64: 0, i32: 2, hasAny: true }, columns);
    this.presence = context.allocateBit();
  }

  /** Undefined where rows of the type cannot be archived. */
  static create<T extends object>(context: KeyContext, codec: StoredCodec, type: TypeInformation | undefined): HeapRowListCell<T> | undefined {
    const { memory, owner } = context.table.columns;
    const archive = type === undefined ? undefined : RowArchive.create(memory, owner, type);
    return archive === undefined ? undefined : new HeapRowListCell<T>(context, codec, archive);
  }

  get(): readonly T[] {
    const row = this.#context.row();
    if (row < 0) return NO_VALUES;
    let entry = this.#lists.firstOf(row);
    if (entry === ABSENT) return NO_VALUES;
    const values: T[] = [this.#valueAt(entry)];
    for (entry = this.#lists.nextOf(entry); entry !== ABSENT; entry = this.#lists.nextOf(entry)) values.push(this.#valueAt(entry));
    return values;
  }

  /** Adds the row that the view stands at. */
  addView(view: RowView): void {
    if (view.batchToken !== this.#batchToken) {
      if (!this.#archive.accepts(view.batch)) {
        this.addOwned(view.copy() as T);
        return;
      }
      this.#firstId = this.#archive.add(view.batch);
      this.#batchToken = view.batchToken;
    }
    const entry = this.#append();
    this.#lists.columns.i32[ID]![entry] = this.#firstId + view.position;
  }

  add(value: T): void {
    this.addOwned(value);
  }

  addOwned(value: T): void {
    const entry = this.#append();
    this.#lists.columns.any[entry] = value;
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
    if (row < 0 || this.#lists.countOf(row) === 0) return;
    this.#context.beforeWrite(row);
    this.#lists.removeAll(row);
    this.#context.markAbsent(row, this.presence);
  }

  isKept(): boolean {
    return true;
  }

  writeRow(row: number, output: DataOutput): void {
    const { any, i32 } = this.#lists.columns;
    output.writeVarUint(this.#lists.countOf(row));
    for (let entry = this.#lists.firstOf(row); entry !== ABSENT; entry = this.#lists.nextOf(entry)) {
      if (any[entry] === undefined) this.#archive.encode(i32[ID]![entry]!, output);
      else this.#codec.writeValue(any[entry], output);
    }
  }

  readEntry(input: DataInput, codec: StoredCodec): void {
    const count = input.readVarUint();
    for (let i = 0; i < count; i++) this.addOwned(codec.readValue(input) as T);
  }

  release(): void {
    this.#lists.release();
    this.#archive.release();
    this.#batchToken = undefined;
  }

  #append(): number {
    const row = this.#context.rowForWrite();
    if (this.#lists.countOf(row) === 0) this.#context.markPresent(row, this.presence);
    return this.#lists.append(row);
  }

  #valueAt(entry: number): T {
    const { any, i32 } = this.#lists.columns;
    const known = any[entry];
    if (known !== undefined) return known as T;
    const value = this.#archive.read(i32[ID]![entry]!) as T;
    if (i32[READS]![entry]! >= READS_MAX) any[entry] = value;
    else i32[READS]![entry]!++;
    return value;
  }
}
