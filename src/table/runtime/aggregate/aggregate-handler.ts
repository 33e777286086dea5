// All aggregates of one operator as one accumulator and a few generated functions: straight-line steps of each aggregate with its
// filter, distinct aggregates behind shared maps of what was seen. Made once per operator subtask; every function is generated for
// its place, so it stays monomorphic. hot path (the functions made)
import type { TypeInformation } from '#core/types/type-information';
import { Types } from '#core/types/type-information';
import { rowLiteral } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import type { AggregateImplementation, AggregateView, MapView } from '#table/functions/function-definition';
import { accumulatorFields, createText, mergeText, OBJECT_NAMES, placeOf, planViews, stepsText, valueText, type ViewPlan } from '#table/runtime/aggregate/aggregate-code';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import type { LogicalField, LogicalType } from '#table/types/logical-type';
import { isPrimitiveValue } from '#table/types/type-families';
import { sameValue } from '#table/values/value-equality';

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
  /** Types of the aggregates' values, where `hasChanged` is asked. */
  readonly resultTypes?: readonly LogicalType[];
}

export type Accumulator = Record<string, any>; // any: every aggregate has its own accumulator

/** What code is generated of that does not go through the handler's functions. */
export interface AggregateSource {
  readonly options: AggregateHandlerOptions;
  readonly plan: ViewPlan;
  /** What the texts name, beside what they work on. */
  readonly scope: Readonly<Record<string, unknown>>;
}

export interface AggregateHandler {
  readonly source: AggregateSource;
  readonly accumulatorType: TypeInformation;
  /** Maps beside the accumulator, by position. */
  readonly views: readonly AggregateView[];
  create(): Accumulator;
  accumulate(accumulator: Accumulator, views: readonly MapView[], row: TableRow): void;
  retract(accumulator: Accumulator, views: readonly MapView[], row: TableRow): void;
  merge(accumulator: Accumulator, views: readonly MapView[], other: Accumulator, otherViews: readonly MapView[]): void;
  /** @param key as the operator's key specification gives it. */
  result(key: any, accumulator: Accumulator, views: readonly MapView[], kind: number, ...extras: readonly unknown[]): TableRow; // any: keys of every type
  /** Keeps the values of the accumulator as they are, until the next call. */
  remember(accumulator: Accumulator, views: readonly MapView[]): void;
  /** Whether a value differs from the one that was remembered. */
  hasChanged(accumulator: Accumulator, views: readonly MapView[]): boolean;
  /** The result row of the values that were remembered. */
  remembered(key: any, kind: number, ...extras: readonly unknown[]): TableRow; // any: as above
  /** Rows accumulated less rows retracted; without retraction not counted. */
  rowCount(accumulator: Accumulator): number;
  readonly canMerge: boolean;
  /** Every row changes the result. */
  readonly changesAlways: boolean;
}

/** Rows are counted under this name where the input takes rows back. */
const ROWS_KEY = '$rows';

export function createAggregateHandler(options: AggregateHandlerOptions): AggregateHandler {
  const plan = planViews(options);
  const scope = scopeOf(options);
  const { hasRetraction } = options;
  const values = options.aggregates.map((_, index) => valueText(options, plan, index));
  const remembered = values.map((_, index) => `b${index}`);
  const marks = options.aggregates.flatMap(({ implementation }, index) => (implementation.changeMark === undefined ? [] : [{ name: `m${index}`, value: `f${index}.changeMark(acc.a${index})` }]));
  const body = `"use strict";
    const noViews = [];
    ${remembered.length === 0 ? '' : `let ${[...remembered, ...marks.map(({ name }) => name)].join(', ')};`}
    return {
      create() { return {${[...options.aggregates.map((_, index) => createText(options, index)), ...(hasRetraction ? [`${ROWS_KEY}: 0`] : [])].join(', ')}}; },
      accumulate(acc, views, row) { ${hasRetraction ? `acc.${ROWS_KEY}++;` : ''} ${stepsText(options, plan, 'accumulate')} },
      retract(acc, views, row) { ${hasRetraction ? `acc.${ROWS_KEY}--; ${stepsText(options, plan, 'retract')}` : ''} },
      merge(acc, views, other, otherViews) { ${hasRetraction ? `acc.${ROWS_KEY} += other.${ROWS_KEY};` : ''} ${mergeText(options, plan)} },
      result(key, acc, views, kind${extraNames(options).map((name) => `, ${name}`).join('')}) { return ${rowText(options, values)}; },
      remember(acc, views) { ${[...values.map((value, index) => `b${index} = ${value};`), ...marks.map(({ name, value }) => `${name} = ${value};`)].join(' ')} },
      hasChanged(acc, views) { ${marks.map(({ name, value }) => `if (${name} !== ${value}) return true;`).join(' ')} ${changedText(options, values)} },
      remembered(key, kind${extraNames(options).map((name) => `, ${name}`).join('')}) { return ${rowText(options, remembered)}; },
      rowCount(acc) { return ${hasRetraction ? `acc.${ROWS_KEY}` : '1'}; },
    };`;
  const generated = new Function(...Object.keys(scope), body)(...Object.values(scope)) as Omit<AggregateHandler, 'source' | 'accumulatorType' | 'views' | 'canMerge' | 'changesAlways'>;
  return Object.assign(generated, {
    source: { options, plan, scope },
    accumulatorType: accumulatorTypeOf(options),
    views: plan.views,
    canMerge: options.aggregates.every(({ implementation, isDistinct }) => implementation.merge !== undefined || isDistinct),
    changesAlways: options.aggregates.some(({ implementation, isDistinct, filter }) => implementation.code?.changesAlways === true && !isDistinct && filter === undefined),
  });
}

/** What the generated text names: implementations, functions of their code, equalities of results. */
function scopeOf({ aggregates, resultTypes }: AggregateHandlerOptions): Record<string, unknown> {
  const scope: Record<string, unknown> = {};
  aggregates.forEach(({ implementation }, index) => {
    scope[`f${index}`] = implementation;
    const { call } = placeOf(index, OBJECT_NAMES);
    for (const [name, fn] of Object.entries(implementation.code?.functions ?? {})) scope[call(name)] = fn;
  });
  resultTypes?.forEach((type, index) => { scope[`same${index}`] = sameValue(type); });
  return scope;
}

function accumulatorTypeOf(options: AggregateHandlerOptions): TypeInformation {
  const fields = rowTypeInformation({ fields: options.aggregates.flatMap((_, index) => accumulatorFields(options, index)) });
  return options.hasRetraction ? { kind: 'row', fields: [...(fields as TypeInformation & { kind: 'row' }).fields, { name: ROWS_KEY, type: Types.LONG }] } : fields;
}

const extraNames = ({ extraCount = 0 }: AggregateHandlerOptions): string[] => Array.from({ length: extraCount }, (_, index) => `x${index}`);

function changedText(options: AggregateHandlerOptions, values: readonly string[]): string {
  if (options.resultTypes === undefined) return 'return true;';
  const nows = values.map((value, index) => `const now${index} = ${value};`).join(' ');
  return `${nows} return ${isChangedText(options, values.map((_, index) => [`b${index}`, `now${index}`]))};`;
}

/** Expression for whether one of the pairs of names holds two values. NULL equals NULL; NaN, as in Flink, is never the same. */
export function isChangedText({ resultTypes }: AggregateHandlerOptions, pairs: readonly (readonly [before: string, after: string])[]): string {
  const tests = pairs.map(([before, after], index) => {
    const type = resultTypes![index]!;
    if (isPrimitiveValue(type) && type.kind !== 'DOUBLE' && type.kind !== 'FLOAT') return `${before} !== ${after}`;
    return `(${before} === null || ${after} === null ? ${before} !== ${after} : !same${index}(${before}, ${after}))`;
  });
  return tests.length === 0 ? 'false' : tests.join(' || ');
}

function rowText(options: AggregateHandlerOptions, values: readonly string[]): string {
  const { keyCount } = options;
  const keys = keyCount === 1 ? ['key'] : Array.from({ length: keyCount }, (_, index) => `key[${index}]`);
  return resultText(options, keys, [...values, ...extraNames(options)], 'kind');
}

/** Expression for a result row. */
export function resultText({ outputKeys, hasKind }: AggregateHandlerOptions, keys: readonly string[], values: readonly string[], kind: string): string {
  const all = [...keys, ...values];
  return rowLiteral(hasKind ? [...outputKeys, KIND_KEY] : outputKeys, hasKind ? [...all, kind] : all);
}
