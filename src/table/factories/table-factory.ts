// How a table of a catalog becomes a source or a sink of a job: what connectors offer to the planner. A program may also register
// such objects itself in place of a connector.
import type { Expression } from '#table/expressions/expression';
import type { ResolvedTable } from '#table/catalog/resolved-table';
import type { FunctionContext } from '#table/functions/function-definition';
import type { Transformation } from '#graph/transformation/transformation';
import type { TransformationList } from '#graph/transformation/transformation-list';
import type { RowType } from '#table/types/logical-type';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Source } from '#streaming/source/source';
import type { Sink } from '#streaming/sink/sink';
import type { TableRow } from '#table/runtime/row-kind';
import type { TypeInformation } from '#core/types/type-information';

/** I: inserts only. Otherwise which changes its rows bring, +I aside. */
export interface SourceChanges {
  readonly updates: boolean;
  readonly deletes: boolean;
  /** Updates come with -U. Without, they are upserts by the table's primary key. */
  readonly hasUpdateBefore: boolean;
  /** Rows that are deleted have the columns of the primary key only. */
  readonly deletesByKey?: boolean;
}

export const INSERTS: SourceChanges = { updates: false, deletes: false, hasUpdateBefore: false };

export interface ScanTableSource {
  readonly kind: 'scan-source';
  readonly changes: SourceChanges;
  readonly isBounded: boolean;
  /** How many rows it gives, where that is known before it runs. */
  readonly rowCount?: number;
  /** Made once per use in a plan. */
  createSource(request: ScanRequest): ScanRuntime;
  /** In place of a source: rows that the program has already, as a stream of the same job. */
  createStream?(request: ScanRequest, transformations: TransformationList): Transformation;
  /** The source with conditions over the table's base columns that it applies itself, and those that it leaves. */
  withFilters?(conditions: readonly Expression[], rowType: RowType): FilteredSource;
  /** Reading stops by itself when there are `limit` rows (of each split). */
  readonly takesLimit?: boolean;
}

export interface FilteredSource {
  readonly source: ScanTableSource;
  readonly remaining: readonly Expression[];
}

export interface ScanRequest {
  /** All base columns of the table. Rows have their keys, and `$kind` where the source brings changes. */
  readonly rowType: RowType;
  readonly limit: number | undefined;
  /** Base columns that somebody reads; undefined: all. Others may be anything. */
  readonly usedColumns: readonly number[] | undefined;
  readonly functions: FunctionContext;
}

export interface ScanRuntime {
  readonly source: Source<any, any, any>; // any: records and splits of every connector
  /** How an expression reads column `index` of a record in variable `row`. Left out: records are rows of the row type. */
  readonly access?: (row: string, index: number) => string;
  /** Left out: that of the environment. */
  readonly parallelism?: number;
}

/** Rows by key, at the time of asking. */
export interface LookupTableSource {
  readonly kind: 'lookup-source';
  /** @param keyColumns positions in the table's base columns. Called per subtask. */
  createLookup(keyColumns: readonly number[], rowType: RowType): Lookup;
  /** Likewise, for those who do not wait for each answer. */
  createAsyncLookup?(keyColumns: readonly number[], rowType: RowType): AsyncLookup;
}

/** Of the subtask that looks up. */
export interface LookupContext {
  readonly files: Files;
  readonly clock: Clock;
}

export interface Lookup {
  open?(context: LookupContext): void;
  /** Rows whose key columns have these values. */
  lookup(key: readonly unknown[]): readonly Record<string, unknown>[];
  close?(): void;
}

export interface AsyncLookup {
  open(context: LookupContext): void;
  ask(key: readonly unknown[]): AskedLookup;
  close(): void;
}

export interface AskedLookup {
  /** Undefined while there is no answer. */
  tryTake(): readonly Record<string, unknown>[] | undefined;
}

export type ChangelogRequest = { readonly updates: boolean; readonly deletes: boolean };

export interface TableSink {
  readonly kind: 'sink';
  /** What it takes of the changes that are offered: `insert-only`, `upsert` (no -U, by key), or `retract` (everything). */
  changelogMode(offered: ChangelogRequest): 'insert-only' | 'upsert' | 'retract';
  /** An upsert sink that takes -U as -D: behind a filter a -U may come without a +U, and the row of its key must go. */
  readonly deletesByUpdateBefore?: boolean;
  /** A row that is deleted may have the columns of the primary key only. */
  readonly acceptsDeleteByKey?: boolean;
  /** INSERT OVERWRITE: what was there before goes. */
  readonly supportsOverwrite?: boolean;
  createSink(request: SinkRequest): SinkRuntime;
}

export interface SinkRequest {
  readonly rowType: RowType;
  /** Of the rows handed over: fields by key, and `$kind` where `hasKind`. */
  readonly inputType: TypeInformation;
  readonly hasKind: boolean;
  /** Primary key, by position. */
  readonly keyColumns: readonly number[];
  readonly functions: FunctionContext;
  readonly isOverwrite: boolean;
  readonly staticPartitions: Readonly<Record<string, string>>;
}

export interface SinkRuntime {
  readonly sink: Sink<any, any, any>; // any: rows and committables of every connector
  /** What the sink takes in place of rows. */
  readonly convert?: (row: TableRow) => unknown;
  readonly parallelism?: number;
}

export type TableObject = ScanTableSource | LookupTableSource | TableSink;

/** A connector by its `connector` option. */
export interface TableConnector {
  readonly identifier: string;
  /** Throws TABLE_OPTION_INVALID. Undefined: the connector cannot be read. */
  createScan?(table: ResolvedTable, options: TableOptions): ScanTableSource;
  createLookup?(table: ResolvedTable, options: TableOptions): LookupTableSource;
  createSink?(table: ResolvedTable, options: TableOptions): TableSink;
}

/** Options of a table, its hints laid over. */
export interface TableOptions {
  readonly all: Readonly<Record<string, string>>;
}
