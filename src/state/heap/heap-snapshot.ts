// The deferred snapshot of a heap backend: what its states held at the cut, read in slices while they go on changing.
// Where every state is a column of numbers and keys lie in managed memory, chunks are read as they were (chunked copy on
// write); elsewhere rows are saved one by one, at the latest before they are touched. hot path. Thread: the slot's.
// The format is that of keyed/state-section.ts.
// Invariant: the bytes are those of the cut; a row's failure to be written is told by `step`, never to the record.
import { assert } from '#core/assert';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import type { HeapStateEntry } from '#state/heap/heap-sections';
import { NumberPieces, numberKindOf } from '#state/heap/number-pieces';
import type { KeyContext } from '#state/heap/key-context';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import { STATE_SECTION_VERSION } from '#state/keyed/state-section';
import type { DeferredSnapshot, DeferredStep, SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import { GroupedOutput } from '#state/snapshot/grouped-output';
import { ChunkWalk } from '#state/tables/chunk-walk';
import type { ChunkViews } from '#state/tables/chunked-cut';
import type { CutKeys } from '#state/tables/key-table';
import { RowByRowCut } from '#state/tables/row-by-row-cut';
import { CUT_ROWS_SHIFT } from '#state/tables/row-columns';

export interface HeapCutOptions {
  readonly context: KeyContext;
  /** The states there are at the cut. */
  readonly entries: readonly HeapStateEntry[];
  readonly sectionPrefix: string;
  readonly keySerializer: TypeSerializer;
  readonly keyGroupOf: (key: unknown) => number;
  readonly range: KeyGroupRange;
}

/** Reads the rows of a cut into the outputs of its states. */
interface CutReader {
  /** True when all rows are read. */
  step(hasTime: () => boolean): boolean;
  close(): void;
}

const hasAllTime = (): boolean => true;

/** In place of the key group of a free row. */
const NO_GROUP = -1;
/** The most rows that are read at once. */
const CHUNK_ROWS = 1 << CUT_ROWS_SHIFT;

export class HeapSnapshot implements DeferredSnapshot {
  readonly #reader: CutReader;
  readonly #outputs: readonly GroupedOutput[];
  readonly #context: KeyContext;
  #failure: { readonly error: unknown } | undefined;
  #isRead = false;
  #isClosed = false;

  /** Cuts: from now on the context's table tells what changes. */
  constructor(options: HeapCutOptions) {
    const { context, entries, sectionPrefix, range } = options;
    this.#context = context;
    this.#outputs = entries.map(({ name, serializers }) => new GroupedOutput({ name: sectionPrefix + name, version: STATE_SECTION_VERSION, serializers }, range));
    const hasColumnsOnly = entries.every(({ cell }) => cell.column !== undefined);
    const keys = hasColumnsOnly ? context.table.cutKeys() : undefined;
    this.#reader = keys === undefined ? this.#cutRows(options) : this.#cutColumns(options, keys);
    context.onCut(keys === undefined);
  }

  step(output: SnapshotOutput, hasTime: () => boolean): DeferredStep {
    while (!this.#isRead && this.#failure === undefined) {
      if (output.isFull) return 'more';
      this.#isRead = this.#reader.step(hasTime);
      for (const grouped of this.#outputs) grouped.giveFull(output);
      if (!this.#isRead && !hasTime()) return 'more';
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    for (const grouped of this.#outputs) grouped.giveAll(output);
    return 'done';
  }

  /** Reads all that is left into memory, so that another cut may be made. */
  finishReading(): void {
    if (this.#isClosed) return;
    while (this.#failure === undefined && !this.#isRead) this.#isRead = this.#reader.step(hasAllTime);
    this.#close();
  }

  release(): void {
    this.#close();
  }

  /** Once: what another cut has begun since must not be ended. */
  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reader.close();
    this.#context.onCutEnd();
  }

  #cutColumns(options: HeapCutOptions, keys: CutKeys): CutReader {
    const { table } = options.context;
    const reading = columnReading(options, this.#outputs, keys);
    const walk = new ChunkWalk((settleNow) => table.columns.cutChunks(settleNow), (views) => {
      try {
        if (reading.pieces === undefined) readColumns(views, reading);
        else readNumbers(views, reading, reading.pieces);
      } catch (error) {
        this.#failure ??= { error };
      }
    });
    const step = (hasTime: () => boolean): boolean => {
      const isRead = walk.step(hasTime);
      if (isRead) for (const pieces of reading.pieces ?? []) pieces.flush();
      return isRead;
    };
    const close = (): void => {
      walk.close();
      keys.release();
    };
    return { step, close };
  }

  #cutRows(options: HeapCutOptions): CutReader {
    const cut = new RowByRowCut(options.context.table.columns, (row) => {
      if (this.#failure !== undefined) return;
      try {
        saveRow(row, options, this.#outputs);
      } catch (error) {
        this.#failure = { error };
      }
    });
    return { step: (hasTime) => cut.saveWhile(hasTime), close: () => cut.abort() };
  }
}

interface ColumnReading {
  readonly keys: CutKeys;
  readonly options: HeapCutOptions;
  readonly outputs: readonly GroupedOutput[];
  /** Where keys are numbers too: per state. */
  readonly pieces: readonly NumberPieces[] | undefined;
  /** Where a chunk's integer columns start, and which of them marks free rows; -1 for none. */
  readonly i32Start: number;
  readonly freeColumn: number;
  /** Key groups of the rows being read. */
  readonly groups: Int32Array;
}

function columnReading(options: HeapCutOptions, outputs: readonly GroupedOutput[], keys: CutKeys): ColumnReading {
  const { context: { table: { columns } }, entries, keySerializer, range } = options;
  const keyKind = keys.column === undefined ? undefined : numberKindOf(keySerializer.type);
  const pieces = keyKind === undefined ? undefined : entries.map(({ cell }, index) => new NumberPieces(outputs[index]!, range, keyKind, numberKindOf(cell.columnType)!));
  return { keys, options, outputs, pieces, i32Start: columns.f64.length, freeColumn: columns.freeColumn, groups: new Int32Array(CHUNK_ROWS) };
}

function readNumbers({ columns, base, from, to }: ChunkViews, reading: ColumnReading, pieces: readonly NumberPieces[]): void {
  const { keys, i32Start, freeColumn, groups, options: { entries, keyGroupOf, range } } = reading;
  const keyColumn = columns[keys.column!] as Float64Array;
  const free = freeColumn === -1 ? undefined : columns[i32Start + freeColumn]!;
  const first = from - base;
  const limit = to - base;
  let isInRange = true;
  for (let at = first; at < limit; at++) {
    if (free !== undefined && free[at] !== 0) {
      groups[at - first] = NO_GROUP;
      continue;
    }
    const keyGroup = keyGroupOf(keyColumn[at]!);
    groups[at - first] = keyGroup;
    if (keyGroup < range.start || keyGroup > range.end) isInRange = false;
  }
  assert(isInRange, `keys lie in the subtask's key groups ${range.start} to ${range.end}`);
  for (let i = 0; i < entries.length; i++) {
    const { cell } = entries[i]!;
    pieces[i]!.add(keyColumn, columns[cell.column!] as Float64Array, columns[i32Start + cell.presence.column] as Int32Array, cell.presence.bit, groups, first, limit);
  }
}

function readColumns({ columns, base, from, to }: ChunkViews, reading: ColumnReading): void {
  const { keys, outputs, i32Start, freeColumn, options: { entries, keySerializer, keyGroupOf } } = reading;
  const free = freeColumn === -1 ? undefined : columns[i32Start + freeColumn]!;
  for (let at = from - base; at < to - base; at++) {
    if (free !== undefined && free[at] !== 0) continue;
    const key = keys.keyAt(columns, at);
    const keyGroup = keyGroupOf(key);
    for (let i = 0; i < entries.length; i++) {
      const { cell } = entries[i]!;
      if ((columns[i32Start + cell.presence.column]![at]! & cell.presence.bit) === 0) continue;
      const output = outputs[i]!.begin(keyGroup);
      keySerializer.write(key, output);
      cell.writeColumnValue!(columns[cell.column!]![at]!, output);
      outputs[i]!.end(keyGroup, output);
    }
  }
}

function saveRow(row: number, { context, entries, keySerializer, keyGroupOf }: HeapCutOptions, outputs: readonly GroupedOutput[]): void {
  const key = context.table.keyAt(row);
  const keyGroup = keyGroupOf(key);
  for (let i = 0; i < entries.length; i++) {
    const { cell } = entries[i]!;
    if (!context.isPresent(row, cell.presence) || !cell.isKept(row)) continue;
    const output = outputs[i]!.begin(keyGroup);
    keySerializer.write(key, output);
    cell.writeRow(row, output);
    outputs[i]!.end(keyGroup, output);
  }
}
