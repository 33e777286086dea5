// Tables for recorded programs: sources whose rows are let in one by one, in the order that the case says, and sinks that note which
// changes came after which row. A row is let in when the whole job has come to rest after the one before.
import type { Sink, SinkWriter } from '#streaming/sink/sink';
import { ReadStatus, type ReaderOutput, type Source, type SourceReader, type SplitEnumerator, type SplitEnumeratorContext } from '#streaming/source/source';
import type { SourceChanges, TableObject } from '#table/factories/table-factory';
import { KIND_KEY, kindOf, rowKindName, rowKindOf, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';
import { readValue, writeValue } from './conformance-value.js';

/** A row of a table in JSON form, or the end of the table. */
export interface Feed {
  readonly table: string;
  readonly row?: { readonly kind: string; readonly values: readonly unknown[] };
}

/** How long the job must have been quiet, in polls of its sources and in ms, before the next row is let in. */
const QUIET_POLLS = 25;
const QUIET_MS = 4;

/** Hands out the rows of all tables in their order. One per run of a case; everything runs in one thread. */
export class StepFeeder {
  readonly #feeds: readonly Feed[];
  /** Tables that some job reads. */
  readonly #read = new Set<string>();
  #next = 0;
  #polls = 0;
  #since = 0;
  #ripeAt = 0;

  constructor(feeds: readonly Feed[]) {
    this.#feeds = feeds;
  }

  /** Number of the row that was let in last; -1 before the first. */
  get step(): number {
    return this.#next - 1;
  }

  /** Rows of tables that nobody reads are passed over. */
  onReader(table: string): void {
    this.#read.add(table);
  }

  activity(): void {
    this.#polls = 0;
  }

  /** What the source of `table` gives at this poll; undefined = nothing yet. */
  take(table: string): Feed | undefined {
    while (this.#next < this.#feeds.length && !this.#read.has(this.#feeds[this.#next]!.table)) this.#next++;
    const feed = this.#feeds[this.#next];
    if (feed === undefined) return { table };
    // Counted from the first poll behind the row: what the row itself took is no rest.
    if (this.#polls++ === 0) this.#since = performance.now();
    // The host may have stood still between two polls: the job is given some more of them when the time is over.
    if (performance.now() - this.#since < QUIET_MS) this.#ripeAt = this.#polls + QUIET_POLLS;
    if (this.#polls < this.#ripeAt || feed.table !== table) return undefined;
    this.#next++;
    this.activity();
    return feed;
  }
}

export function changesOfMode(mode: string | undefined, options: Readonly<Record<string, string>> = {}): SourceChanges {
  const kinds = new Set((mode ?? 'I').split(',').map((kind) => kind.trim()));
  return { updates: kinds.has('UA'), deletes: kinds.has('D'), hasUpdateBefore: kinds.has('UB'), deletesByKey: options['source.produces-delete-by-key'] === 'true' };
}

/** @param options of the recorded table; those that say how it deletes. */
export function stepSource(feeder: StepFeeder, table: string, mode: string | undefined, options: Readonly<Record<string, string>> = {}): TableObject {
  const changes = changesOfMode(mode, options);
  const hasKind = changes.updates || changes.deletes;
  return {
    kind: 'scan-source', changes, isBounded: true,
    createSource: ({ rowType }) => ({ source: new StepSource(feeder, table, rowType, hasKind), parallelism: 1 }),
  };
}

class StepSource implements Source<TableRow, string, null> {
  readonly name: string;
  readonly boundedness = 'bounded';
  readonly producedType = undefined;
  readonly #feeder: StepFeeder;
  readonly #rowType: RowType;
  readonly #hasKind: boolean;

  constructor(feeder: StepFeeder, table: string, rowType: RowType, hasKind: boolean) {
    this.#feeder = feeder;
    this.name = table;
    this.#rowType = rowType;
    this.#hasKind = hasKind;
  }

  createEnumerator(context: SplitEnumeratorContext<string>): SplitEnumerator<string, null> {
    return {
      start: () => undefined,
      addReader: (subtask) => { context.assignSplit('all', subtask); context.signalNoMoreSplits(subtask); },
      handleSplitRequest: () => undefined, addSplitsBack: () => undefined, snapshot: () => null, close: () => undefined,
    };
  }

  createReader(): SourceReader<TableRow, string> {
    const feeder = this.#feeder;
    const { name } = this;
    const keys = fieldKeys(this.#rowType);
    const types = this.#rowType.fields;
    const hasKind = this.#hasKind;
    let isOpen = false;
    feeder.onReader(name);
    const rowOf = ({ kind, values }: NonNullable<Feed['row']>): TableRow => {
      const row: TableRow = Object.fromEntries(keys.map((key, index) => [key, readValue(types[index]!.type, values[index])]));
      if (hasKind) row[KIND_KEY] = rowKindOf(kind);
      return row;
    };
    return {
      kind: 'rows', nextPollMs: 0, start: () => undefined, addSplits: () => { isOpen = true; }, notifyNoMoreSplits: () => undefined, snapshot: () => [], close: () => undefined,
      poll(output: ReaderOutput<TableRow>): ReadStatus {
        const feed = isOpen ? feeder.take(name) : undefined;
        if (feed === undefined) return ReadStatus.NOTHING;
        if (feed.row === undefined) return ReadStatus.END;
        output.collect(rowOf(feed.row), Number.NaN, 'all');
        return ReadStatus.MORE;
      },
    };
  }
}

export interface NotedChange {
  readonly step: number;
  readonly kind: string;
  readonly values: readonly unknown[];
}

/** @param takes which changes the sink takes: I, or with UA and D; UB = a changelog, without it an upsert sink. */
export function notingSink(feeder: StepFeeder, noted: NotedChange[], takes: string | undefined, options: Readonly<Record<string, string>> = {}): TableObject {
  const kinds = takes === undefined ? undefined : new Set(takes.split(','));
  return {
    kind: 'sink', supportsOverwrite: true,
    acceptsDeleteByKey: options['sink.supports-delete-by-key'] === 'true',
    changelogMode: ({ updates, deletes }) => {
      if (!updates && !deletes) return 'insert-only';
      if (kinds === undefined) return 'retract';
      if (!kinds.has('UA') && !kinds.has('D')) return 'insert-only';
      return kinds.has('UB') ? 'retract' : 'upsert';
    },
    createSink: ({ rowType }) => ({ sink: new NotingSink(feeder, noted, rowType), parallelism: 1 }),
  };
}

class NotingSink implements Sink<TableRow, never, never> {
  readonly name = 'Noting Sink';
  readonly #feeder: StepFeeder;
  readonly #noted: NotedChange[];
  readonly #rowType: RowType;

  constructor(feeder: StepFeeder, noted: NotedChange[], rowType: RowType) {
    this.#feeder = feeder;
    this.#noted = noted;
    this.#rowType = rowType;
  }

  createWriter(): SinkWriter<TableRow, never, never> {
    const keys = fieldKeys(this.#rowType);
    const { fields } = this.#rowType;
    return {
      write: (row) => {
        this.#feeder.activity();
        this.#noted.push({ step: this.#feeder.step, kind: rowKindName(kindOf(row)), values: keys.map((key, index) => writeValue(fields[index]!.type, row[key])) });
      },
      flush: () => undefined, close: () => undefined,
    };
  }
}
