// Carries out statements, by kind. Data definition and session statements change the session; the rest plans and starts jobs.
import { COLLECT_UID_PREFIX, collectTable } from '#table/api/collect-table';
import type { ProgramEnvironment } from '#table/api/program-environment';
import { executeDefinition } from '#table/api/definition-statements';
import type { Session } from '#table/api/session';
import { executeSessionStatement } from '#table/api/session-statements';
import { resultOf, resultOfLines, successResult } from '#table/api/statement-results';
import { TableResult } from '#table/api/table-result';
import type { TableObject } from '#table/factories/table-factory';
import { identifierText, sinkRowType, type ResolvedColumn, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { inferChangelog } from '#table/exec/changelog-inference';
import { isInsertOnly, type ExecNode } from '#table/exec/exec-node';
import { ScanExec } from '#table/exec/scan-exec';
import { planTree } from '#table/exec/plan-text';
import type { LogicalPlan } from '#table/logical/logical-plan';
import { logicalTree } from '#table/logical/logical-text';
import type { InsertStatement, Statement } from '#table/parser/ast-statement';
import type { Query } from '#table/parser/ast-query';
import type { ExplainDetail } from '#table/parser/ast-statement';
import { Planner, type Modification } from '#table/planner/planner';
import { LogicalTypes, notNull } from '#table/types/logical-type';
import { failAt } from '#table/validator/validation-error';
import { convertInsert } from '#table/validator/insert-converter';
import { StatementValidator } from '#table/validator/statement-validator';

export class StatementExecutor {
  readonly #session: Session;
  readonly #environment: ProgramEnvironment;
  #collectCount = 0;

  constructor(session: Session, environment: ProgramEnvironment) {
    this.#session = session;
    this.#environment = environment;
  }

  async execute(statement: Statement, text: string): Promise<TableResult> {
    switch (statement.kind) {
      case 'query': return this.#query(statement, text);
      case 'insert': return this.#inserts([statement], text);
      case 'statement-set': return this.#inserts(statement.inserts, text);
      case 'execute': return this.execute(statement.statement, text);
      case 'explain': return resultOfLines('result', [this.explain(statement.statement, text, statement.details)], this.#session.timeZone);
      default: break;
    }
    const definition = await executeDefinition(statement, text, this.#session, (query, sink) => this.#insertInto(query, sink));
    const result = definition ?? executeSessionStatement(statement, text, this.#session);
    return result ?? failAt(text, statement.span, `this statement (${statement.kind}) is not supported`);
  }

  /** Abstract tree, optimised and physical plan. */
  explain(statement: Statement, text: string, details: readonly ExplainDetail[]): string {
    const planner = new Planner(this.#session);
    const validator = new StatementValidator(text, this.#session);
    if (statement.kind === 'query') {
      const logical = validator.query(statement);
      return explainText([logical], [planner.physical(planner.optimized(logical))], details);
    }
    const inserts = statement.kind === 'insert' ? [statement] : statement.kind === 'statement-set' ? statement.inserts : failAt(text, statement.span, 'EXPLAIN takes a query, an INSERT or a statement set');
    const modifications = inserts.map((insert) => convertInsert(insert, validator, this.#session));
    return explainText(modifications.map(({ query }) => query), planner.sinks(modifications), details);
  }

  async #query(query: Query, text: string): Promise<TableResult> {
    const plan = new StatementValidator(text, this.#session).query(query);
    const planner = new Planner(this.#session);
    const uid = `${COLLECT_UID_PREFIX}${this.#collectCount++}`;
    const table = collectTable(plan.rowType, uid, this.#session.catalogs);
    const roots = planner.sinks([{ query: plan, table, optionHints: {}, isOverwrite: false, staticPartitions: {} }]);
    const isAppend = isInsertOnly(inferChangelog(roots).changesOf(roots[0]!.inputs[0]!));
    const client = await this.#start(planner, roots, 'collect', uid);
    return new TableResult({ rowType: plan.rowType, resultKind: 'SUCCESS_WITH_CONTENT', timeZone: this.#session.timeZone, job: { client, sinkUid: uid }, isInsertOnly: isAppend, isBounded: isBoundedPlan(roots[0]!) });
  }

  async #inserts(inserts: readonly InsertStatement[], text: string): Promise<TableResult> {
    const validator = new StatementValidator(text, this.#session);
    const modifications = inserts.map((insert) => convertInsert(insert, validator, this.#session));
    return this.#modify(modifications);
  }

  async executeInto(statement: Statement, text: string, name: string, target: { readonly factory?: TableObject; readonly options?: Readonly<Record<string, string>> }): Promise<TableResult> {
    if (statement.kind !== 'query') return failAt(text, statement.span, 'a query is wanted here');
    const query = new StatementValidator(text, this.#session).query(statement);
    const columns = query.rowType.fields.map((field): ResolvedColumn => ({ kind: 'physical', name: field.name, type: { ...field.type, isNullable: true } }));
    const table: ResolvedTable = {
      identifier: this.#session.catalogs.qualify([name]), isTemporary: true, options: target.options ?? {}, partitionKeys: [], schema: { columns, watermark: undefined, primaryKey: undefined },
      ...(target.factory === undefined ? {} : { factory: target.factory }),
    };
    return this.#modify([{ query, table, optionHints: {}, isOverwrite: false, staticPartitions: {} }]);
  }

  #insertInto(query: LogicalPlan, sink: ResolvedTable): Promise<TableResult> {
    if (sinkRowType(sink.schema).fields.length !== query.rowType.fields.length) throw new TableError('TABLE_NOT_SUPPORTED', `the query has ${query.rowType.fields.length} columns, ${identifierText(sink.identifier)} another number`);
    return this.#modify([{ query, table: sink, optionHints: {}, isOverwrite: false, staticPartitions: {} }]);
  }

  async #modify(modifications: readonly Modification[]): Promise<TableResult> {
    if (modifications.length === 0) return successResult(this.#session.timeZone);
    const planner = new Planner(this.#session);
    const roots = planner.sinks(modifications);
    const names = modifications.map(({ table }) => [table.identifier.catalog, table.identifier.database, table.identifier.name].join('.'));
    const client = await this.#start(planner, roots, `insert-into_${names.join(',')}`, undefined);
    // Flink answers with a column per sink, -1 being the number of rows of a job that still runs.
    return resultOf(names.map((name) => ({ name, type: notNull(LogicalTypes.BIGINT) })), [names.map(() => -1)], { timeZone: this.#session.timeZone, job: { client, sinkUid: undefined } });
  }

  async #start(planner: Planner, roots: readonly ExecNode[], name: string, collectUid: string | undefined): ReturnType<ProgramEnvironment['executeAsync']> {
    const environment = this.#environment;
    planner.translate(roots, { transformations: environment.transformations, parallelism: environment.explicitParallelism });
    if (collectUid !== undefined) environment.transformations.all.at(-1)!.uid = collectUid;
    // SQL operators never change a row that they were given: nothing has to be copied.
    environment.configure({ 'pipeline.object-reuse': true });
    return environment.executeAsync(this.#session.option('pipeline.name') ?? name);
  }
}

function isBoundedPlan(node: ExecNode): boolean {
  return node instanceof ScanExec ? node.source.isBounded : node.inputs.every(isBoundedPlan);
}

function explainText(logical: readonly LogicalPlan[], roots: readonly ExecNode[], details: readonly ExplainDetail[]): string {
  const traits = inferChangelog(roots);
  const suffix = details.includes('CHANGELOG_MODE') ? (node: ExecNode) => `, changelogMode=[${changelogText(node, traits)}]` : undefined;
  return [
    '== Abstract Syntax Tree ==', ...logical.map((plan) => `${logicalTree(plan)}\n`),
    '== Optimized Physical Plan ==', ...roots.map((root) => `${planTree(root, suffix)}\n`),
    '== Optimized Execution Plan ==', ...roots.map((root) => planTree(root)), '',
  ].join('\n');
}

function changelogText(node: ExecNode, traits: ReturnType<typeof inferChangelog>): string {
  if (node.kind === 'Sink') return 'NONE';
  const { updates, deletes } = traits.changesOf(node);
  return ['I', ...(updates && traits.emitsUpdateBefore(node) ? ['UB'] : []), ...(updates ? ['UA'] : []), ...(deletes ? ['D'] : [])].join(',');
}
