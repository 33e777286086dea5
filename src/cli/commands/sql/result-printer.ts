// Results of statements on standard output: as a table, as one JSON object per row, as CSV, or as the changes as they come.
import type { TableResult, ResultRow } from '#table/api/table-result';
import { rowKindName, RowKind } from '#table/runtime/row-kind';
import { jsonOfValue } from '#table/values/json-value';
import { MaterializedRows } from '#cli/commands/sql/materialized-rows';
import { showLive } from '#cli/commands/sql/live-table';
import type { Clock } from '#platform/clock/clock';
import { createValueTexts } from '#table/runtime/sink/row-text';
import { TableauPrinter } from '#table/api/tableau-printer';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export const RESULT_FORMATS = ['table', 'ndjson', 'csv', 'changelog'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

export interface ResultPrinterOptions {
  readonly format: ResultFormat;
  readonly timeZone: string;
  readonly write: (text: string) => void;
  /** Whether an INSERT is waited for: `table.dml-sync`. Default true. */
  readonly isSync?: boolean;
  /** Where the output is a terminal: unbounded results are painted in place. */
  readonly live?: { readonly clock: Pick<Clock, 'scheduleRepeating'>; readonly rowsMax: number };
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
    const isTold = format === 'table' || format === 'changelog';
    if (options.isSync === false) {
      if (isTold) write(`[INFO] SQL update statement has been successfully submitted to the cluster:\nJob ID: ${result.getJobClient()!.jobId}\n`);
      return;
    }
    await result.await();
    if (isTold) write('[INFO] Execute statement succeeded.\n');
    return;
  }
  if (format === 'table' && !result.isBounded && options.live !== undefined) {
    await showLive(result, { timeZone: options.timeZone, write, ...options.live });
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
  const kept = new MaterializedRows(result.rowType);
  for await (const row of result.collect()) kept.apply(row);
  for (const values of kept.rows()) yield { kind: RowKind.INSERT, values };
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

function tableLines(result: TableResult, options: ResultPrinterOptions): Lines {
  const cells = cellsOf(result.rowType, options.timeZone);
  // What a statement itself answers is there at once; the rows of a query are printed as they come.
  if (result.getJobClient() === undefined) return answerLines(result, cells, options);
  const hasKind = options.format === 'changelog' || (!result.isBounded && !result.isInsertOnly);
  const printer = new TableauPrinter(result.rowType.fields, { hasKind }, options.write);
  return { row: ({ kind, values }) => printer.row(rowKindName(kind), cells(values)), end: () => printer.end() };
}

/** Texts of several lines (EXPLAIN, SHOW CREATE) stand for themselves, the rest in a frame that fits. */
function answerLines({ rowType }: TableResult, cells: (values: readonly unknown[]) => readonly string[], { write }: ResultPrinterOptions): Lines {
  const rows: (readonly string[])[] = [];
  return {
    row: ({ values }) => rows.push(cells(values)),
    end: () => {
      const [only] = rows;
      if (rows.length === 1 && only!.length === 1 && only![0]!.includes('\n')) {
        write(`${only![0]!.trimEnd()}\n`);
        return;
      }
      const printer = new TableauPrinter(rowType.fields, { hasKind: false, rows }, write);
      for (const row of rows) printer.row('', row);
      printer.end();
    },
  };
}

function cellsOf(rowType: RowType, timeZone: string): (values: readonly unknown[]) => readonly string[] {
  const keys = fieldKeys(rowType);
  const texts = createValueTexts(rowType, timeZone);
  return (values) => texts(Object.fromEntries(keys.map((key, index) => [key, values[index]]))).map((text, index) => (values[index] === null ? '<NULL>' : text));
}
