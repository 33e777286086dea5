// FROM: tables, joins, derived tables, windowing and other table functions, UNNEST. Gives the plan and the relations whose
// columns it is made of.
import { assertNever } from '#core/assert';
import type { Expression } from '#table/expressions/expression';
import type { JoinNode, JoinType, LogicalPlan, PlanHint } from '#table/logical/logical-plan';
import type { Hint } from '#table/parser/ast-node';
import type { DerivedTable, Join, TableAlias, TableExpression, TableFunction, TableReference, Unnest } from '#table/parser/ast-query';
import { unnestedFields } from '#table/functions/planner-table-functions';
import { LogicalTypes, notNull, nullable } from '#table/types/logical-type';
import { joinedRowType } from '#table/logical/joined-row-type';
import { convertMatchRecognize } from '#table/validator/match-converter';
import { renamed } from '#table/validator/plan-parts';
import { QueryScope, relationOf, shiftedRelations, type ScopeRelation } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';
import type { StateTtlHints } from '#table/validator/state-ttl-hints';
import type { ValidatorContext } from '#table/validator/validator-context';
import { convertTableFunction } from '#table/validator/table-function-converter';
import { equalityOf, conjunctionOf, trueLiteral } from '#table/expressions/conditions';

/** Of the SELECT around. */
export interface SelectHints {
  readonly all: readonly PlanHint[];
  readonly stateTtl: StateTtlHints | undefined;
}

const NO_HINTS: SelectHints = { all: [], stateTtl: undefined };

export interface FromClause {
  readonly plan: LogicalPlan;
  readonly relations: readonly ScopeRelation[];
}

/** @param scope names outside of the clause: common tables and the query around. @param hints of the SELECT, for its joins. */
export function convertFrom(from: TableExpression, context: ValidatorContext, scope: QueryScope, hints: SelectHints = NO_HINTS): FromClause {
  switch (from.kind) {
    case 'table-reference':
      if (from.period !== undefined) failAt(context.text, from.span, 'FOR SYSTEM_TIME AS OF stands on the right side of a join: no table here keeps its past versions for a query of its own');
      return tableClause(from, context, scope);
    case 'derived-table': return derivedClause(from, context, scope);
    case 'table-function': return functionClause(from, context, scope);
    case 'unnest': return unnestClause(from, context, scope);
    case 'match-recognize': return aliased(convertMatchRecognize(from, convertFrom(from.input, context, scope), context, scope), from.alias, context);
    case 'join': return joinClause(from, context, scope, hints);
    default: return assertNever(from, 'FROM item');
  }
}

function tableClause(from: TableReference, context: ValidatorContext, scope: QueryScope): FromClause {
  const options = Object.fromEntries(from.hints.filter(({ name }) => name.name.toUpperCase() === 'OPTIONS').flatMap((hint) => hint.arguments.flatMap((item) => (item.kind === 'option' ? [[item.key, item.value]] : []))));
  const plan = context.tableOf(from.table, scope, options);
  const parts = from.table.parts.map(({ name }) => name);
  if (from.sample !== undefined) failAt(context.text, from.sample.span, 'TABLESAMPLE is not supported');
  if (from.alias !== undefined) return aliased(plan, from.alias, context);
  return { plan, relations: [relationOf(plan, parts.at(-1), parts.slice(0, -1))] };
}

function aliased(plan: LogicalPlan, alias: TableAlias | undefined, context: ValidatorContext): FromClause {
  const named = alias === undefined ? plan : renamed(plan, alias.columns.map(({ name }) => name), context, alias.span);
  return { plan: named, relations: [relationOf(named, alias?.name.name)] };
}

function derivedClause(from: DerivedTable, context: ValidatorContext, scope: QueryScope): FromClause {
  // Without LATERAL the columns to the left are out of sight, but the query around is not.
  return aliased(context.query(from.query, scope), from.alias, context);
}

function functionClause(from: TableFunction, context: ValidatorContext, scope: QueryScope): FromClause {
  return aliased(convertTableFunction(from.call, context, scope), from.alias, context);
}

/** Elements of an array or multiset, entries of a map; rows are spread into their fields. */
function unnestClause(from: Unnest, context: ValidatorContext, scope: QueryScope): FromClause {
  if (from.operands.length !== 1) failAt(context.text, from.span, 'UNNEST takes one collection');
  const operand = context.expression(from.operands[0]!, scope, {});
  const { type } = operand;
  if (type.kind !== 'ARRAY' && type.kind !== 'MULTISET' && type.kind !== 'MAP') failAt(context.text, from.span, `Cannot apply UNNEST to a value of type ${type.kind}; it takes ARRAY, MAP or MULTISET`);
  const fields = [...unnestedFields(type)!.map((field) => (type.kind !== 'MAP' && (type.element.kind === 'ROW' || type.element.kind === 'STRUCTURED') && type.element.isNullable ? { name: field.name, type: nullable(field.type) } : field))];
  if (from.isWithOrdinality) fields.push({ name: 'ORDINALITY', type: notNull(LogicalTypes.INT) });
  const definition = context.findTableFunction([from.isWithOrdinality ? '$UNNEST_WITH_ORDINALITY' : '$UNNEST']);
  if (definition === undefined) failAt(context.text, from.span, 'UNNEST is not there');
  const plan: LogicalPlan = { kind: 'table-function', function: definition, arguments: [operand], rowType: { kind: 'ROW', isNullable: false, fields } };
  return aliased(plan, from.alias, context);
}

const JOIN_TYPES: Readonly<Record<Join['joinType'], JoinType>> = { COMMA: 'INNER', CROSS: 'INNER', INNER: 'INNER', LEFT: 'LEFT', RIGHT: 'RIGHT', FULL: 'FULL' };

function joinClause(join: Join, context: ValidatorContext, scope: QueryScope, hints: SelectHints): FromClause {
  const left = convertFrom(join.left, context, scope, hints);
  const joinType = JOIN_TYPES[join.joinType];
  if (isLateral(join.right)) return lateralClause(join, left, joinType, context, scope);
  if (join.right.kind === 'table-reference' && join.right.period !== undefined) return temporalClause(join, join.right, left, joinType, context, scope, hints);
  const right = convertFrom(join.right, context, scope, hints);
  const relations = joinedRelations(left, right, joinType);
  const { condition, merged } = conditionOf(join, left, right, relations, context, scope);
  const ttls = [hints.stateTtl?.of(left.relations), hints.stateTtl?.of(right.relations)];
  const stateTtl = ttls.some((ttl) => ttl !== undefined) ? { stateTtl: ttls } : {};
  const node: JoinNode = { kind: 'join', joinType, left: left.plan, right: right.plan, condition, hints: hints.all, ...stateTtl, rowType: joinedRowType(left.plan.rowType, right.plan.rowType, joinType) };
  return { plan: node, relations: merged.size === 0 ? relations : mergeColumns(relations, merged, left.plan.rowType.fields.length) };
}

function isLateral(right: TableExpression): boolean {
  switch (right.kind) {
    case 'table-function': return right.isLateral || !isWindowing(right);
    case 'unnest': return true;
    case 'derived-table': return right.isLateral;
    default: return false;
  }
}

const WINDOWING = new Set(['TUMBLE', 'HOP', 'CUMULATE', 'SESSION']);
const isWindowing = ({ call }: TableFunction): boolean => WINDOWING.has(call.function.parts.at(-1)!.name.toUpperCase());

/** The right side sees the columns of the left as those of a query around it. */
function lateralClause(join: Join, left: FromClause, joinType: JoinType, context: ValidatorContext, scope: QueryScope): FromClause {
  if (joinType !== 'INNER' && joinType !== 'LEFT') failAt(context.text, join.span, `LATERAL can only be joined by CROSS, INNER or LEFT JOIN, not by ${joinType}`);
  const around = new QueryScope(left.relations, scope.parent, scope.commonTables);
  // The arguments of a function stand directly in the query around, a query has a scope of its own.
  const inner = join.right.kind === 'derived-table' ? around : new QueryScope([], around, []);
  const right = convertFrom(join.right, context, inner);
  const relations = joinedRelations(left, right, joinType);
  const condition = join.condition?.kind === 'join-on' ? context.expression(join.condition.expression, scope.withRelations(relations), {}) : undefined;
  const isTrue = condition?.kind === 'literal' && condition.value === true;
  return {
    plan: { kind: 'correlate', joinType, left: left.plan, right: right.plan, condition: isTrue ? undefined : condition, rowType: joinedRowType(left.plan.rowType, right.plan.rowType, joinType) },
    relations,
  };
}

function temporalClause(join: Join, table: TableReference, left: FromClause, joinType: JoinType, context: ValidatorContext, scope: QueryScope, hints: SelectHints): FromClause {
  if (joinType !== 'INNER' && joinType !== 'LEFT') failAt(context.text, join.span, `a temporal join is an INNER or a LEFT join, not ${joinType}`);
  const right = tableClause(table, context, scope);
  const time = context.expression(table.period!, scope.withRelations(left.relations), {});
  const relations = joinedRelations(left, right, joinType);
  const { condition, merged } = conditionOf(join, left, right, relations, context, scope);
  return {
    plan: { kind: 'temporal-join', joinType, left: left.plan, right: right.plan, time, condition, hints: hints.all, rowType: joinedRowType(left.plan.rowType, right.plan.rowType, joinType) },
    relations: merged.size === 0 ? relations : mergeColumns(relations, merged, left.plan.rowType.fields.length),
  };
}

function joinedRelations(left: FromClause, right: FromClause, joinType: JoinType): readonly ScopeRelation[] {
  return [
    ...shiftedRelations(left.relations, 0, { isNullable: joinType === 'RIGHT' || joinType === 'FULL' }),
    ...shiftedRelations(right.relations, left.plan.rowType.fields.length, { isNullable: joinType === 'LEFT' || joinType === 'FULL' }),
  ];
}

/** `merged`: columns of the right, by position in the joined row, that USING and NATURAL make one with a left one. */
function conditionOf(join: Join, left: FromClause, right: FromClause, relations: readonly ScopeRelation[], context: ValidatorContext, scope: QueryScope): { readonly condition: Expression; readonly merged: ReadonlySet<number> } {
  const names = join.isNatural ? commonNames(left, right) : join.condition?.kind === 'join-using' ? join.condition.columns.map(({ name }) => name) : [];
  if (names.length > 0) {
    const merged = new Set<number>();
    const equalities = names.map((name) => {
      const [a, b] = [left, right].map(({ relations: side }) => new QueryScope(side, undefined, []).resolve([name]));
      if (a?.kind !== 'column' || b?.kind !== 'column') return failAt(context.text, join.span, `Column '${name}' not found in any table, or found in several, of a side of the join`);
      const leftColumn = a.expression as Expression & { kind: 'input' };
      const rightColumn = b.expression as Expression & { kind: 'input' };
      const index = rightColumn.index + left.plan.rowType.fields.length;
      merged.add(index);
      return equalityOf(leftColumn, { ...rightColumn, index });
    });
    return { condition: conjunctionOf(equalities), merged };
  }
  if (join.condition?.kind === 'join-on') return { condition: context.expression(join.condition.expression, scope.withRelations(relations), { clause: 'ON' }), merged: new Set() };
  if (join.joinType === 'LEFT' || join.joinType === 'RIGHT' || join.joinType === 'FULL') failAt(context.text, join.span, `${join.joinType} join requires a condition (NATURAL keyword or ON or USING clause)`);
  return { condition: trueLiteral, merged: new Set() };
}

function commonNames(left: FromClause, right: FromClause): readonly string[] {
  const rightNames = new Set(right.plan.rowType.fields.map(({ name }) => name));
  return left.plan.rowType.fields.map(({ name }) => name).filter((name) => rightNames.has(name));
}

function mergeColumns(relations: readonly ScopeRelation[], merged: ReadonlySet<number>, leftWidth: number): readonly ScopeRelation[] {
  return relations.map((relation) => {
    if (relation.offset < leftWidth) return relation;
    const own = relation.columns.flatMap((_, position) => (merged.has(relation.offset + position) ? [position] : []));
    return own.length === 0 ? relation : { ...relation, merged: new Set([...relation.merged, ...own]) };
  });
}

/** Hints of a SELECT that concern its joins and aggregates. */
export function planHintsOf(hints: readonly Hint[]): readonly PlanHint[] {
  return hints.map((hint) => ({
    name: hint.name.name.toUpperCase(),
    options: Object.fromEntries(hint.arguments.flatMap((item) => (item.kind === 'option' ? [[item.key, item.value]] : []))),
    names: hint.arguments.flatMap((item) => (item.kind === 'hint-name' ? [item.parts.map(({ name }) => name).join('.')] : [])),
  }));
}
