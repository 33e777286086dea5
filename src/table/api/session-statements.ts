// SET, RESET, USE: statements about the session itself.
import type { Session } from '#table/api/session';
import { resultOf, successResult } from '#table/api/statement-results';
import type { TableResult } from '#table/api/table-result';
import type { Statement } from '#table/parser/ast-statement';
import { LogicalTypes } from '#table/types/logical-type';

/** Undefined for a statement of another kind. */
export function executeSessionStatement(statement: Statement, _text: string, session: Session): TableResult | undefined {
  const { timeZone } = session;
  switch (statement.kind) {
    case 'set':
      if (statement.key === undefined || statement.value === undefined) {
        return resultOf([{ name: 'key', type: LogicalTypes.STRING }, { name: 'value', type: LogicalTypes.STRING }], [...session.settings()].sort().map(([key, value]) => [key, value]), { timeZone });
      }
      session.set(statement.key, statement.value);
      return successResult(timeZone);
    case 'reset': session.reset(statement.key); return successResult(timeZone);
    case 'use': {
      const parts = statement.name.parts.map(({ name }) => name);
      if (statement.object === 'CATALOG') session.catalogs.useCatalog(parts[0]!);
      else session.catalogs.useDatabase(parts.length === 2 ? parts[0]! : session.catalogs.currentCatalog, parts.at(-1)!);
      return successResult(timeZone);
    }
    default: return undefined;
  }
}
