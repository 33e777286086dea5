// How plans show the two halves of an aggregation: what the local one makes has names of its own, numbered through, which the global
// one takes as arguments. As in Flink's EXPLAIN.
import { aggregateText } from '#table/exec/plan-text';
import type { TwoPhaseAggregate } from '#table/exec/local-group-aggregate-exec';
import type { AggregateExpression } from '#table/expressions/expression';

type Shape = Pick<TwoPhaseAggregate, 'aggregates' | 'inputType' | 'hasRetraction'>;

/** The half of an aggregation whose distinct values are in buckets. */
export type AggregatePart = 'PARTIAL' | 'FINAL';

/** `groupBy=[a, b], partialFinalType=[PARTIAL], `. */
export function groupByText(names: readonly string[], part: AggregatePart | undefined): string {
  return `${names.length === 0 ? '' : `groupBy=[${names.join(', ')}], `}${part === undefined ? '' : `partialFinalType=[${part}], `}`;
}

/** `COUNT(*) AS count1$0`, `AVG(a) AS (sum$1, count$2)`. */
export function partialSelectText(shape: Shape): readonly string[] {
  const texts = partialNames(shape).map((names, index) => `${aggregateText(shape.aggregates[index]!.call, shape.inputType.fields)} AS ${listText(names)}`);
  return [...texts, ...distinctNames(shape).map((name, index) => `DISTINCT(${distinctText(shape, index)}) AS ${name}`)];
}

/** `COUNT(count1$0) AS cnt`. */
export function globalSelectText(shape: Shape): readonly string[] {
  const names = partialNames(shape);
  return shape.aggregates.map(({ call, name }, index) => `${call.function.name}(${call.isDistinct ? `${distinctNames(shape)[distinctIndex(shape, call)]!} ` : ''}${listText(names[index]!)}) AS ${name}`);
}

function partialNames({ aggregates }: Shape): readonly (readonly string[])[] {
  let next = 0;
  return aggregates.map(({ call }) => fieldNames(call).map((name) => `${name}$${next++}`));
}

function fieldNames(call: AggregateExpression): readonly string[] {
  switch (call.function.name) {
    case 'COUNT': return [call.arguments.length === 0 ? 'count1' : 'count'];
    case 'AVG': return ['sum', 'count'];
    default: return [call.function.name.toLowerCase().replace(/^\$/, '')];
  }
}

const listText = (names: readonly string[]): string => (names.length === 1 ? names[0]! : `(${names.join(', ')})`);

/** Arguments of the distinct aggregates, each once. */
function distinctArguments({ aggregates, inputType }: Shape): readonly string[] {
  return [...new Set(aggregates.filter(({ call }) => call.isDistinct).map(({ call }) => argumentsOf(call, inputType)))];
}

const argumentsOf = (call: AggregateExpression, { fields }: Shape['inputType']): string => call.arguments.map((argument) => (argument.kind === 'input' ? fields[argument.index]!.name : 'literal')).join(', ');
const distinctNames = (shape: Shape): readonly string[] => distinctArguments(shape).map((_, index) => `distinct$${index}`);
const distinctText = (shape: Shape, index: number): string => distinctArguments(shape)[index]!;
const distinctIndex = (shape: Shape, call: AggregateExpression): number => distinctArguments(shape).indexOf(argumentsOf(call, shape.inputType));
