// SELECT … FROM … WHERE … GROUP BY … HAVING … QUALIFY … ORDER BY: one plan, step by step in the order in which the clauses apply.
import type { Expression, SortKey } from '#table/expressions/expression';
import { conjunctionOf, expressionDigest } from '#table/expressions/conditions';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { Expression as ExpressionNode } from '#table/parser/ast-expression';
import type { Span } from '#table/parser/ast-node';
import type { Select, SelectItem, SortItem, WindowSpecification } from '#table/parser/ast-query';
import { aggregateQuery, isAggregateQuery, type AggregateQuery } from '#table/validator/aggregate-converter';
import { convertFrom, planHintsOf } from '#table/validator/from-converter';
import { StateTtlHints } from '#table/validator/state-ttl-hints';
import { emptyRow, ordinalOf, projected, sortKeyOf } from '#table/validator/plan-parts';
import type { QueryScope } from '#table/validator/query-scope';
import { planOver } from '#table/validator/over-converter';
import { failAt } from '#table/validator/validation-error';
import type { ExpressionOptions, ValidatorContext } from '#table/validator/validator-context';

export interface SelectTail {
  readonly orderBy: readonly SortItem[];
  readonly offset: number;
  readonly limit: number | undefined;
}

interface Column {
  readonly name: string;
  readonly expression: Expression;
}

/** @param outer common tables and the query around. */
export function convertSelect(select: Select, context: ValidatorContext, outer: QueryScope, tail: SelectTail): LogicalPlan {
  const all = planHintsOf(select.hints);
  const stateTtl = new StateTtlHints(all, context.text, select.span);
  const from = select.from === undefined ? { plan: emptyRow(), relations: [] } : convertFrom(select.from, context, outer, { all, stateTtl });
  const scope = outer.withRelations(from.relations);
  let plan = from.plan;
  if (select.where !== undefined) {
    const condition = context.expression(select.where, scope, { clause: 'WHERE' });
    plan = filtered(plan, condition);
  }
  const windows = new Map(select.windows.map(({ name, window }) => [name.name, window] as const));
  const query = isAggregateQuery(select, context) ? aggregateQuery(select, plan, context, scope, { all, stateTtl: stateTtl.of(from.relations) }) : undefined;
  const isDistinct = select.quantifier === 'DISTINCT';
  const distinctTtl = isDistinct ? stateTtl.of(from.relations) : undefined;
  stateTtl.checkUsed();
  return new SelectSteps(select, context, scope, query, windows, distinctTtl).convert(plan, tail);
}

class SelectSteps {
  readonly #select: Select;
  readonly #context: ValidatorContext;
  readonly #scope: QueryScope;
  readonly #query: AggregateQuery | undefined;
  readonly #windows: ReadonlyMap<string, WindowSpecification>;
  /** What STATE_TTL says of the rows that DISTINCT has seen. */
  readonly #distinctTtl: string | undefined;
  #plan!: LogicalPlan;

  constructor(select: Select, context: ValidatorContext, scope: QueryScope, query: AggregateQuery | undefined, windows: ReadonlyMap<string, WindowSpecification>, distinctTtl: string | undefined) {
    this.#select = select;
    this.#context = context;
    this.#scope = scope;
    this.#query = query;
    this.#windows = windows;
    this.#distinctTtl = distinctTtl;
  }

  convert(input: LogicalPlan, tail: SelectTail): LogicalPlan {
    const { having, qualify, quantifier, items } = this.#select;
    const selected = items.flatMap((item) => this.#columnsOf(item).map((column) => ({ column, span: item.expression.span })));
    let columns = uniqueNames(selected.map(({ column }) => column));
    const havingCondition = having === undefined ? undefined : this.#expression(having, { clause: 'HAVING', allowsAggregates: true });
    let qualifyCondition = qualify === undefined ? undefined : this.#aliased(qualify, columns);
    let keys = tail.orderBy.map((item) => this.#sortKey(item, columns));
    const used = [...columns.map(({ expression }) => expression), ...(havingCondition === undefined ? [] : [havingCondition]), ...(qualifyCondition === undefined ? [] : [qualifyCondition]), ...keys.map(({ expression }) => expression)];
    this.#plan = this.#query === undefined ? input : this.#query.finish(used);
    if (this.#query !== undefined) {
      const rewrite = (expression: Expression, span: Span): Expression => this.#query!.overGroups(expression, span);
      columns = columns.map((column, index) => ({ name: column.name, expression: rewrite(column.expression, selected[index]!.span) }));
      if (havingCondition !== undefined) this.#plan = filtered(this.#plan, rewrite(havingCondition, having!.span));
      qualifyCondition = qualifyCondition === undefined ? undefined : rewrite(qualifyCondition, qualify!.span);
      keys = keys.map((key, index) => ({ ...key, expression: rewrite(key.expression, tail.orderBy[index]!.span) }));
    } else if (havingCondition !== undefined) {
      this.#plan = filtered(this.#plan, havingCondition);
    }
    const width = columns.length;
    const all = [...columns.map(({ expression }) => expression), ...(qualifyCondition === undefined ? [] : [qualifyCondition]), ...keys.map(({ expression }) => expression)];
    const over = planOver(this.#plan, all);
    this.#plan = over.plan;
    columns = columns.map((column, index) => ({ name: column.name, expression: over.expressions[index]! }));
    if (qualifyCondition !== undefined) this.#plan = filtered(this.#plan, over.expressions[width]!);
    const keyOffset = over.expressions.length - keys.length;
    keys = keys.map((key, index) => ({ ...key, expression: over.expressions[keyOffset + index]! }));
    return quantifier === 'DISTINCT' ? this.#distinctThenSort(columns, keys, tail) : this.#sortThenProject(columns, keys, tail);
  }

  #columnsOf(item: SelectItem): readonly Column[] {
    const { expression, alias } = item;
    if (expression.kind === 'star') {
      const qualifier = expression.qualifier.map(({ name }) => name);
      const columns = this.#scope.expandStar(qualifier);
      if (columns !== undefined) {
        this.#context.expansion?.star(expression.span, this.#scope.relationsOf(qualifier), { isQualified: qualifier.length > 0 });
        return columns;
      }
      // No relation of that name: a column whose fields are meant.
      if (this.#scope.resolve(qualifier).kind === 'unknown') failAt(this.#context.text, expression.span, `Unknown identifier '${qualifier.join('.')}'`);
      return this.#fieldsOf({ kind: 'column-reference', span: expression.span, parts: expression.qualifier }, item);
    }
    if (expression.kind === 'field-star') return this.#fieldsOf(expression.operand, item);
    const converted = this.#expression(expression, {});
    return [{ name: alias?.name ?? impliedName(expression) ?? '', expression: converted }];
  }

  #fieldsOf(operand: ExpressionNode, item: SelectItem): readonly Column[] {
    const row = this.#expression(operand, {});
    const { type } = row;
    if (type.kind !== 'ROW' && type.kind !== 'STRUCTURED') return failAt(this.#context.text, item.span, `a ${type.kind} has no fields to expand`);
    return type.fields.map((field, index) => ({ name: field.name, expression: { kind: 'field', operand: row, index, type: { ...field.type, isNullable: field.type.isNullable || type.isNullable } } as Expression }));
  }

  #expression(node: ExpressionNode, options: ExpressionOptions): Expression {
    const convertCall = this.#query?.convertCall;
    return this.#context.expression(node, this.#scope, { allowsAggregates: this.#query !== undefined, allowsOver: true, windows: this.#windows, ...(convertCall === undefined ? {} : { convertCall }), ...options });
  }

  /** Names of the select list come before those of FROM in ORDER BY; a whole number is a position. */
  #sortKey(item: SortItem, columns: readonly Column[]): SortKey {
    const { expression } = item;
    if (expression.kind === 'numeric-literal' && expression.form === 'integer') {
      const position = Number(expression.text);
      const column = columns[position - 1];
      if (column === undefined) ordinalOf({ kind: 'ROW', isNullable: false, fields: [] }, position, this.#context, expression.span);
      return sortKeyOf(column!.expression, item, this.#context);
    }
    return sortKeyOf(this.#aliased(expression, columns), item, this.#context);
  }

  #aliased(node: ExpressionNode, columns: readonly Column[]): Expression {
    const find = (name: string): Expression | undefined => columns.find((column) => column.name === name)?.expression;
    if (node.kind === 'column-reference' && node.parts.length === 1) {
      const column = find(node.parts[0]!.name);
      if (column !== undefined) return column;
    }
    return this.#expression(node, {
      clause: 'ORDER BY',
      substitute: (part) => {
        if (part.kind !== 'column-reference' || part.parts.length !== 1) return undefined;
        return this.#scope.resolve([part.parts[0]!.name]).kind === 'unknown' ? find(part.parts[0]!.name) : undefined;
      },
    });
  }

  #sortThenProject(columns: readonly Column[], keys: readonly SortKey[], tail: SelectTail): LogicalPlan {
    const { offset, limit } = tail;
    const hasTail = keys.length > 0 || offset > 0 || limit !== undefined;
    // Sort keys that are not selected are carried along as further columns and dropped again.
    const digests = columns.map(({ expression }) => expressionDigest(expression));
    const extra: Column[] = [];
    const sorted = keys.map((key): SortKey => {
      let index = digests.indexOf(expressionDigest(key.expression));
      if (index < 0) {
        index = columns.length + extra.length;
        extra.push({ name: `$sort${extra.length}`, expression: key.expression });
        digests.push(expressionDigest(key.expression));
      }
      return { ...key, expression: { kind: 'input', index, type: key.expression.type } };
    });
    const wide = projected(this.#plan, [...columns, ...extra]);
    if (!hasTail) return wide;
    const sort: LogicalPlan = { kind: 'sort', input: wide, keys: sorted, offset, limit, rowType: wide.rowType };
    return extra.length === 0 ? sort : projected(sort, columns.map((column, index) => ({ name: column.name, expression: { kind: 'input', index, type: column.expression.type } })));
  }

  #distinctThenSort(columns: readonly Column[], keys: readonly SortKey[], tail: SelectTail): LogicalPlan {
    const selected = projected(this.#plan, columns);
    const { rowType } = selected;
    const groupColumns = columns.map((_, index) => index);
    const distinct: LogicalPlan = { kind: 'aggregate', input: selected, groupColumns, groupingSets: [groupColumns], aggregates: [], groupingCalls: [], hints: planHintsOf(this.#select.hints), ...(this.#distinctTtl === undefined ? {} : { stateTtl: this.#distinctTtl }), rowType };
    if (keys.length === 0 && tail.offset === 0 && tail.limit === undefined) return distinct;
    const digests = columns.map(({ expression }) => expressionDigest(expression));
    const sorted = keys.map((key): SortKey => {
      const index = digests.indexOf(expressionDigest(key.expression));
      if (index < 0) failAt(this.#context.text, this.#select.span, 'ORDER BY of SELECT DISTINCT takes selected expressions only');
      return { ...key, expression: { kind: 'input', index, type: key.expression.type } };
    });
    return { kind: 'sort', input: distinct, keys: sorted, offset: tail.offset, limit: tail.limit, rowType };
  }
}

export function filtered(input: LogicalPlan, condition: Expression): LogicalPlan {
  if (input.kind === 'filter') return { ...input, condition: conjunctionOf([input.condition, condition]) };
  return { kind: 'filter', input, condition, rowType: input.rowType };
}

/** A column keeps its name, a field that of the field; all others are called EXPR$position. */
function impliedName(node: ExpressionNode): string | undefined {
  if (node.kind === 'column-reference') return node.parts.at(-1)!.name;
  return node.kind === 'field-access' ? node.field.name : undefined;
}

/** Nameless columns get EXPR$n; a name that is taken gets a number behind it, as Flink's planner does. */
function uniqueNames(columns: readonly Column[]): readonly Column[] {
  const taken = new Set<string>();
  return columns.map((column, index) => {
    const base = column.name === '' ? `EXPR$${index}` : column.name;
    let name = base;
    for (let n = 0; taken.has(name); n++) name = `${base}${n}`;
    taken.add(name);
    return { ...column, name };
  });
}
