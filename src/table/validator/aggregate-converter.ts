// GROUP BY: grouping expressions and arguments of aggregates are projected first, so that the aggregate refers to columns only.
// What the SELECT list, HAVING and ORDER BY say is rewritten over the aggregate's output.
import { expressionDigest, replaceExpression } from '#table/expressions/conditions';
import type { AggregateExpression, Expression } from '#table/expressions/expression';
import type { AggregateNode, GroupWindow, LogicalPlan, NamedAggregate, PlanHint } from '#table/logical/logical-plan';
import { mapNestedExpressions } from '#table/logical/outer-references';
import type { Span } from '#table/parser/ast-node';
import type { CallExpression, Expression as ExpressionNode } from '#table/parser/ast-expression';
import type { GroupItem, Select } from '#table/parser/ast-query';
import { LogicalTypes, notNull, nullable, type LogicalField, type LogicalType } from '#table/types/logical-type';
import { projected } from '#table/validator/plan-parts';
import type { QueryScope } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

export interface AggregateQuery {
  /** Meaning of GROUPING(…) and of the properties of a group window. */
  readonly convertCall: (node: CallExpression) => Expression | undefined;
  /** The aggregate over everything that `expressions` need. Called once. */
  finish(expressions: readonly Expression[]): LogicalPlan;
  /** An expression of the query over the output of the aggregate. Throws, at `span`, where a column is neither grouped nor aggregated. */
  overGroups(expression: Expression, span: Span): Expression;
}

/** Over no row they have a value all the same: 0, or a collection without elements. */
const NEVER_NULL = new Set(['COUNT', 'APPROX_COUNT_DISTINCT', 'COLLECT', 'JSON_ARRAYAGG', 'JSON_OBJECTAGG']);
const GROUP_WINDOWS = new Set(['TUMBLE', 'HOP', 'SESSION']);
const PROPERTIES = { START: 'start', END: 'end', ROWTIME: 'rowtime', PROCTIME: 'proctime' } as const;
type Property = (typeof PROPERTIES)[keyof typeof PROPERTIES];

/** Stands for a column that only the aggregate's output has, until `overGroups` puts that in its place. */
const MARKER_DEPTH = -1;

export function isAggregateQuery(select: Select, context: ValidatorContext): boolean {
  if (select.groupBy !== undefined || select.having !== undefined) return true;
  return select.items.some(({ expression }) => holdsAggregate(expression, context));
}

/** Sub-queries and OVER have aggregates of their own. */
function holdsAggregate(node: unknown, context: ValidatorContext): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some((part) => holdsAggregate(part, context));
  const { kind } = node as { readonly kind?: string };
  if (kind === 'query') return false;
  if (kind === 'call' || kind === 'json-object' || kind === 'json-array') {
    const call = node as CallExpression & { readonly isAggregate?: boolean };
    const isOver = call.over !== undefined;
    if (!isOver && (kind === 'call' ? context.isAggregateFunction(call.function.parts.map(({ name }) => name)) : call.isAggregate === true)) return true;
  }
  return Object.entries(node).some(([key, part]) => key !== 'span' && holdsAggregate(part, context));
}

/** Of the SELECT around. `stateTtl`: of what the aggregation keeps. */
export interface AggregateHints {
  readonly all: readonly PlanHint[];
  readonly stateTtl: string | undefined;
}

export function aggregateQuery(select: Select, input: LogicalPlan, context: ValidatorContext, scope: QueryScope, hints: AggregateHints): AggregateQuery {
  return new Aggregation(select, input, context, scope, hints);
}

class Aggregation implements AggregateQuery {
  readonly #input: LogicalPlan;
  readonly #context: ValidatorContext;
  readonly #scope: QueryScope;
  readonly #hints: AggregateHints;
  readonly #groups: Expression[] = [];
  readonly #sets: readonly (readonly number[])[];
  readonly #aggregates = new Map<string, Expression & { readonly kind: 'aggregate' }>();
  readonly #groupingCalls: (readonly number[])[] = [];
  readonly #properties: { readonly name: string; readonly property: Property }[] = [];
  #window: { readonly name: 'TUMBLE' | 'HOP' | 'SESSION'; readonly time: Expression; readonly intervals: readonly number[]; readonly call: CallExpression } | undefined;

  constructor(select: Select, input: LogicalPlan, context: ValidatorContext, scope: QueryScope, hints: AggregateHints) {
    this.#input = input;
    this.#context = context;
    this.#scope = scope;
    this.#hints = hints;
    this.#sets = distinctSets(select.groupBy === undefined ? [[]] : this.#setsOf(select.groupBy.items));
  }

  readonly convertCall = (node: CallExpression): Expression | undefined => {
    if (node.function.parts.length !== 1) return undefined;
    const name = node.function.parts[0]!.name.toUpperCase();
    if (name === 'GROUPING' || name === 'GROUPING_ID' || name === 'GROUP_ID') return this.#groupingCall(name, node);
    const [, window, property] = /^(TUMBLE|HOP|SESSION)_(START|END|ROWTIME|PROCTIME)$/.exec(name) ?? [];
    return window === undefined ? undefined : this.#windowProperty(window, PROPERTIES[property as keyof typeof PROPERTIES], node);
  };

  finish(expressions: readonly Expression[]): LogicalPlan {
    for (const expression of expressions) this.#collect(expression);
    const columns: { name: string; expression: Expression }[] = this.#groups.map((expression, index) => ({ name: this.#nameOf(expression, index), expression }));
    const positions = new Map(this.#groups.map((expression, index) => [expressionDigest(expression), index] as const));
    const place = (expression: Expression): Expression => {
      const digest = expressionDigest(expression);
      let index = positions.get(digest);
      if (index === undefined) {
        index = columns.length;
        positions.set(digest, index);
        columns.push({ name: `$f${index}`, expression });
      }
      return { kind: 'input', index, type: expression.type };
    };
    const isGlobal = this.#sets.some((set) => set.length === 0);
    const aggregates = [...this.#aggregates.values()].map((node, index): NamedAggregate => ({
      name: `EXPR$${index}`, type: isGlobal && !NEVER_NULL.has(node.call.function.name) ? nullable(node.type) : node.type, call: placed(node.call, place),
    }));
    const groupWindow = this.#groupWindow(place);
    const input = projected(this.#input, columns);
    const node: AggregateNode = {
      kind: 'aggregate', input, groupColumns: this.#groups.map((_, index) => index), groupingSets: this.#sets, aggregates,
      groupingCalls: this.#groupingCalls, hints: this.#hints.all, ...(this.#hints.stateTtl === undefined ? {} : { stateTtl: this.#hints.stateTtl }), rowType: { kind: 'ROW', isNullable: false, fields: this.#outputFields(input, aggregates, groupWindow) },
      ...(groupWindow === undefined ? {} : { groupWindow }),
    };
    return node;
  }

  overGroups(expression: Expression, span: Span): Expression {
    const digests = this.#groups.map(expressionDigest);
    const aggregates = [...this.#aggregates.keys()];
    const offset = this.#groups.length + aggregates.length;
    return replaceExpression(expression, (node) => {
      if (node.kind === 'correlated' && node.depth === MARKER_DEPTH) return { kind: 'input', index: offset + node.index, type: node.type };
      if (node.kind === 'aggregate') {
        const index = aggregates.indexOf(expressionDigest(node));
        return { kind: 'input', index: this.#groups.length + index, type: this.#sets.some((set) => set.length === 0) && !NEVER_NULL.has(node.call.function.name) ? nullable(node.type) : node.type };
      }
      const group = digests.indexOf(expressionDigest(node));
      if (group >= 0) return { kind: 'input', index: group, type: this.#groupType(group) };
      if (node.kind === 'subquery') {
        return { ...node, operands: node.operands.map((operand) => this.overGroups(operand, span)), plan: mapNestedExpressions(node.plan as LogicalPlan, (inner, nesting) => this.#groupReference(inner, nesting, span)) };
      }
      if (node.kind === 'input') return failAt(this.#context.text, span, `Expression '${this.#input.rowType.fields[node.index]!.name}' is not being grouped`);
      return undefined;
    });
  }

  /** What a sub-query says of the row around it is said of the group: of a grouping expression as a whole, or of a column that is grouped. */
  #groupReference(inner: Expression, nesting: number, span: Span): Expression | undefined {
    const depth = nesting + 1;
    const group = this.#groups.findIndex((expression) => expression.kind !== 'literal' && expressionDigest(asOuter(expression, depth)) === expressionDigest(inner));
    if (group >= 0) return { kind: 'correlated', depth, index: group, type: this.#groupType(group) };
    if (inner.kind !== 'correlated' || inner.depth !== depth) return undefined;
    return failAt(this.#context.text, span, `Expression '${this.#input.rowType.fields[inner.index]!.name}' is not being grouped`);
  }

  #collect(expression: Expression): void {
    replaceExpression(expression, (node) => {
      if (node.kind !== 'aggregate') return undefined;
      const digest = expressionDigest(node);
      if (!this.#aggregates.has(digest)) this.#aggregates.set(digest, node);
      return node;
    });
  }

  #groupType(group: number): LogicalType {
    const { type } = this.#groups[group]!;
    return this.#sets.every((set) => set.includes(group)) ? type : nullable(type);
  }

  #nameOf(expression: Expression, index: number): string {
    return expression.kind === 'input' ? this.#input.rowType.fields[expression.index]!.name : `$g${index}`;
  }

  #outputFields(input: LogicalPlan, aggregates: readonly NamedAggregate[], window: GroupWindow | undefined): readonly LogicalField[] {
    return [
      ...this.#groups.map((_, index) => ({ name: input.rowType.fields[index]!.name, type: this.#groupType(index) })),
      ...aggregates.map(({ name, type }) => ({ name, type })),
      ...this.#groupingCalls.map((_, index) => ({ name: `$grouping${index}`, type: notNull(LogicalTypes.BIGINT) })),
      ...(window?.properties ?? []).map(({ name, property }) => ({ name, type: this.#propertyType(property) })),
    ];
  }

  // ---- grouping sets

  /** Every item gives a list of sets; the sets of the query are all ways to take one of each. */
  #setsOf(items: readonly GroupItem[]): readonly (readonly number[])[] {
    return items.map((item) => this.#setsOfItem(item)).reduce<readonly (readonly number[])[]>((all, sets) => all.flatMap((left) => sets.map((right) => [...left, ...right])), [[]]);
  }

  #setsOfItem(item: GroupItem): readonly (readonly number[])[] {
    if (item.kind === 'grouping-set') return [item.elements.flatMap((element) => this.#groupOf(element))];
    if (item.kind !== 'grouping-sets') return [this.#groupOf(item)];
    const parts = item.items.map((part) => this.#setsOfItem(part));
    if (item.form === 'GROUPING SETS') return parts.flat();
    const elements = parts.map((sets) => sets[0]!);
    if (item.form === 'ROLLUP') return Array.from({ length: elements.length + 1 }, (_, dropped) => elements.slice(0, elements.length - dropped).flat());
    return Array.from({ length: 2 ** elements.length }, (_, mask) => elements.filter((_element, index) => (mask & (1 << (elements.length - 1 - index))) === 0).flat());
  }

  #groupOf(node: ExpressionNode): readonly number[] {
    if (node.kind === 'row') return node.elements.flatMap((element) => this.#groupOf(element));
    if (this.#takeWindow(node)) return [];
    const expression = this.#context.expression(node, this.#scope, { clause: 'GROUP BY' });
    const digest = expressionDigest(expression);
    const known = this.#groups.findIndex((group) => expressionDigest(group) === digest);
    if (known >= 0) return [known];
    this.#groups.push(expression);
    return [this.#groups.length - 1];
  }

  #groupingCall(name: string, node: CallExpression): Expression {
    const positions = name === 'GROUP_ID' ? [] : node.arguments.map((argument) => {
      const expression = this.#context.expression(argument as ExpressionNode, this.#scope, {});
      const index = this.#groups.findIndex((group) => expressionDigest(group) === expressionDigest(expression));
      return index >= 0 ? index : failAt(this.#context.text, argument.span, `Argument to ${name} operator must be a grouped expression`);
    });
    this.#groupingCalls.push(positions);
    return this.#marker(this.#groupingCalls.length - 1, notNull(LogicalTypes.BIGINT));
  }

  #marker(index: number, type: LogicalType): Expression {
    return { kind: 'correlated', depth: MARKER_DEPTH, index, type };
  }

  // ---- group windows

  /** TUMBLE(time, size), HOP(time, slide, size), SESSION(time, gap), each with an optional alignment. */
  #takeWindow(node: ExpressionNode): boolean {
    if (node.kind !== 'call' || node.function.parts.length !== 1) return false;
    const name = node.function.parts[0]!.name.toUpperCase();
    if (!GROUP_WINDOWS.has(name)) return false;
    const [time, ...rest] = node.arguments.map((argument) => this.#context.reduce(this.#context.expression(argument as ExpressionNode, this.#scope, {})));
    const intervals = rest.map((value, index) => {
      if (value.kind === 'literal' && value.type.kind === 'INTERVAL_DAY_TIME') return value.value as number;
      return failAt(this.#context.text, node.arguments[index + 1]!.span, 'Only constant window intervals with millisecond resolution are supported.');
    });
    const isTime = time !== undefined && (time.type.kind === 'TIMESTAMP' || time.type.kind === 'TIMESTAMP_LTZ') && (time.type.time !== 'regular' || this.#context.isBatch);
    if (!isTime || intervals.length < (name === 'HOP' ? 2 : 1)) failAt(this.#context.text, node.span, 'Window aggregate can only be defined over a time attribute column');
    if (this.#window !== undefined) failAt(this.#context.text, node.span, 'only one group window is allowed in a GROUP BY');
    this.#window = { name: name as 'TUMBLE' | 'HOP' | 'SESSION', time: time!, intervals, call: node };
    return true;
  }

  #windowProperty(window: string, property: Property, node: CallExpression): Expression {
    if (this.#window?.name !== window || !this.#isSameWindow(node)) return failAt(this.#context.text, node.span, `Call to auxiliary group function '${window}_${property.toUpperCase()}' must have matching call to group function '${window}' in GROUP BY clause`);
    let index = this.#properties.findIndex((known) => known.property === property);
    if (index < 0) index = this.#properties.push({ name: `w$${property}`, property }) - 1;
    // Group windows have no GROUPING columns in front of the properties: the two do not go together.
    return this.#marker(index, this.#propertyType(property));
  }

  #isSameWindow(node: CallExpression): boolean {
    const digests = ({ arguments: args }: CallExpression): string => args.map((argument) => expressionDigest(this.#context.reduce(this.#context.expression(argument as ExpressionNode, this.#scope, {})))).join('\u0000');
    return digests(node) === digests(this.#window!.call);
  }

  #propertyType(property: Property): LogicalType {
    const { time } = this.#window!;
    if (property === 'proctime') return notNull(LogicalTypes.TIMESTAMP_LTZ(3, 'proctime'));
    if (property === 'rowtime') return notNull(time.type);
    return notNull(LogicalTypes.TIMESTAMP(3));
  }

  #groupWindow(place: (expression: Expression) => Expression): GroupWindow | undefined {
    if (this.#window === undefined) return undefined;
    const { name, time, intervals } = this.#window;
    const [first, second, third] = intervals;
    const column = place(time) as Expression & { kind: 'input' };
    const sizeMs = name === 'HOP' ? second! : first!;
    return { window: name, timeColumn: column.index, sizeMs, slideMs: name === 'HOP' ? first! : sizeMs, offsetMs: (name === 'HOP' ? third : second) ?? 0, properties: this.#properties };
  }
}

/** An expression over the columns of a query, as a sub-query in it says it. */
const asOuter = (expression: Expression, depth: number): Expression => replaceExpression(expression, (node) => (node.kind === 'input' ? { kind: 'correlated', depth, index: node.index, type: node.type } : undefined));

function placed(call: AggregateExpression, place: (expression: Expression) => Expression): AggregateExpression {
  return {
    ...call, arguments: call.arguments.map((argument) => (argument.kind === 'literal' ? argument : place(argument))), filter: call.filter === undefined ? undefined : place(call.filter),
    orderBy: call.orderBy.map((key) => ({ ...key, expression: place(key.expression) })),
  };
}

/** A set named twice gives its rows once more in the standard, once in Flink. */
function distinctSets(sets: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const seen = new Set<string>();
  return sets.map((set) => [...new Set(set)].sort((a, b) => a - b)).filter((set) => {
    const key = set.join();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
