// All aggregates of one operator as one accumulator and a few generated functions: straight-line calls of each aggregate with its
// filter, distinct aggregates behind shared maps of what was seen. Made once per operator subtask; every function is generated for
// its place, so it stays monomorphic. hot path (the functions made)
import type { TypeInformation } from '#core/types/type-information';
import { Types } from '#core/types/type-information';
import { fieldAccess, rowLiteral } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import type { AggregateImplementation, AggregateView, MapView } from '#table/functions/function-definition';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, LogicalTypes, notNull, type LogicalField, type LogicalType } from '#table/types/logical-type';

export type AggregateArgument = number | { readonly literal: unknown };

/** One aggregate: where its arguments and its filter stand in the input row. */
export interface AggregateSpec {
  readonly implementation: AggregateImplementation;
  /** Columns of the input by position, or constants. */
  readonly arguments: readonly AggregateArgument[];
  /** Position of a BOOLEAN; undefined = every row counts. */
  readonly filter: number | undefined;
  readonly isDistinct: boolean;
}

export interface AggregateHandlerOptions {
  readonly inputType: { readonly fields: readonly LogicalField[] };
  readonly aggregates: readonly AggregateSpec[];
  /** The input takes rows back: rows are counted, and aggregates retract. */
  readonly hasRetraction: boolean;
  /** Keys of the output row: those of the grouping columns, of the aggregates, of `extras`. */
  readonly outputKeys: readonly string[];
  readonly keyCount: number;
  /** Values that the operator adds behind the aggregates, such as a window's bounds. */
  readonly extraCount?: number;
  readonly hasKind: boolean;
}

export type Accumulator = Record<string, any>; // any: every aggregate has its own accumulator

export interface AggregateHandler {
  readonly accumulatorType: TypeInformation;
  /** Maps beside the accumulator, by position. */
  readonly views: readonly AggregateView[];
  create(): Accumulator;
  accumulate(accumulator: Accumulator, views: readonly MapView[], row: TableRow): void;
  retract(accumulator: Accumulator, views: readonly MapView[], row: TableRow): void;
  merge(accumulator: Accumulator, views: readonly MapView[], other: Accumulator, otherViews: readonly MapView[]): void;
  /** @param key as the operator's key specification gives it. */
  result(key: any, accumulator: Accumulator, views: readonly MapView[], kind: number, ...extras: readonly unknown[]): TableRow; // any: keys of every type
  /** Rows accumulated less rows retracted; without retraction not counted. */
  rowCount(accumulator: Accumulator): number;
  readonly canMerge: boolean;
}

/** Rows are counted under this name where the input takes rows back. */
const ROWS_KEY = '$rows';

interface DistinctGroup {
  readonly argumentPositions: readonly AggregateArgument[];
  readonly view: number;
  /** Indexes of aggregates. */
  readonly members: number[];
}

export function createAggregateHandler(options: AggregateHandlerOptions): AggregateHandler {
  const plan = planViews(options);
  const scope: Record<string, unknown> = {};
  options.aggregates.forEach(({ implementation }, index) => { scope[`f${index}`] = implementation; });
  const body = `"use strict";
    return {
      create() { return ${createCode(options)}; },
      accumulate(acc, views, row) { ${options.hasRetraction ? `acc.${ROWS_KEY}++;` : ''} ${stepsCode(options, plan, 'accumulate')} },
      retract(acc, views, row) { ${options.hasRetraction ? `acc.${ROWS_KEY}--;` : ''} ${options.hasRetraction ? stepsCode(options, plan, 'retract') : ''} },
      merge(acc, views, other, otherViews) { ${options.hasRetraction ? `acc.${ROWS_KEY} += other.${ROWS_KEY};` : ''} ${mergeCode(options, plan)} },
      result(key, acc, views, kind${Array.from({ length: options.extraCount ?? 0 }, (_, index) => `, x${index}`).join('')}) { return ${resultCode(options, plan)}; },
      rowCount(acc) { return ${options.hasRetraction ? `acc.${ROWS_KEY}` : '1'}; },
    };`;
  const generated = new Function(...Object.keys(scope), body)(...Object.values(scope)) as Omit<AggregateHandler, 'accumulatorType' | 'views' | 'canMerge'>;
  return Object.assign(generated, {
    accumulatorType: accumulatorTypeOf(options),
    views: plan.views,
    canMerge: options.aggregates.every(({ implementation, isDistinct }) => implementation.merge !== undefined || isDistinct),
  });
}

interface ViewPlan {
  readonly views: readonly AggregateView[];
  /** First view of each aggregate's own. */
  readonly firstOf: readonly number[];
  readonly distinct: readonly DistinctGroup[];
}

/** Distinct aggregates over the same arguments share one map: value seen -> rows per member. */
function planViews({ aggregates, inputType }: AggregateHandlerOptions): ViewPlan {
  const views: AggregateView[] = [];
  const firstOf: number[] = [];
  const distinct: DistinctGroup[] = [];
  aggregates.forEach((aggregate, index) => {
    firstOf.push(views.length);
    for (const view of aggregate.implementation.views ?? []) views.push({ ...view, name: `${view.name}${index}` });
  });
  aggregates.forEach((aggregate, index) => {
    if (!aggregate.isDistinct) return;
    const same = distinct.find(({ argumentPositions }) => argumentsKey(argumentPositions) === argumentsKey(aggregate.arguments));
    if (same !== undefined) {
      same.members.push(index);
      return;
    }
    const types = aggregate.arguments.map((argument) => (typeof argument === 'number' ? inputType.fields[argument]!.type : LogicalTypes.STRING));
    const key: LogicalType = types.length === 1 ? types[0]! : LogicalTypes.ROW(types.map((type, at) => ({ name: `f${at}`, type })));
    distinct.push({ argumentPositions: aggregate.arguments, view: views.length, members: [index] });
    views.push({ name: `distinct${distinct.length - 1}`, key, value: notNull(LogicalTypes.ARRAY(notNull(LogicalTypes.INT))) });
  });
  return { views, firstOf, distinct };
}

const argumentsKey = (list: readonly AggregateArgument[]): string => JSON.stringify(list, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

function accumulatorTypeOf({ aggregates, hasRetraction }: AggregateHandlerOptions): TypeInformation {
  const fields = aggregates.map(({ implementation }, index) => ({ name: `a${index}`, type: rowTypeInformation(implementation.accumulator) }));
  return { kind: 'row', fields: hasRetraction ? [...fields, { name: ROWS_KEY, type: Types.LONG }] : fields };
}

function createCode({ aggregates, hasRetraction }: AggregateHandlerOptions): string {
  const parts = aggregates.map((_, index) => `a${index}: f${index}.create()`);
  return `{${[...parts, ...(hasRetraction ? [`${ROWS_KEY}: 0`] : [])].join(', ')}}`;
}

const viewsText = (options: AggregateHandlerOptions, plan: ViewPlan, index: number, name = 'views'): string => {
  const count = options.aggregates[index]!.implementation.views?.length ?? 0;
  return count === 0 ? 'noViews' : `[${Array.from({ length: count }, (_, at) => `${name}[${plan.firstOf[index]! + at}]`).join(', ')}]`;
};

function stepsCode(options: AggregateHandlerOptions, plan: ViewPlan, method: 'accumulate' | 'retract'): string {
  const keys = fieldKeys(options.inputType);
  const read = (argument: AggregateArgument) => (typeof argument === 'number' ? fieldAccess('row', keys[argument]!) : literalText(argument.literal));
  const plain = options.aggregates.map((aggregate, index) => {
    if (aggregate.isDistinct) return '';
    const call = callCode(options, plan, index, method, aggregate.arguments.map(read));
    return aggregate.filter === undefined ? call : `if (${read(aggregate.filter)} === true) { ${call} }`;
  });
  const distinct = plan.distinct.map((group) => distinctCode(options, plan, group, method, read));
  return `const noViews = []; ${plain.join(' ')} ${distinct.join(' ')}`;
}

function literalText(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  return value === undefined ? 'null' : JSON.stringify(value);
}

function callCode(options: AggregateHandlerOptions, plan: ViewPlan, index: number, method: string, values: readonly string[]): string {
  return `f${index}.${method}(${[`acc.a${index}`, viewsText(options, plan, index), ...values].join(', ')});`;
}

/** A value is accumulated when the first row of a member brings it, and retracted when the last one takes it away. */
function distinctCode(options: AggregateHandlerOptions, plan: ViewPlan, group: DistinctGroup, method: 'accumulate' | 'retract', read: (argument: AggregateArgument) => string): string {
  const values = group.argumentPositions.map(read);
  const key = values.length === 1 ? values[0]! : `({${values.map((value, at) => `f${at}: ${value}`).join(', ')}})`;
  const members = group.members.map((index, at) => {
    const { filter } = options.aggregates[index]!;
    const call = callCode(options, plan, index, method, values);
    const step = method === 'accumulate' ? `if (counts[${at}]++ === 0) { ${call} }` : `if (counts[${at}] > 0 && --counts[${at}] === 0) { ${call} }`;
    return filter === undefined ? step : `if (${read(filter)} === true) { ${step} }`;
  });
  const isGone = group.members.map((_, at) => `counts[${at}] === 0`).join(' && ');
  const store = method === 'accumulate' ? `view.put(key, counts);` : `if (${isGone}) view.remove(key); else view.put(key, counts);`;
  return `{
    const view = views[${group.view}], key = ${key};
    const seen = view.get(key);
    const counts = seen === undefined || seen === null ? [${group.members.map(() => '0').join(', ')}] : seen.slice();
    ${members.join(' ')}
    ${store}
  }`;
}

function mergeCode(options: AggregateHandlerOptions, plan: ViewPlan): string {
  const plain = options.aggregates.map((aggregate, index) => (aggregate.isDistinct ? ''
    : `f${index}.merge(acc.a${index}, ${viewsText(options, plan, index)}, other.a${index}, ${viewsText(options, plan, index, 'otherViews')});`));
  const distinct = plan.distinct.map((group) => {
    const values = group.argumentPositions.length === 1 ? ['key'] : group.argumentPositions.map((_, at) => `key.f${at}`);
    const members = group.members.map((index, at) => `if (theirs[${at}] > 0) { if (counts[${at}] === 0) { ${callCode(options, plan, index, 'accumulate', values)} } counts[${at}] += theirs[${at}]; }`);
    return `for (const [key, theirs] of otherViews[${group.view}].entries()) {
      const seen = views[${group.view}].get(key);
      const counts = seen === undefined || seen === null ? [${group.members.map(() => '0').join(', ')}] : seen.slice();
      ${members.join(' ')}
      views[${group.view}].put(key, counts);
    }`;
  });
  return `const noViews = []; ${plain.join(' ')} ${distinct.join(' ')}`;
}

function resultCode(options: AggregateHandlerOptions, plan: ViewPlan): string {
  const { keyCount, aggregates, outputKeys, extraCount = 0, hasKind } = options;
  const keys = keyCount === 1 ? ['key'] : Array.from({ length: keyCount }, (_, index) => `key[${index}]`);
  const values = aggregates.map((_, index) => `f${index}.getValue(acc.a${index}, ${viewsText(options, plan, index).replace('noViews', '[]')})`);
  const extras = Array.from({ length: extraCount }, (_, index) => `x${index}`);
  const all = [...keys, ...values, ...extras];
  return rowLiteral(hasKind ? [...outputKeys, KIND_KEY] : outputKeys, hasKind ? [...all, 'kind'] : all);
}
