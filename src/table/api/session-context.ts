// What the tables of a program need of its session: queries validated over tables that have no name in a catalog, plans run.
import { insertsOf, modificationsOf } from '#table/api/insert-statements';
import type { Session } from '#table/api/session';
import type { StatementExecutor } from '#table/api/statement-executor';
import type { TableResult } from '#table/api/table-result';
import type { ExpressionTable } from '#table/fluent/column-expression';
import { nameText } from '#table/fluent/literal-text';
import type { StatementSetContext } from '#table/fluent/table-pipeline';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { Query } from '#table/parser/ast-query';
import type { ExplainDetail, InsertStatement } from '#table/parser/ast-statement';
import { parsePath } from '#table/fluent/table-path';
import { parseStatement } from '#table/parser/parser';
import { checkStatement } from '#table/parser/statement-checks';
import type { Modification } from '#table/planner/planner';
import { QueryScope } from '#table/validator/query-scope';
import { StatementValidator } from '#table/validator/statement-validator';
import { convertTableAggregate } from '#table/validator/table-aggregate-converter';
import { failAt } from '#table/validator/validation-error';

export class SessionContext implements StatementSetContext {
  readonly #session: Session;
  readonly #executor: StatementExecutor;
  #registered = 0;

  constructor(session: Session, executor: StatementExecutor) {
    this.#session = session;
    this.#executor = executor;
  }

  plan(query: string, tables: readonly ExpressionTable[]): LogicalPlan {
    return new StatementValidator(query, this.#session).query(queryOf(query), new QueryScope([], undefined, tables));
  }

  tableAggregate(query: string, names: readonly string[] | undefined, tables: readonly ExpressionTable[]): LogicalPlan {
    const { body, span } = queryOf(query);
    if (body.kind !== 'select') return failAt(query, span, 'flatAggregate takes a call of a table aggregate function');
    return convertTableAggregate(body, names, new StatementValidator(query, this.#session), new QueryScope([], undefined, tables));
  }

  execute(plan: LogicalPlan): Promise<TableResult> {
    return this.#executor.query(plan);
  }

  explain(plan: LogicalPlan, details: readonly ExplainDetail[]): string {
    return this.#executor.explainQuery(plan, details);
  }

  modification(path: string, plan: LogicalPlan, { isOverwrite }: { readonly isOverwrite: boolean }): Modification {
    const name = this.register(plan);
    const text = `INSERT ${isOverwrite ? 'OVERWRITE' : 'INTO'} ${nameText(parsePath(path))} SELECT * FROM ${nameText([name])}`;
    try {
      return modificationsOf([parseStatement(text) as InsertStatement], text, this.#session)[0]!;
    } finally {
      this.#session.catalogs.dropTable(this.#session.catalogs.qualify([name]), { isTemporary: true });
    }
  }

  executeModifications(modifications: readonly Modification[]): Promise<TableResult> {
    return this.#executor.modify(modifications);
  }

  explainModifications(modifications: readonly Modification[], details: readonly ExplainDetail[]): string {
    return this.#executor.explainModifications(modifications, details);
  }

  compileModifications(modifications: readonly Modification[]): string {
    return this.#executor.compile(modifications);
  }

  insertsOfSql(text: string): readonly Modification[] {
    const statement = parseStatement(text);
    checkStatement(text, statement);
    return modificationsOf(insertsOf(statement, text, 'an INSERT is wanted here'), text, this.#session);
  }

  register(plan: LogicalPlan): string {
    const name = `UnnamedTable$${this.#registered++}`;
    this.createView(name, plan);
    return name;
  }

  createView(path: string, plan: LogicalPlan): void {
    const { catalogs } = this.#session;
    const view = { kind: 'view' as const, originalQuery: '', expandedQuery: '', rowType: plan.rowType, plan, comment: undefined, isTemporary: true };
    catalogs.createTable(catalogs.qualify(parsePath(path)), view, { isTemporary: true, ignoreIfExists: false });
  }
}

function queryOf(text: string): Query {
  const statement = parseStatement(text);
  checkStatement(text, statement);
  return statement.kind === 'query' ? statement : failAt(text, statement.span, 'a query is wanted here');
}
