// The package path `millrace/table`: SQL in programs. Re-exports only.
export { createTableEnvironment } from '#client/table-environment';
export { TableEnvironment } from '#table/api/table-environment';
export { TableResult, type ResultKind, type ResultRow } from '#table/api/table-result';
export { TableError, TableValidationError } from '#table/errors';
export { SqlParserError } from '#table/parser/sql-parser-error';
export { RowKind, rowKindName } from '#table/runtime/row-kind';
export type { UserAggregateFunction, UserFunction, UserScalarFunction, UserTableFunction } from '#table/functions/user-function';
export type { LogicalField, LogicalType, RowType } from '#table/types/logical-type';
