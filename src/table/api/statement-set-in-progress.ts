// BEGIN STATEMENT SET: the INSERTs that come as statements of their own until END, which starts them as one job.
import { modificationsOf } from '#table/api/insert-statements';
import type { Session } from '#table/api/session';
import { TableError } from '#table/errors';
import type { Statement } from '#table/parser/ast-statement';
import type { Modification } from '#table/planner/planner';
import { failAt } from '#table/validator/validation-error';

export class StatementSetInProgress {
  #modifications: Modification[] | undefined;

  get isOpen(): boolean {
    return this.#modifications !== undefined;
  }

  begin(): void {
    if (this.isOpen) throw new TableError('TABLE_STATEMENT_SET', "a statement set is open already: add INSERT statements, or start it with END");
    this.#modifications = [];
  }

  /** An INSERT is refused here, not only at END. */
  add(statement: Statement, text: string, session: Session): void {
    if (statement.kind !== 'insert') return failAt(text, statement.span, "Wrong statement after 'BEGIN STATEMENT SET': only INSERT INTO, INSERT OVERWRITE and END are allowed");
    this.#modifications!.push(...modificationsOf([statement], text, session));
  }

  end(): readonly Modification[] {
    const modifications = this.#modifications;
    if (modifications === undefined) throw new TableError('TABLE_STATEMENT_SET', 'END without a statement set: open one with BEGIN STATEMENT SET');
    this.#modifications = undefined;
    return modifications;
  }
}
