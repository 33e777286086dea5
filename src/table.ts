// The package path `millrace/table`: SQL and the Table API in programs. Re-exports only.
export { StreamTableEnvironment } from '#client/stream-table-environment';
export { createTableEnvironment } from '#client/table-environment';
export { CompiledPlan } from '#table/api/compiled-plan-object';
export { TableEnvironment } from '#table/api/table-environment';
export { TableResult, type ResultKind, type ResultRow } from '#table/api/table-result';
export { ColumnExpression, type Operand, type TimeUnit } from '#table/fluent/column-expression';
export {
  $, and, array, call, coalesce, concat, concatWs, countAll, CURRENT_RANGE, CURRENT_ROW, currentDate, currentTimestamp, currentWatermark, ifThenElse, lit, localTimestamp, map, not, nullOf, or, pi, rand, row,
  toTimestampLtz, UNBOUNDED_RANGE, UNBOUNDED_ROW, uuid, type Interval, type Literal,
} from '#table/fluent/expressions';
export { GroupedTable, OverWindowedTable, WindowedTable, WindowGroupedTable } from '#table/fluent/grouped-table';
export { Schema, SchemaBuilder, TableDescriptor } from '#table/fluent/schema';
export { Table } from '#table/fluent/table';
export { StatementSet, TablePipeline } from '#table/fluent/table-pipeline';
export { Cumulate, Over, Session, Slide, Tumble, type GroupWindow, type OverWindow } from '#table/fluent/windows';
export { TableError, TableValidationError } from '#table/errors';
export { SqlParserError } from '#table/parser/sql-parser-error';
export { RowKind, rowKindName } from '#table/runtime/row-kind';
export type { UserAggregateFunction, UserAsyncScalarFunction, UserFunction, UserScalarFunction, UserTableFunction } from '#table/functions/user-function';
export type { ProcessTableContext } from '#table/functions/process-table-definition';
export type { RetractableCollector } from '#table/functions/table-aggregate-definition';
export type { UserTableAggregateFunction } from '#table/functions/user-table-aggregate-function';
export type { UserProcessTableFunction } from '#table/functions/user-process-table-function';
export type { LogicalField, LogicalType, RowType } from '#table/types/logical-type';
