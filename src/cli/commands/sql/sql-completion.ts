// What may follow in a line of SQL: keywords, and names of the session's catalogs, tables and functions.
import type { Completion } from '#platform/terminal/terminal';
import type { Session } from '#table/api/session';
import { builtInFunctionNames } from '#table/functions/built-in-functions';
import { RESERVED_WORDS } from '#table/parser/keywords';

const SHELL_WORDS = ['HELP', 'QUIT', 'EXIT', 'CLEAR', 'TABLES', 'VIEWS', 'CATALOG', 'DATABASE', 'VIEW', 'TEMPORARY', 'IF', 'WITH'];
const WORD = /[\p{L}_$`][\p{L}\p{N}_$.`]*$/u;

/** Candidates for the last word of `line`, sorted; words of SQL keep the case in which it was begun. */
export function completeSql(line: string, { catalogs }: Session): Completion {
  const word = WORD.exec(line)?.[0] ?? '';
  if (word === '') return { candidates: [], word };
  const names = [...catalogs.listCatalogs(), ...catalogs.catalog(catalogs.currentCatalog).listDatabases(), ...catalogs.listTables(catalogs.currentCatalog, catalogs.currentDatabase), ...catalogs.listFunctions()];
  const isLower = word === word.toLowerCase();
  const keywords = [...RESERVED_WORDS, ...SHELL_WORDS, ...builtInFunctionNames()].map((keyword) => (isLower ? keyword.toLowerCase() : keyword));
  const candidates = new Set([...names, ...keywords].filter((candidate) => candidate.startsWith(word)));
  return { candidates: [...candidates].sort(), word };
}
