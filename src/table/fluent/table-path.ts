// Names of tables in calls: parts with dots between, back-ticks around a part that has dots of its own. Unlike in SQL, reserved words
// need no back-ticks.
import { TableError } from '#table/errors';

export function parsePath(path: string): readonly string[] {
  const parts = [...path.matchAll(/`((?:[^`]|``)*)`|([^.`]+)|(\.)/g)];
  const isWhole = parts.reduce((length, [text]) => length + text.length, 0) === path.length;
  const names = parts.filter(([, , , dot]) => dot === undefined).map(([, quoted, plain]) => quoted?.replaceAll('``', '`') ?? plain!);
  if (!isWhole || parts.length !== names.length * 2 - 1 || names.some((name) => name === '')) {
    throw new TableError('TABLE_API_INVALID', `'${path}' is no name of a table: give t, database.t or catalog.database.t, with back-ticks around a part that has dots`);
  }
  return names;
}
