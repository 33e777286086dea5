// Carries out statements, by kind. Data definition and session statements change the session; the rest plans and starts jobs.
import { COLLECT_UID, collectTable } from '#table/api/collect-table';
import { compilePlan, loadPlan, readPlan, writePlan } from '#table/api/compiled-plans';
import { insertsOf, modificationsOf } from '#table/api/insert-statements';
import type { PlanFiles } from '#table/api/plan-files';
import type { ProgramEnvironment } from '#table/api/program-environment';
import { executeDefinition } from '#table/api/definition-statements';
import type { Session } from '#table/api/session';
import { executeJobStatement, type SessionJobs } from '#table/api/session-jobs';
import { refusedStatement } from '#table/api/refused-statements';
import { StatementSetInProgress } from '#table/api/statement-set-in-progress';
import { executeSessionStatement } from '#table/api/session-statements';
import { resultOf, resultOfLines, successResult } from '#table/api/statement-results';
import { TableResult } from '#table/api/table-result';
import type { TableObject } from '#table/factories/table-factory';
import { identifierText, sinkRowType, type ResolvedColumn, type ResolvedTable } from '#table/catalog/resolved-table';
import { statementUids } from '#table/compiled/operator-uids';
import { TableError } from '#table/errors';
import { buildStreamGraph } from '#graph/stream-graph/build-stream-graph';
import { executionPlanJson } from '#graph/stream-graph/execution-plan';
import type { Transformation } from '#graph/transformation/transformation';
import { StreamSinkExec } from '#table/streams/stream-sink-exec';
import { TransformationList } from '#graph/transformation/transformation-list';
import { explainText } from '#table/explain/explain-text';
import { inferChangelog } from '#table/exec/changelog-inference';
import { checkEpochs, isEpochConsistent } from '#table/exec/epoch-output';
import { isInsertOnly, type ExecNode } from '#table/exec/exec-node';
import { ScanExec } from '#table/exec/scan-exec';
import type { NodeTtl } from '#table/exec/translate-plan';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { CompileAndExecutePlan, CompilePlan, ExecutePlan, ExplainDetail, Statement } from '#table/parser/ast-statement';
import { Planner, type Modification } from '#table/planner/planner';
import { LogicalTypes, notNull } from '#table/types/logical-type';
import { failAt } from '#table/validator/validation-error';
import { StatementValidator } from '#table/validator/statement-validator';

export interface ExecutorOptions {
  /** For COMPILE PLAN and EXECUTE PLAN. */
  readonly planFiles?: PlanFiles | undefined;
  /** The program runs again, in a worker: it writes no files. */
  readonly isReplayed?: boolean;
  /** For SHOW JOBS and STOP JOB. */
  readonly jobs?: SessionJobs | undefined;
}

interface StartOptions {
  readonly collectUid?: string;
  /** Left out: ids that belong to the statement. */
  readonly uidOf?: (node: ExecNode) => string;
  readonly ttlOf?: (node: ExecNode) => NodeTtl | undefined;
}

export class StatementExecutor {
  readonly #session: Session;
  readonly #environment: ProgramEnvironment;
  readonly #planFiles: PlanFiles | undefined;
  readonly #isReplayed: boolean;
  readonly #jobs: SessionJobs | undefined;
  readonly #statementSet = new StatementSetInProgress();

  constructor(session: Session, environment: ProgramEnvironment, options: ExecutorOptions = {}) {
    this.#session = session;
    this.#environment = environment;
    this.#planFiles = options.planFiles;
    this.#isReplayed = options.isReplayed ?? false;
    this.#jobs = options.jobs;
  }

  async execute(statement: Statement, text: string): Promise<TableResult> {
    if (this.#statementSet.isOpen && statement.kind !== 'begin-statement-set' && statement.kind !== 'end-statement-set') {
      this.#statementSet.add(statement, text, this.#session);
      return successResult(this.#session.timeZone);
    }
    switch (statement.kind) {
      case 'begin-statement-set': this.#statementSet.begin(); return successResult(this.#session.timeZone);
      case 'end-statement-set': return this.modify(this.#statementSet.end());
      case 'describe-job': case 'stop-job': return executeJobStatement(statement, this.#jobs, this.#session);
      case 'show':
        if (statement.subject === 'JOBS') return executeJobStatement(statement, this.#jobs, this.#session);
        break;
      case 'query': return this.query(new StatementValidator(text, this.#session).query(statement));
      case 'insert': case 'statement-set': return this.modify(modificationsOf(insertsOf(statement, text, ''), text, this.#session));
      case 'compile-plan': case 'execute-plan': case 'compile-and-execute-plan': return this.#planStatement(statement, text);
      case 'execute': return this.execute(statement.statement, text);
      case 'explain': return resultOfLines('result', [this.explain(statement.statement, text, statement.details)], this.#session.timeZone);
      default: break;
    }
    const definition = await executeDefinition(statement, text, this.#session, (query, sink) => this.#insertInto(query, sink));
    const result = definition ?? executeSessionStatement(statement, text, this.#session);
    if (result === undefined) throw refusedStatement(statement);
    return result;
  }

  /** Syntax tree, optimised and physical plan. */
  explain(statement: Statement, text: string, details: readonly ExplainDetail[]): string {
    const planned = statement.kind === 'execute' ? statement.statement : statement;
    if (planned.kind === 'query') return this.explainQuery(new StatementValidator(text, this.#session).query(planned), details);
    if (planned.kind === 'create-table' && planned.query !== undefined) return this.explainQuery(new StatementValidator(text, this.#session).query(planned.query), details);
    return this.explainModifications(modificationsOf(insertsOf(planned, text, 'EXPLAIN takes a query, an INSERT or a statement set'), text, this.#session), details);
  }

  explainQuery(logical: LogicalPlan, details: readonly ExplainDetail[]): string {
    const planner = new Planner(this.#session);
    return this.#explained([logical], planner, [planner.physical(planner.optimized(logical))], details);
  }

  explainModifications(modifications: readonly Modification[], details: readonly ExplainDetail[]): string {
    const planner = new Planner(this.#session);
    return this.#explained(modifications.map(({ query }) => query), planner, planner.sinks(modifications), details);
  }

  /** As JSON text: see compiled-plan.ts. */
  compile(modifications: readonly Modification[]): string {
    return compilePlan(modifications, this.#session, this.#environment.getConfig().toMap());
  }

  explainPlan(plan: string, place: string, details: readonly ExplainDetail[]): string {
    const { planner, modifications, roots } = loadPlan(plan, place, this.#session);
    return this.#explained(modifications.map(({ query }) => query), planner, roots, details);
  }

  executePlan(plan: string, place: string): Promise<TableResult> {
    const { planner, modifications, roots, nodes } = loadPlan(plan, place, this.#session);
    return this.#startModifications(modifications, planner, roots, { uidOf: (node) => nodes.get(node)!.uid, ttlOf: (node) => nodes.get(node)!.stateTtl });
  }

  async #planStatement(statement: CompilePlan | ExecutePlan | CompileAndExecutePlan, text: string): Promise<TableResult> {
    const { file } = statement;
    const files = this.#planFiles;
    if (files === undefined) throw new TableError('TABLE_PLAN_INVALID', `Cannot reach the plan file '${file}': this table environment was made without files`);
    if (statement.kind === 'execute-plan') return this.executePlan(await readPlan(file, files), file);
    const compiled = (): string => this.compile(modificationsOf(insertsOf(statement.statement, text, 'COMPILE PLAN takes an INSERT or a statement set'), text, this.#session));
    const isForced = this.#session.option('table.plan.force-recompile') === 'true';
    if (statement.kind === 'compile-plan') {
      // A program that runs again in a worker finds the file that it wrote itself.
      if (!this.#isReplayed) await writePlan(file, compiled(), files, { ifNotExists: statement.ifNotExists, isForced });
      return successResult(this.#session.timeZone);
    }
    if (!this.#isReplayed && (isForced || (await files.read(file)) === undefined)) await writePlan(file, compiled(), files, { ifNotExists: false, isForced });
    return this.executePlan(await readPlan(file, files), file);
  }

  /** Plans and starts what writes the rows of a query back to the client. */
  async query(plan: LogicalPlan): Promise<TableResult> {
    const planner = new Planner(this.#session);
    const uid = COLLECT_UID;
    const table = collectTable(plan.rowType, uid, this.#session.catalogs);
    const roots = planner.sinks([{ query: plan, table, optionHints: {}, isOverwrite: false, staticPartitions: {} }]);
    const isAppend = isInsertOnly(inferChangelog(roots).changesOf(roots[0]!.inputs[0]!));
    const client = await this.#start(planner, roots, 'collect', { collectUid: uid });
    return new TableResult({ rowType: plan.rowType, resultKind: 'SUCCESS_WITH_CONTENT', timeZone: this.#session.timeZone, job: { client, sinkUid: uid }, isInsertOnly: isAppend, isBounded: isBoundedPlan(roots[0]!) });
  }

  async executeInto(statement: Statement, text: string, name: string, target: { readonly factory?: TableObject; readonly options?: Readonly<Record<string, string>> }): Promise<TableResult> {
    if (statement.kind !== 'query') return failAt(text, statement.span, 'a query is wanted here');
    const query = new StatementValidator(text, this.#session).query(statement);
    const columns = query.rowType.fields.map((field): ResolvedColumn => ({ kind: 'physical', name: field.name, type: { ...field.type, isNullable: true } }));
    const table: ResolvedTable = {
      identifier: this.#session.catalogs.qualify([name]), isTemporary: true, options: target.options ?? {}, partitionKeys: [], schema: { columns, watermark: undefined, primaryKey: undefined },
      ...(target.factory === undefined ? {} : { factory: target.factory }),
    };
    return this.modify([{ query, table, optionHints: {}, isOverwrite: false, staticPartitions: {} }]);
  }

  #insertInto(query: LogicalPlan, sink: ResolvedTable): Promise<TableResult> {
    if (sinkRowType(sink.schema).fields.length !== query.rowType.fields.length) throw new TableError('TABLE_NOT_SUPPORTED', `the query has ${query.rowType.fields.length} columns, ${identifierText(sink.identifier)} another number`);
    return this.modify([{ query, table: sink, optionHints: {}, isOverwrite: false, staticPartitions: {} }]);
  }

  /** Adds the plan to the program that is being built; its rows go on as a stream. Throws TABLE_CHANGELOG_MISMATCH. */
  streamOf(plan: LogicalPlan, options: { readonly isChangelog: boolean }): Transformation {
    const environment = this.#environment;
    const planner = new Planner(this.#session);
    const root = new StreamSinkExec(planner.physical(planner.optimized(plan)), options);
    return planner.translate([root], { transformations: environment.transformations, parallelism: environment.explicitParallelism, firstOfJob: environment.firstOfJob, uidOf: statementUids(), ttlOf: () => undefined })[0]!;
  }

  async modify(modifications: readonly Modification[]): Promise<TableResult> {
    if (modifications.length === 0) return successResult(this.#session.timeZone);
    const planner = new Planner(this.#session);
    return this.#startModifications(modifications, planner, planner.sinks(modifications), {});
  }

  async #startModifications(modifications: readonly Modification[], planner: Planner, roots: readonly ExecNode[], ids: StartOptions): Promise<TableResult> {
    const names = modifications.map(({ table }) => [table.identifier.catalog, table.identifier.database, table.identifier.name].join('.'));
    const client = await this.#start(planner, roots, `insert-into_${names.join(',')}`, ids);
    // Flink answers with a column per sink, -1 being the number of rows of a job that still runs.
    return resultOf(names.map((name) => ({ name, type: notNull(LogicalTypes.BIGINT) })), [names.map(() => -1)], { timeZone: this.#session.timeZone, job: { client, sinkUid: undefined } });
  }

  async #start(planner: Planner, roots: readonly ExecNode[], name: string, { collectUid, uidOf = statementUids(), ttlOf = () => undefined }: StartOptions): ReturnType<ProgramEnvironment['executeAsync']> {
    const environment = this.#environment;
    planner.translate(roots, { transformations: environment.transformations, parallelism: environment.explicitParallelism, firstOfJob: environment.firstOfJob, uidOf, ttlOf });
    if (collectUid !== undefined) environment.transformations.all.at(-1)!.uid = collectUid;
    const option = (key: string): string | undefined => this.#session.option(key);
    if (isEpochConsistent(option, this.#session.isBatch)) checkEpochs(option, roots.every(isBoundedPlan));
    // SQL operators never change a row that they were given: nothing has to be copied.
    return environment.executeAsync(this.#session.option('pipeline.name') ?? name, { ...Object.fromEntries(this.#session.settings()), 'pipeline.object-reuse': true });
  }

  #explained(logical: readonly LogicalPlan[], planner: Planner, roots: readonly ExecNode[], details: readonly ExplainDetail[]): string {
    const session = this.#session;
    const ttl = session.option('table.exec.state.ttl');
    const hasTtl = ttl !== undefined && !/^0\b/.test(ttl.trim());
    return explainText({ logical, roots, details, settings: { isBatch: session.isBatch, hasTtl, functions: session.functions, option: (key) => session.option(key) }, executionPlan: () => this.#executionPlan(planner, roots) });
  }

  /** In a list of its own: nothing of it belongs to the job that the program may be building. */
  #executionPlan(planner: Planner, roots: readonly ExecNode[]): string {
    const environment = this.#environment;
    const transformations = new TransformationList();
    planner.translate(roots, { transformations, parallelism: environment.explicitParallelism, firstOfJob: 0, uidOf: statementUids(), ttlOf: () => undefined });
    return executionPlanJson(buildStreamGraph(transformations.all, { defaultParallelism: environment.getParallelism(), chainingEnabled: true, jobName: 'explain', config: {} }));
  }
}

function isBoundedPlan(node: ExecNode): boolean {
  return node instanceof ScanExec ? node.source.isBounded : node.inputs.every(isBoundedPlan);
}
