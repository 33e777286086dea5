// A join FOR SYSTEM_TIME AS OF processing time, on a table that can be asked by key.
import { parseDuration } from '#core/config/duration';
import type { LookupTableSource } from '#table/factories/table-factory';
import type { ExecNode } from '#table/exec/exec-node';
import { LookupJoinExec, type LookupShape } from '#table/exec/lookup-join-exec';
import { conjunctionOf, conjunctsOf, inlineProjection, inputsUsed, shiftInputs } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { TableError } from '#table/errors';
import type { LogicalPlan, ScanNode, TemporalJoinNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

/** Undefined where the right side is no table that can be asked. */
export function planLookupJoin(node: TemporalJoinNode, context: PlannerContext): ExecNode | undefined {
  const target = lookupTarget(node.right);
  const source = target === undefined ? undefined : context.lookupSource(target.scan.table, target.scan.optionHints);
  if (target === undefined || source === undefined) return undefined;
  const { scan } = target;
  const left = context.plan(node.left);
  const width = left.rowType.fields.length;
  const onRight = (expression: Expression): Expression => shiftInputs(expression, (index) => index + width);
  const projection = target.projection.map(onRight);
  const own = left.rowType.fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type }));
  const conditions = [...conjunctsOf(inlineProjection(node.condition, [...own, ...projection])), ...target.conditions.map(onRight)];
  const keys: LookupShape['keys'][number][] = [];
  const rest: Expression[] = [];
  for (const condition of conditions) {
    const key = keyOf(condition, width);
    if (key === undefined || keys.some(({ column }) => column === key.column)) rest.push(condition);
    else keys.push(key);
  }
  if (keys.length === 0) throw new TableError('TABLE_NOT_SUPPORTED', 'Temporal table join requires an equality condition on fields of the table.');
  const { primaryKey } = scan.table.schema;
  const isUnique = primaryKey !== undefined && primaryKey.columns.every((name) => keys.some(({ column }) => scan.rowType.fields[column]!.name === name));
  return new LookupJoinExec(left, { joinType: node.joinType, table: scan.table, source, tableType: scan.rowType, keys, condition: conjunctionOf(rest), projection, isUnique, ...lookupMode(node, scan, source) }, node.rowType);
}

interface LookupTarget {
  readonly scan: ScanNode;
  /** Over the columns of the scan. */
  readonly projection: readonly Expression[];
  readonly conditions: readonly Expression[];
}

/** A table under projections and filters. */
function lookupTarget(plan: LogicalPlan): LookupTarget | undefined {
  switch (plan.kind) {
    case 'scan': return { scan: plan, projection: plan.rowType.fields.map((field, index) => ({ kind: 'input', index, type: field.type })), conditions: [] };
    case 'watermark': return lookupTarget(plan.input);
    case 'project': {
      const below = lookupTarget(plan.input);
      return below && { ...below, projection: plan.expressions.map((expression) => inlineProjection(expression, below.projection)) };
    }
    case 'filter': {
      const below = lookupTarget(plan.input);
      return below && { ...below, conditions: [...below.conditions, ...conjunctsOf(plan.condition).map((condition) => inlineProjection(condition, below.projection))] };
    }
    default: return undefined;
  }
}

/** `column of the table = value of the left`, or of a constant. */
function keyOf(condition: Expression, width: number): LookupShape['keys'][number] | undefined {
  if (condition.kind !== 'call' || condition.function.name !== '=') return undefined;
  const [a, b] = condition.arguments as readonly [Expression, Expression];
  const isColumn = (expression: Expression): expression is Expression & { kind: 'input' } => expression.kind === 'input' && expression.index >= width;
  const isOfLeft = (expression: Expression): boolean => [...inputsUsed(expression)].every((index) => index < width);
  if (isColumn(a) && isOfLeft(b)) return { column: a.index - width, value: b };
  if (isColumn(b) && isOfLeft(a)) return { column: b.index - width, value: a };
  return undefined;
}

/** What a LOOKUP hint says about the table. Answers of sources that can are not waited for, unless the hint says so. */
function lookupMode(node: TemporalJoinNode, { table }: ScanNode, source: LookupTableSource): Pick<LookupShape, 'isAsync' | 'retry'> {
  const hints = node.hints.filter(({ name }) => name.toUpperCase() === 'LOOKUP');
  // The hint names the table or its alias, which is gone here: the only hint is meant.
  const hint = hints.find(({ options }) => options['table'] === table.identifier.name) ?? (hints.length === 1 ? hints[0] : undefined);
  const options = hint?.options ?? {};
  for (const name of Object.keys(options)) if (!HINT_OPTIONS.includes(name)) refuse(`unsupported hint option: ${name}; give some of ${HINT_OPTIONS.join(', ')}`);
  if (hint !== undefined && options['table'] === undefined) refuse("incomplete required option(s): 'table'");
  for (const [name, values] of [['async', ['true', 'false']], ['output-mode', ['ordered', 'allow_unordered']]] as const) {
    const value = options[name];
    if (value !== undefined && !(values as readonly string[]).includes(value)) refuse(`'${name}' is '${value}': give ${values.join(' or ')}`);
  }
  return { isAsync: source.createAsyncLookup !== undefined && options['async'] !== 'false', retry: retryOf(options) };
}

const RETRY_OPTIONS = ['retry-predicate', 'retry-strategy', 'fixed-delay', 'max-attempts'];
const HINT_OPTIONS = ['table', 'async', 'output-mode', 'capacity', 'timeout', ...RETRY_OPTIONS];

function retryOf(options: Readonly<Record<string, string>>): LookupShape['retry'] {
  const missing = RETRY_OPTIONS.filter((name) => options[name] === undefined);
  if (missing.length === RETRY_OPTIONS.length) return undefined;
  if (missing.length > 0) refuse(`retry options can be both null or all not null: missing ${missing.join(', ')}`);
  if (options['retry-predicate'] !== 'lookup_miss') refuse(`'retry-predicate' is '${options['retry-predicate']!}': give lookup_miss`);
  if (options['retry-strategy'] !== 'fixed_delay') refuse(`'retry-strategy' is '${options['retry-strategy']!}': give fixed_delay`);
  const delay = parseDuration(options['fixed-delay']!);
  const attempts = Number(options['max-attempts']);
  if (delay.kind !== 'parsed') refuse(`'fixed-delay' is '${options['fixed-delay']!}': give a duration such as 10s`);
  if (!Number.isInteger(attempts) || attempts < 1) refuse(`'max-attempts' is '${options['max-attempts']!}': give a whole number from 1 up`);
  return { attempts, delayMs: Number(delay.value.nanos / 1_000_000n) };
}

function refuse(problem: string): never {
  throw new TableError('TABLE_OPTION_INVALID', `Invalid LOOKUP hint: ${problem}`);
}
