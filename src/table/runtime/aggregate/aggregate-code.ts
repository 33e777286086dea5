// Source text of what an operator does with each of its aggregates: calls of the implementation, or its code where it has some; behind
// maps of what was seen for distinct ones. Put together into functions by aggregate-handler.ts. Thread: any.
import { fieldAccess } from '#table/codegen/row-code';
import type { AggregatePlace, AggregateView } from '#table/functions/function-definition';
import type { AggregateArgument, AggregateHandlerOptions } from '#table/runtime/aggregate/aggregate-handler';
import { fieldKeys, LogicalTypes, notNull, type LogicalField, type LogicalType } from '#table/types/logical-type';

/** What a distinct group keeps per value: one bit per member that has seen it, or how many rows of each member there are. */
export type DistinctForm = 'bits' | 'count' | 'counts';

export interface DistinctGroup {
  readonly argumentPositions: readonly AggregateArgument[];
  readonly view: number;
  /** Indexes of aggregates. */
  readonly members: number[];
  readonly key: LogicalType;
}

export interface ViewPlan {
  readonly views: readonly AggregateView[];
  /** First view of each aggregate's own. */
  readonly firstOf: readonly number[];
  readonly distinct: readonly DistinctGroup[];
}

/** How generated code names what it works on. */
export interface AggregateNames {
  /** An input column by its key. */
  readonly input: (key: string) => string;
  /** A field of the accumulator. */
  readonly accumulator: (field: string) => string;
  /** Fields of the accumulator are numbers (NumberAggregateCode). */
  readonly numbers?: {
    /** An input column of integers, NaN for NULL. */
    readonly integer: (key: string) => string;
    readonly bail: string;
  };
}

/** A `row` and an accumulator `acc`. */
export const OBJECT_NAMES: AggregateNames = { input: (key) => fieldAccess('row', key), accumulator: (field) => `acc.${field}` };

const BITS_MAX = 31;

/** Distinct aggregates over the same arguments share one map. */
export function planViews({ aggregates, inputType, hasRetraction }: AggregateHandlerOptions): ViewPlan {
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
    distinct.push({ argumentPositions: aggregate.arguments, view: 0, members: [index], key });
  });
  const placed = distinct.map((group, index): DistinctGroup => {
    views.push({ name: `distinct${index}`, key: group.key, value: VALUE_TYPES[distinctForm(group, hasRetraction)] });
    return { ...group, view: views.length - 1 };
  });
  return { views, firstOf, distinct: placed };
}

const VALUE_TYPES: Readonly<Record<DistinctForm, LogicalType>> = {
  bits: notNull(LogicalTypes.INT), count: notNull(LogicalTypes.INT), counts: notNull(LogicalTypes.ARRAY(notNull(LogicalTypes.INT))),
};

function distinctForm({ members }: DistinctGroup, hasRetraction: boolean): DistinctForm {
  if (!hasRetraction && members.length <= BITS_MAX) return 'bits';
  return members.length === 1 ? 'count' : 'counts';
}

const argumentsKey = (list: readonly AggregateArgument[]): string => JSON.stringify(list, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

/** Fields of the accumulator that an aggregate has, with their types: flat where its code works on them, else one field for all. */
export function accumulatorFields({ aggregates }: AggregateHandlerOptions, index: number): readonly LogicalField[] {
  const { implementation } = aggregates[index]!;
  if (implementation.code === undefined) return [{ name: `a${index}`, type: implementation.accumulator }];
  return implementation.accumulator.fields.map((field) => ({ name: `a${index}_${field.name}`, type: field.type }));
}

/** Where code of an aggregate finds its fields and functions. */
export function placeOf(index: number, { accumulator }: Pick<AggregateNames, 'accumulator'>): AggregatePlace {
  return { field: (name) => accumulator(`a${index}_${name}`), call: (name) => `${name}${index}` };
}

export function createText(options: AggregateHandlerOptions, index: number): string {
  if (options.aggregates[index]!.implementation.code === undefined) return `a${index}: f${index}.create()`;
  return initialValues(options, index).map(([name, value]) => `${name}: ${value}`).join(', ');
}

/** Literals of a new accumulator's fields, of an aggregate that has code. */
export function initialValues({ aggregates }: AggregateHandlerOptions, index: number): readonly (readonly [field: string, literal: string])[] {
  return Object.entries(aggregates[index]!.implementation.code!.initial).map(([name, value]) => [`a${index}_${name}`, value]);
}

function viewsText({ aggregates }: AggregateHandlerOptions, plan: ViewPlan, index: number, name = 'views'): string {
  const count = aggregates[index]!.implementation.views?.length ?? 0;
  return count === 0 ? 'noViews' : `[${Array.from({ length: count }, (_, at) => `${name}[${plan.firstOf[index]! + at}]`).join(', ')}]`;
}

export function valueText(options: AggregateHandlerOptions, plan: ViewPlan, index: number, names = OBJECT_NAMES): string {
  const { code } = options.aggregates[index]!.implementation;
  if (code === undefined) return `f${index}.getValue(${names.accumulator(`a${index}`)}, ${viewsText(options, plan, index)})`;
  return (names.numbers === undefined ? undefined : code.numbers?.value?.(placeOf(index, names))) ?? code.value(placeOf(index, names));
}

/** Statements that take a row in, or back. */
export function stepsText(options: AggregateHandlerOptions, plan: ViewPlan, method: 'accumulate' | 'retract', names = OBJECT_NAMES): string {
  const keys = fieldKeys(options.inputType);
  const read = (argument: AggregateArgument) => (typeof argument === 'number' ? names.input(keys[argument]!) : literalText(argument.literal));
  const plain = options.aggregates.map((aggregate, index) => {
    if (aggregate.isDistinct) return '';
    const step = numberStepText(options, index, names) ?? stepText(options, plan, index, method, aggregate.arguments.map(read), names);
    return aggregate.filter === undefined ? step : `if (${read(aggregate.filter)} === true) { ${step} }`;
  });
  const distinct = plan.distinct.map((group) => distinctText(options, plan, group, method, read, names));
  return `${plain.join('\n')} ${distinct.join('\n')}`;
}

function literalText(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  return value === undefined ? 'null' : JSON.stringify(value);
}

function stepText(options: AggregateHandlerOptions, plan: ViewPlan, index: number, method: 'accumulate' | 'retract', values: readonly string[], names = OBJECT_NAMES): string {
  const { code } = options.aggregates[index]!.implementation;
  if (code === undefined) return `f${index}.${method}(${[names.accumulator(`a${index}`), viewsText(options, plan, index), ...values].join(', ')});`;
  const locals = values.map((_, at) => `v${at}`);
  const reads = locals.map((name, at) => `const ${name} = ${values[at]!};`);
  return `{ ${reads.join(' ')} ${code[method]!(placeOf(index, names), locals)} }`;
}

/** Undefined where the code of all types does. */
function numberStepText(options: AggregateHandlerOptions, index: number, names: AggregateNames): string | undefined {
  const { numbers } = names;
  const { arguments: list, implementation: { code } } = options.aggregates[index]!;
  if (numbers === undefined || code?.numbers?.accumulate === undefined) return undefined;
  const keys = fieldKeys(options.inputType);
  const values = list.map((argument) => (typeof argument === 'number' ? numbers.integer(keys[argument]!) : literalText(argument.literal)));
  return `{ ${code.numbers.accumulate(placeOf(index, names), values, numbers.bail)} }`;
}

/** Whether code with such names can be made: of integers that are columns, and nothing is left by half where it bails. */
export function hasNumberCode({ aggregates, inputType }: AggregateHandlerOptions, integers: ReadonlyMap<string, string>): boolean {
  const keys = fieldKeys(inputType);
  return aggregates.every(({ implementation: { code }, arguments: list, isDistinct }) => {
    const numbers = code?.numbers;
    if (numbers === undefined || numbers.accumulate === undefined) return numbers !== undefined;
    return !isDistinct && list.every((argument) => typeof argument === 'number' && integers.has(keys[argument]!));
  });
}

/** A value is accumulated when the first row of a member brings it, and retracted when the last one takes it away. */
function distinctText(options: AggregateHandlerOptions, plan: ViewPlan, group: DistinctGroup, method: 'accumulate' | 'retract', read: (argument: AggregateArgument) => string, names: AggregateNames): string {
  const values = group.argumentPositions.map(read);
  const key = values.length === 1 ? values[0]! : `({${values.map((value, at) => `f${at}: ${value}`).join(', ')}})`;
  const form = distinctForm(group, options.hasRetraction);
  const stepOf = (index: number): string => stepText(options, plan, index, method, values, names);
  const withFilter = (index: number, step: string): string => {
    const { filter } = options.aggregates[index]!;
    return filter === undefined ? step : `if (${read(filter)} === true) { ${step} }`;
  };
  if (form === 'bits') {
    const bits = group.members.map((index, at) => {
      const { filter } = options.aggregates[index]!;
      return filter === undefined ? String(1 << at) : `(${read(filter)} === true ? ${1 << at} : 0)`;
    });
    const members = group.members.map((index, at) => `if ((added & ${1 << at}) !== 0) { ${stepOf(index)} }`);
    return `{ const bits = ${bits.join(' | ')}; if (bits !== 0) { const added = bits & ~views[${group.view}].addBits(${key}, bits); if (added !== 0) { ${members.join('\n')} } } }`;
  }
  const start = `const view = views[${group.view}], key = ${key}; const seen = view.get(key);`;
  if (form === 'count') {
    const [index] = group.members as [number];
    const step = method === 'accumulate' ? `if (old === 0) { ${stepOf(index)} } view.put(key, old + 1);`
      : `if (old === 1) { ${stepOf(index)} view.remove(key); } else if (old > 1) view.put(key, old - 1);`;
    return `{ ${start} const old = seen ?? 0; ${withFilter(index, step)} }`;
  }
  const members = group.members.map((index, at) => withFilter(index, method === 'accumulate'
    ? `if (counts[${at}]++ === 0) { ${stepOf(index)} }`
    : `if (counts[${at}] > 0 && --counts[${at}] === 0) { ${stepOf(index)} }`));
  const isGone = group.members.map((_, at) => `counts[${at}] === 0`).join(' && ');
  return `{
    ${start}
    const counts = seen === undefined || seen === null ? [${group.members.map(() => '0').join(', ')}] : seen.slice();
    ${members.join('\n')}
    if (${isGone}) view.remove(key); else view.put(key, counts);
  }`;
}

/** Statements that add another accumulator. */
export function mergeText(options: AggregateHandlerOptions, plan: ViewPlan): string {
  const plain = options.aggregates.map(({ isDistinct, implementation: { code } }, index) => {
    if (isDistinct) return '';
    if (code !== undefined) return `{ ${code.merge(placeOf(index, OBJECT_NAMES), placeOf(index, { accumulator: (field) => `other.${field}` }))} }`;
    return `f${index}.merge(acc.a${index}, ${viewsText(options, plan, index)}, other.a${index}, ${viewsText(options, plan, index, 'otherViews')});`;
  });
  return `${plain.join('\n')} ${plan.distinct.map((group) => distinctMergeText(options, plan, group)).join('\n')}`;
}

function distinctMergeText(options: AggregateHandlerOptions, plan: ViewPlan, group: DistinctGroup): string {
  const values = group.argumentPositions.length === 1 ? ['key'] : group.argumentPositions.map((_, at) => `key.f${at}`);
  const stepOf = (index: number): string => stepText(options, plan, index, 'accumulate', values);
  const form = distinctForm(group, options.hasRetraction);
  const perKey = (): string => {
    if (form === 'bits') {
      const members = group.members.map((index, at) => `if ((added & ${1 << at}) !== 0) { ${stepOf(index)} }`);
      return `const added = theirs & ~view.addBits(key, theirs); ${members.join('\n')}`;
    }
    if (form === 'count') return `const old = seen ?? 0; if (old === 0 && theirs > 0) { ${stepOf(group.members[0]!)} } view.put(key, old + theirs);`;
    const members = group.members.map((index, at) => `if (theirs[${at}] > 0) { if (counts[${at}] === 0) { ${stepOf(index)} } counts[${at}] += theirs[${at}]; }`);
    return `const counts = seen === undefined || seen === null ? [${group.members.map(() => '0').join(', ')}] : seen.slice(); ${members.join('\n')} view.put(key, counts);`;
  };
  return `for (const [key, theirs] of otherViews[${group.view}].entries()) { const view = views[${group.view}]${form === 'bits' ? '' : ', seen = view.get(key)'}; ${perKey()} }`;
}
