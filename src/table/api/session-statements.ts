// Statements that look at or change the session itself: SET, RESET, USE, SHOW, DESCRIBE, modules.
import { executeDescribe } from '#table/api/describe-statements';
import { executeShow, executeShowCreate } from '#table/api/show-statements';
import type { Session } from '#table/api/session';
import { resultOf, successResult } from '#table/api/statement-results';
import type { TableResult } from '#table/api/table-result';
import type { Statement } from '#table/parser/ast-statement';
import { LogicalTypes } from '#table/types/logical-type';

/** Undefined for a statement of another kind. */
export function executeSessionStatement(statement: Statement, text: string, session: Session): TableResult | undefined {
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
    case 'show': return executeShow(statement, text, session);
    case 'show-create': return executeShowCreate(statement, text, session);
    case 'describe': return executeDescribe(statement, text, session);
    case 'load-module': session.modules.load(statement.module.name); return successResult(timeZone);
    case 'unload-module': session.modules.unload(statement.module.name); return successResult(timeZone);
    case 'use-modules': session.modules.use(statement.modules.map(({ name }) => name)); return successResult(timeZone);
    default: return undefined;
  }
}
