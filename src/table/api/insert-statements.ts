// From statements that write to what is planned of them.
import type { Session } from '#table/api/session';
import type { InsertStatement, Statement } from '#table/parser/ast-statement';
import type { Modification } from '#table/planner/planner';
import { convertInsert } from '#table/validator/insert-converter';
import { StatementValidator } from '#table/validator/statement-validator';
import { failAt } from '#table/validator/validation-error';

export function modificationsOf(inserts: readonly InsertStatement[], text: string, session: Session): readonly Modification[] {
  const validator = new StatementValidator(text, session);
  return inserts.map((insert) => convertInsert(insert, validator, session));
}

/** The INSERTs of one statement. @param what for the refusal of another kind: `EXPLAIN takes …`. */
export function insertsOf(statement: Statement, text: string, what: string): readonly InsertStatement[] {
  switch (statement.kind) {
    case 'insert': return [statement];
    case 'statement-set': return statement.inserts;
    case 'execute': return insertsOf(statement.statement, text, what);
    default: return failAt(text, statement.span, what);
  }
}
