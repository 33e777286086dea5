// Results of statements on standard output: as a table, as one JSON object per row, as CSV, or as the changes as they come.
import type { TableResult, ResultRow } from '#table/api/table-result';
import { rowKindName, RowKind } from '#table/runtime/row-kind';
import { jsonOfValue } from '#table/values/json-value';
import { createValueTexts } from '#table/runtime/sink/row-text';
import { TableauPrinter } from '#table/api/tableau-printer';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export const RESULT_FORMATS = ['table', 'ndjson', 'csv', 'changelog'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

export interface ResultPrinterOptions {
  readonly format: ResultFormat;
  readonly timeZone: string;
  readonly write: (text: string) => void;
}

/** Prints all rows; rejects when the job of the statement fails. Of a bounded query the final rows, unless changes were asked for. */
export async function printResult(result: TableResult, options: ResultPrinterOptions): Promise<void> {
  const { format, write } = options;
  if (result.resultKind === 'SUCCESS') {
    await result.await();
    if (format === 'table' || format === 'changelog') write('[INFO] Execute statement succeeded.\n');
    return;
  }
  if (result.isModification) {
    await result.await();
    if (format === 'table' || format === 'changelog') write('[INFO] Execute statement succeeded.\n');
    return;
  }
  const lines = format === 'ndjson' ? jsonLines(result.rowType, write) : format === 'csv' ? csvLines(result.rowType, options) : tableLines(result, options);
  const rows = format === 'changelog' || !result.isBounded ? result.collect() : finalRows(result);
  for await (const row of rows) lines.row(row);
  lines.end();
}

interface Lines {
  row(row: ResultRow): void;
  end(): void;
}

/** The rows that are left when all changes have been applied, in the order in which they came. */
async function* finalRows(result: TableResult): AsyncIterable<ResultRow> {
  if (result.isInsertOnly) {
    yield* result.collect();
    return;
  }
  const kept = new Map<string, ResultRow[]>();
  let order = 0;
  const positions = new Map<ResultRow, number>();
  for await (const row of result.collect()) {
    const key = JSON.stringify(row.values.map((value, index) => jsonOfValue(result.rowType.fields[index]!.type, value)));
    const same = kept.get(key) ?? [];
    kept.set(key, same);
    if (row.kind === RowKind.INSERT || row.kind === RowKind.UPDATE_AFTER) {
      const plain = { kind: RowKind.INSERT, values: row.values };
      positions.set(plain, order++);
      same.push(plain);
    } else {
      same.shift();
    }
  }
  yield* [...kept.values()].flat().sort((a, b) => positions.get(a)! - positions.get(b)!);
}

function jsonLines(rowType: RowType, write: (text: string) => void): Lines {
  const keys = fieldKeys(rowType);
  return {
    row: ({ kind, values }) => write(`${JSON.stringify({ op: rowKindName(kind), row: Object.fromEntries(keys.map((key, index) => [key, jsonOfValue(rowType.fields[index]!.type, values[index])])) })}\n`),
    end: () => undefined,
  };
}

function csvLines(rowType: RowType, { write, timeZone }: ResultPrinterOptions): Lines {
  const keys = fieldKeys(rowType);
  const texts = createValueTexts(rowType, timeZone);
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  write(`${rowType.fields.map(({ name }) => cell(name)).join(',')}\n`);
  return {
    row: ({ values }) => {
      const row = Object.fromEntries(keys.map((key, index) => [key, values[index]]));
      write(`${texts(row).map((text, index) => (values[index] === null ? '' : cell(text))).join(',')}\n`);
    },
    end: () => undefined,
  };
}

function tableLines(result: TableResult, { format, write, timeZone }: ResultPrinterOptions): Lines {
  const { rowType } = result;
  const hasKind = format === 'changelog' || (!result.isBounded && !result.isInsertOnly);
  const printer = new TableauPrinter(rowType.fields, { hasKind }, write);
  const keys = fieldKeys(rowType);
  const texts = createValueTexts(rowType, timeZone);
  return {
    row: ({ kind, values }) => printer.row(rowKindName(kind), texts(Object.fromEntries(keys.map((key, index) => [key, values[index]]))).map((text, index) => (values[index] === null ? '<NULL>' : text))),
    end: () => printer.end(),
  };
}
