// How the results of a query are shown: `sql-client.execution.result-mode` of the session, where it is set, else `--format`.
import type { ResultFormat } from '#cli/commands/sql/result-printer';
import type { Session } from '#table/api/session';
import { TableError } from '#table/errors';

export const RESULT_MODE = 'sql-client.execution.result-mode';
export const ROWS_MAX = 'sql-client.execution.max-table-result.rows';
const ROWS_MAX_DEFAULT = 1_000_000;

/** Throws TABLE_OPTION_INVALID. A tableau shows changes on streams and rows in batches, as Flink's does. */
export function resultFormat(session: Session, format: ResultFormat): ResultFormat {
  const mode = session.settings().get(RESULT_MODE);
  switch (mode?.toLowerCase()) {
    case undefined: return format;
    case 'table': return 'table';
    case 'changelog': return 'changelog';
    case 'tableau': return session.isBatch ? 'table' : 'changelog';
    default: throw new TableError('TABLE_OPTION_INVALID', `'${RESULT_MODE}' is '${mode!}': give table, changelog or tableau`);
  }
}

/** Rows that a live table keeps. Throws TABLE_OPTION_INVALID. */
export function liveRowsMax(session: Session): number {
  const text = session.option(ROWS_MAX);
  if (text === undefined) return ROWS_MAX_DEFAULT;
  const rows = Number(text);
  if (!Number.isInteger(rows) || rows === 0) throw new TableError('TABLE_OPTION_INVALID', `'${ROWS_MAX}' is '${text}': give a number of rows, or -1 for ${ROWS_MAX_DEFAULT}`);
  return rows < 0 ? ROWS_MAX_DEFAULT : rows;
}
