// A result that is painted over and over in its place on the terminal while the query runs: result mode `table`. What does not fit on
// the screen is counted only; when the query ends, or is cancelled, the last painting stays.
import { MaterializedRows } from '#cli/commands/sql/materialized-rows';
import type { Clock } from '#platform/clock/clock';
import type { TableResult } from '#table/api/table-result';
import { TableauPrinter } from '#table/api/tableau-printer';
import { createValueTexts } from '#table/runtime/sink/row-text';
import { fieldKeys } from '#table/types/logical-type';

const PAINT_MS = 200;
const SCREEN_ROWS = 20;

export interface LiveTableOptions {
  readonly timeZone: string;
  /** Rows that are kept; the oldest go. */
  readonly rowsMax: number;
  readonly clock: Pick<Clock, 'scheduleRepeating'>;
  readonly write: (text: string) => void;
}

/** Rejects when the job fails. */
export async function showLive(result: TableResult, { timeZone, rowsMax, clock, write }: LiveTableOptions): Promise<void> {
  const rows = new MaterializedRows(result.rowType);
  const texts = createValueTexts(result.rowType, timeZone);
  const keys = fieldKeys(result.rowType);
  let paintedLines = 0;
  let isStale = false;
  const paint = (): void => {
    if (!isStale && paintedLines > 0) return;
    isStale = false;
    let text = '';
    const printer = new TableauPrinter(result.rowType.fields, { hasKind: false }, (piece) => { text += piece; });
    for (const values of rows.newest(SCREEN_ROWS)) {
      const cells = texts(Object.fromEntries(keys.map((key, index) => [key, values[index]])));
      printer.row('', cells.map((cell, index) => (values[index] === null ? '<NULL>' : cell)));
    }
    printer.end();
    if (rows.count > SCREEN_ROWS) text += `the newest of ${rows.count} rows\n`;
    // Up to where the last painting began, and away with it.
    write(`${paintedLines > 0 ? `\u001b[${paintedLines}A\u001b[J` : ''}${text}`);
    paintedLines = text.split('\n').length - 1;
  };
  const timer = clock.scheduleRepeating(PAINT_MS, paint);
  try {
    for await (const row of result.collect()) {
      rows.apply(row);
      if (rows.count > rowsMax) rows.dropOldest();
      isStale = true;
    }
  } finally {
    timer.cancel();
    isStale = true;
    paint();
  }
}
