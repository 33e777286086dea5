// `table.optimizer.distinct-agg.split.enabled`: a GROUP BY with DISTINCT becomes two. The first groups by buckets of the distinct values
// too, so that a group with many of them is worked on by many subtasks; the second adds up what the buckets have. As Flink's
// SplitAggregateRule does it; the two halves are PARTIAL and FINAL in a plan.
import { ExpandExec } from '#table/exec/expand-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { miniBatchOf } from '#table/exec/mini-batch-settings';
import { TableError } from '#table/errors';
import { conjunctionOf, equalityOf } from '#table/expressions/conditions';
import type { AggregateExpression, Expression } from '#table/expressions/expression';
import { builtInAggregate, builtInScalar } from '#table/functions/built-in-functions';
import { hashCode } from '#table/functions/hash-code';
import type { AggregateNode, NamedAggregate } from '#table/logical/logical-plan';
import { mergedCalc } from '#table/planner/merged-calc';
import type { PlannerContext } from '#table/planner/planner-context';
import { unboundedAggregate, type UnboundedAggregate } from '#table/planner/plan-unbounded-aggregate';
import { LogicalTypes, notNull, withNullability, type LogicalField, type LogicalType } from '#table/types/logical-type';

const ENABLED = 'table.optimizer.distinct-agg.split.enabled';
const BUCKETS = 'table.optimizer.distinct-agg.split.bucket-num';
const BUCKETS_DEFAULT = '1024';

/** What adds up the results of the buckets. */
const FINAL_FUNCTION: Readonly<Record<string, string>> = { COUNT: '$SUM0', $SUM0: '$SUM0', SUM: 'SUM', MIN: 'MIN', MAX: 'MAX' };

/** Types whose equal values have equal hashes: not those with -0. */
const HASHED = new Set<LogicalType['kind']>(['CHAR', 'VARCHAR', 'BOOLEAN', 'BINARY', 'VARBINARY', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ']);

const column = (index: number, type: LogicalType): Expression => ({ kind: 'input', index, type });

/** Undefined where it is off, nothing is distinct, or an aggregate cannot be had of parts. Throws TABLE_OPTION_INVALID. */
export function splitDistinct(input: ExecNode, node: UnboundedAggregate, context: PlannerContext): ExecNode | undefined {
  if (context.isBatch || context.option(ENABLED)?.toLowerCase() !== 'true') return undefined;
  // Bundles would make other changes of the halves than Flink's IncrementalGroupAggregate; and windows are whole.
  if (miniBatchOf(context) !== undefined || input.window !== undefined) return undefined;
  const distinct = distinctColumns(node);
  const isSplittable = distinct.length > 0 && node.aggregates.every(({ call }) => call.function.name in FINAL_FUNCTION);
  if (!isSplittable || !distinct.every((index) => HASHED.has(input.rowType.fields[index]!.type.kind))) return undefined;
  const bucketed = withBuckets(input, distinct, bucketsOf(context));
  const width = input.rowType.fields.length;
  const own = distinct.map((_, index) => width + index);
  const { input: below, groupColumns, aggregates } = distinct.length === 1 ? { input: bucketed, groupColumns: own, aggregates: node.aggregates } : perColumn(bucketed, own, distinct, node.aggregates);
  const keys = [...node.groupColumns, ...groupColumns];
  const fields: readonly LogicalField[] = [...keys.map((index) => below.rowType.fields[index]!), ...aggregates.map(({ name, call, type }) => ({ name, type: call.function.name === 'COUNT' ? type : withNullability(type, true) }))];
  const partial = unboundedAggregate(below, { ...node, groupColumns: keys, aggregates, rowType: { ...node.rowType, fields }, part: 'PARTIAL' }, context);
  const sums = node.aggregates.map(({ name, call, type }, index): NamedAggregate => ({
    name, type, call: { function: builtInAggregate(FINAL_FUNCTION[call.function.name]!), arguments: [column(keys.length + index, fields[keys.length + index]!.type)], isDistinct: false, filter: undefined, orderBy: [] },
  }));
  return unboundedAggregate(partial, { ...node, groupColumns: node.groupColumns.map((_, index) => index), aggregates: sums, part: 'FINAL' }, context);
}

/** Each once. Empty where a DISTINCT has several arguments. */
function distinctColumns({ aggregates }: Pick<AggregateNode, 'aggregates'>): readonly number[] {
  const calls = aggregates.filter(({ call }) => call.isDistinct).map(({ call }) => call.arguments);
  const columns = calls.flatMap(([first, ...others]) => (first?.kind === 'input' && others.length === 0 ? [first.index] : []));
  return columns.length === calls.length ? [...new Set(columns)] : [];
}

function bucketsOf(context: PlannerContext): number {
  const text = context.option(BUCKETS) ?? BUCKETS_DEFAULT;
  const buckets = Number(text);
  if (!Number.isSafeInteger(buckets) || buckets <= 0) throw new TableError('TABLE_OPTION_INVALID', `${BUCKETS} is '${text}': give a number of buckets above 0, such as ${BUCKETS_DEFAULT}`);
  return buckets;
}

/** `MOD(HASH_CODE(c), 1024)` behind the columns of the input. */
function withBuckets(input: ExecNode, distinct: readonly number[], buckets: number): ExecNode {
  const { fields } = input.rowType;
  const made = distinct.map((index): Expression => {
    const type = withNullability(LogicalTypes.INT, fields[index]!.type.isNullable);
    const hash: Expression = { kind: 'call', function: hashCode, arguments: [column(index, fields[index]!.type)], type };
    return { kind: 'call', function: builtInScalar('MOD'), arguments: [hash, { kind: 'literal', value: buckets, type: notNull(LogicalTypes.INT) }], type };
  });
  const all = [...fields.map((field, index) => column(index, field.type)), ...made];
  return mergedCalc(input, all, undefined, { ...input.rowType, fields: [...fields, ...made.map(({ type }, index) => ({ name: `$f${fields.length + index}`, type }))] });
}

/** Each row once for every distinct column, in the bucket of its value; the aggregates of a column take its rows only, others those of the first. */
function perColumn(input: ExecNode, buckets: readonly number[], distinct: readonly number[], aggregates: readonly NamedAggregate[]): { readonly input: ExecNode; readonly groupColumns: readonly number[]; readonly aggregates: readonly NamedAggregate[] } {
  const { fields } = input.rowType;
  const width = fields.length;
  const setType = notNull(LogicalTypes.BIGINT);
  const copies = buckets.map((index, set): LogicalField => ({ name: `$g${set}`, type: withNullability(fields[index]!.type, true) }));
  const expand = new ExpandExec(input, buckets, buckets.map((_, set) => [set]), { ...input.rowType, fields: [...fields, ...copies, { name: '$e', type: setType }] });
  const setOf = ({ isDistinct, arguments: [first] }: AggregateExpression): number => (isDistinct && first?.kind === 'input' ? distinct.indexOf(first.index) : 0);
  const filters = aggregates.map(({ call }) => {
    const isOfSet = equalityOf(column(width + copies.length, setType), { kind: 'literal', value: setOf(call), type: setType });
    return call.filter === undefined ? isOfSet : conjunctionOf([isOfSet, call.filter]);
  });
  const kept = [...fields, ...copies];
  const rowType = { ...input.rowType, fields: [...kept, ...filters.map(({ type }, index) => ({ name: `$filter${index}`, type }))] };
  return {
    input: mergedCalc(expand, [...kept.map((field, index) => column(index, field.type)), ...filters], undefined, rowType),
    groupColumns: copies.map((_, set) => width + set),
    aggregates: aggregates.map((aggregate, index) => ({ ...aggregate, call: { ...aggregate.call, filter: column(kept.length + index, filters[index]!.type) } })),
  };
}
