// The deferred snapshot of a heap backend: what its states held at the cut, read in slices while they go on changing.
// Where every state lies in columns and keys in managed memory, chunks are read as they were (chunked copy on
// write); elsewhere rows are saved one by one, at the latest before they are touched. hot path. Thread: the slot's.
// The format is that of keyed/state-section.ts, for rows in archives that of keyed/archived-sections.ts.
// Invariant: the bytes are those of the cut; a row's failure to be written is told by `step`, never to the record.
import { assert } from '#core/assert';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import { ArchivedRowsOutput } from '#state/heap/archived-rows-output';
import type { CutCell, HeapCell } from '#state/heap/heap-cell';
import type { HeapStateEntry } from '#state/heap/heap-sections';
import { NumberPieces, numberKindOf } from '#state/heap/number-pieces';
import type { KeyContext } from '#state/heap/key-context';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import { ARCHIVED_SECTION_VERSION, STATE_SECTION_VERSION } from '#state/keyed/state-section';
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
  /** Rows that lie in archives are given as they lie; else each list by itself, which any backend reads. */
  readonly keepsArchives: boolean;
}

/** What is written of a state. */
interface CutEntry {
  readonly cell: CutCell;
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
  readonly #archives: readonly ArchivedRowsOutput[];
  readonly #context: KeyContext;
  #failure: { readonly error: unknown } | undefined;
  #isRead = false;
  #isClosed = false;

  /** Cuts: from now on the context's table tells what changes. */
  constructor(options: HeapCutOptions) {
    const { context, entries, sectionPrefix, range, keepsArchives } = options;
    this.#context = context;
    const archivedOf = (cell: HeapCell) => (keepsArchives ? cell.archived : undefined);
    const headers = entries.map(({ name, serializers, cell }) => ({ name: sectionPrefix + name, version: archivedOf(cell) === undefined ? STATE_SECTION_VERSION : ARCHIVED_SECTION_VERSION, serializers }));
    this.#outputs = headers.map((header) => new GroupedOutput(header, range));
    this.#archives = entries.flatMap(({ cell }, index) => (archivedOf(cell) === undefined ? [] : [new ArchivedRowsOutput(headers[index]!, cell.archived!.hold())]));
    const cells: CutEntry[] = entries.map(({ cell }) => ({ cell: archivedOf(cell)?.references ?? cell }));
    const hasColumnsOnly = cells.every(({ cell }) => cell.writeColumns !== undefined);
    const keys = hasColumnsOnly ? context.table.cutKeys() : undefined;
    this.#reader = keys === undefined ? this.#cutRows(options, cells) : this.#cutColumns(options, cells, keys);
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
    this.#close();
    for (const grouped of this.#outputs) grouped.giveAll(output);
    return this.#archives.every((archive) => archive.step(output, hasTime)) ? 'done' : 'more';
  }

  /** Reads all that is left into memory, so that another cut may be made. */
  finishReading(): void {
    if (this.#isClosed) return;
    while (this.#failure === undefined && !this.#isRead) this.#isRead = this.#reader.step(hasAllTime);
    this.#close();
  }

  release(): void {
    this.#close();
    for (const archive of this.#archives) archive.release();
  }

  /** Once: what another cut has begun since must not be ended. */
  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reader.close();
    this.#context.onCutEnd();
  }

  #cutColumns(options: HeapCutOptions, entries: readonly CutEntry[], keys: CutKeys): CutReader {
    const { table } = options.context;
    const reading = columnReading(options, entries, this.#outputs, keys);
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

  #cutRows(options: HeapCutOptions, entries: readonly CutEntry[]): CutReader {
    const cut = new RowByRowCut(options.context.table.columns, (row) => {
      if (this.#failure !== undefined) return;
      try {
        saveRow(row, options, entries, this.#outputs);
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
  readonly entries: readonly CutEntry[];
  readonly outputs: readonly GroupedOutput[];
  /** Where keys and values are numbers: per state. */
  readonly pieces: readonly NumberPieces[] | undefined;
  /** Where a chunk's integer columns start, and which of them marks free rows; -1 for none. */
  readonly i32Start: number;
  readonly freeColumn: number;
  /** Key groups of the rows being read. */
  readonly groups: Int32Array;
}

function columnReading(options: HeapCutOptions, entries: readonly CutEntry[], outputs: readonly GroupedOutput[], keys: CutKeys): ColumnReading {
  const { context: { table: { columns } }, keySerializer, range } = options;
  const areNumbers = keys.column !== undefined && entries.every(({ cell }) => cell.column !== undefined);
  const keyKind = !areNumbers ? undefined : numberKindOf(keySerializer.type);
  const pieces = keyKind === undefined ? undefined : entries.map(({ cell }, index) => new NumberPieces(outputs[index]!, range, keyKind, numberKindOf(cell.columnType)!));
  return { keys, options, entries, outputs, pieces, i32Start: columns.f64.length, freeColumn: columns.freeColumn, groups: new Int32Array(CHUNK_ROWS) };
}

function readNumbers({ columns, base, from, to }: ChunkViews, reading: ColumnReading, pieces: readonly NumberPieces[]): void {
  const { keys, entries, i32Start, freeColumn, groups, options: { keyGroupOf, range } } = reading;
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
  const { keys, entries, outputs, i32Start, freeColumn, options: { keySerializer, keyGroupOf } } = reading;
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
      cell.writeColumns!(columns, i32Start, at, output);
      outputs[i]!.end(keyGroup, output);
    }
  }
}

function saveRow(row: number, { context, keySerializer, keyGroupOf }: HeapCutOptions, entries: readonly CutEntry[], outputs: readonly GroupedOutput[]): void {
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
