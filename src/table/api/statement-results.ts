// Results of statements that answer at once.
import { TableResult, type TableResultOptions } from '#table/api/table-result';
import { RowKind } from '#table/runtime/row-kind';
import { LogicalTypes, type LogicalField } from '#table/types/logical-type';

export function successResult(timeZone: string): TableResult {
  return new TableResult({ rowType: { kind: 'ROW', isNullable: false, fields: [{ name: 'result', type: LogicalTypes.STRING }] }, resultKind: 'SUCCESS', timeZone, rows: [{ kind: RowKind.INSERT, values: ['OK'] }] });
}

export function resultOf(fields: readonly LogicalField[], rows: readonly (readonly unknown[])[], options: Pick<TableResultOptions, 'timeZone' | 'job'>): TableResult {
  return new TableResult({ rowType: { kind: 'ROW', isNullable: false, fields }, resultKind: 'SUCCESS_WITH_CONTENT', rows: rows.map((values) => ({ kind: RowKind.INSERT, values })), ...options });
}

export function resultOfLines(column: string, lines: readonly string[], timeZone: string): TableResult {
  return resultOf([{ name: column, type: LogicalTypes.STRING }], lines.map((line) => [line]), { timeZone });
}
