// From statements that write somewhere to transformations: validate, optimise, plan, infer changes, translate. Each stage can be
// looked at on its own: EXPLAIN prints them.
import { castTo } from '#table/expressions/implicit-cast';
import type { Expression } from '#table/expressions/expression';
import { reduceExpression } from '#table/expressions/reduce-expression';
import { identifierPath, sinkRowType, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { inferChangelog } from '#table/exec/changelog-inference';
import { isInsertOnly, type ExecNode } from '#table/exec/exec-node';
import { SinkExec } from '#table/exec/sink-exec';
import { translatePlan, type TranslationSettings } from '#table/exec/translate-plan';
import { lookupSourceOf, scanSourceOf, sinkOf } from '#table/factories/connector-registry';
import type { ScanTableSource, TableSink } from '#table/factories/table-factory';
import type { Transformation } from '#graph/transformation/transformation';
import type { LogicalPlan, ScanNode } from '#table/logical/logical-plan';
import { optimize, OPTIONAL_RULES } from '#table/optimizer/optimize';
import { planPhysical } from '#table/planner/plan-physical';
import { SharedNodes } from '#table/planner/shared-nodes';
import type { ValidatorSession } from '#table/validator/statement-validator';
import type { RowType } from '#table/types/logical-type';
import { withoutConflicts } from '#table/planner/sink-conflicts';

const JOIN_REORDER = 'table.optimizer.join-reorder-enabled';
const SKIPPED_RULES = 'millrace.optimizer.skipped-rules';

/** One INSERT: a query, and where its rows go. */
export interface Modification {
  readonly query: LogicalPlan;
  readonly table: ResolvedTable;
  readonly optionHints: Readonly<Record<string, string>>;
  readonly isOverwrite: boolean;
  readonly staticPartitions: Readonly<Record<string, string>>;
  readonly onConflict?: 'ERROR' | 'NOTHING' | 'DEDUPLICATE' | undefined;
}

export class Planner {
  readonly #session: ValidatorSession;
  readonly #shared: SharedNodes;
  /** One source per table and hints, so that scans of one table can become one. */
  readonly #sources = new Map<ResolvedTable, Map<string, ScanTableSource>>();

  constructor(session: ValidatorSession) {
    this.#session = session;
    this.#shared = new SharedNodes({ isOn: session.option('table.optimizer.reuse-sub-plan-enabled') !== 'false' });
  }

  optimized(plan: LogicalPlan): LogicalPlan {
    const { functions } = this.#session;
    const joinEstimates = this.#session.option(JOIN_REORDER) === 'true' ? { rowCount: ({ table, optionHints }: ScanNode) => this.#scanSource(table, optionHints).rowCount } : undefined;
    return optimize(plan, { reduce: (expression) => reduceExpression(expression, functions), skipped: skippedRules(this.#session.option(SKIPPED_RULES)), joinEstimates });
  }

  physical(plan: LogicalPlan): ExecNode {
    const session = this.#session;
    const { functions } = session;
    return planPhysical(plan, {
      isBatch: session.isBatch, functions, option: (key) => session.option(key), scanSource: (table, hints) => this.#scanSource(table, hints), lookupSource: lookupSourceOf,
      reduce: (expression) => reduceExpression(expression, functions), shared: this.#shared,
    });
  }

  /** Physical plans of several statements, with what they share planned once. */
  sinks(modifications: readonly Modification[]): readonly ExecNode[] {
    return this.sinksOfOptimized(modifications.map((modification) => this.optimizedSink(modification)));
  }

  /** With the columns and types of the sink, and rewritten: what a compiled plan keeps. */
  optimizedSink(modification: Modification): Modification {
    return { ...modification, query: this.optimized(castToSink(modification.query, sinkRowType(modification.table.schema), this.#session.functions.localTimeZone)) };
  }

  sinksOfOptimized(modifications: readonly Modification[]): readonly ExecNode[] {
    return modifications.map((modification) => this.#sinkNode(modification));
  }

  translate(roots: readonly ExecNode[], target: Pick<TranslationSettings, 'transformations' | 'parallelism' | 'firstOfJob' | 'uidOf' | 'ttlOf'>): readonly Transformation[] {
    const session = this.#session;
    return translatePlan(roots, inferChangelog(roots), { ...target, functions: session.functions, isBatch: session.isBatch, option: (key) => session.option(key) });
  }

  #scanSource(table: ResolvedTable, hints: Readonly<Record<string, string>>): ScanTableSource {
    const known = this.#sources.get(table) ?? new Map<string, ScanTableSource>();
    this.#sources.set(table, known);
    const key = JSON.stringify(hints);
    const source = known.get(key) ?? scanSourceOf(table, hints);
    known.set(key, source);
    return source;
  }

  #sinkNode({ query, table, optionHints, isOverwrite, staticPartitions, onConflict }: Modification): ExecNode {
    const rowType = sinkRowType(table.schema);
    const sink = sinkOf(table, optionHints);
    return this.#sinkOver(this.physical(query), table, sink, rowType, { isOverwrite, staticPartitions, onConflict });
  }

  #sinkOver(input: ExecNode, table: ResolvedTable, sink: TableSink, rowType: RowType, { onConflict, ...options }: Pick<Modification, 'isOverwrite' | 'staticPartitions' | 'onConflict'>): ExecNode {
    if (options.isOverwrite && sink.supportsOverwrite !== true) {
      throw new TableError('TABLE_NOT_SUPPORTED', `INSERT OVERWRITE requires that the underlying DynamicTableSink of table '${identifierPath(table.identifier)}' implements the SupportsOverwrite interface: use INSERT INTO, or a table of the filesystem connector`);
    }
    const changes = inferChangelog([input]).changesOf(input);
    const mode = sink.changelogMode(changes);
    const keyColumns = (table.schema.primaryKey?.columns ?? []).map((name) => rowType.fields.findIndex((field) => field.name === name));
    if (mode === 'insert-only' && !isInsertOnly(changes)) {
      const what = changes.updates && changes.deletes ? 'update and delete' : changes.updates ? 'update' : 'delete';
      throw new TableError('TABLE_CHANGELOG_MISMATCH', `Table sink '${identifierPath(table.identifier)}' doesn't support consuming ${what} changes which is produced by node ${input.kind}(${input.description})`);
    }
    if (this.#session.isBatch) return new SinkExec(input, table, sink, rowType, { mode, keyColumns, ...options });
    const sinkName = identifierPath(table.identifier);
    const rows = withoutConflicts({ input, changes, sink, sinkName, keyColumns, onConflict, option: (key) => this.#session.option(key) });
    return new SinkExec(rows, table, sink, rowType, { mode: rows === input ? mode : 'upsert', keyColumns, ...options });
  }
}

/** Throws TABLE_OPTION_INVALID for what is no rule. */
function skippedRules(text: string | undefined): ReadonlySet<string> {
  const names = (text ?? '').split(';').map((name) => name.trim()).filter((name) => name !== '');
  const unknown = names.find((name) => !OPTIONAL_RULES.some((rule) => rule === name));
  if (unknown !== undefined) throw new TableError('TABLE_OPTION_INVALID', `${SKIPPED_RULES} names '${unknown}': give some of ${OPTIONAL_RULES.join(', ')}, with semicolons between`);
  return new Set(names);
}

/** The query's columns as those of the sink: names by position, types by implicit cast. */
export function castToSink(query: LogicalPlan, rowType: RowType, timeZone: string): LogicalPlan {
  const expressions = rowType.fields.map((field, index): Expression => {
    const { type } = query.rowType.fields[index]!;
    const column: Expression = { kind: 'input', index, type };
    return castTo(column, field.type, timeZone);
  });
  // A NOT NULL column of the sink is checked when rows are written, not assumed.
  const fields = rowType.fields.map((field, index) => ({ name: field.name, type: { ...field.type, isNullable: expressions[index]!.type.isNullable } }));
  return { kind: 'project', input: query, expressions, rowType: { ...rowType, fields } };
}
