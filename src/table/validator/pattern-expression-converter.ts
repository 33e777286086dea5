// Expressions of DEFINE and MEASURES: columns of pattern variables, FIRST and LAST with offsets, aggregates over the rows of a variable.
// Each becomes a column of a row made of the match; the expression is over that row.
import { expressionDigest, inputsUsed, replaceExpression, shiftInputs } from '#table/expressions/conditions';
import { someExpression } from '#table/expressions/expression-facts';
import type { AggregateExpression, Expression } from '#table/expressions/expression';
import { ANY_VARIABLE, type PatternColumn, type PatternExpression } from '#table/logical/match-shape';
import type { CallExpression, Expression as ExpressionNode } from '#table/parser/ast-expression';
import type { Span } from '#table/parser/ast-node';
import { LogicalTypes, notNull, nullable, withoutTimeAttribute, type LogicalField, type LogicalType } from '#table/types/logical-type';
import type { QueryScope, ScopeRelation } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

export interface PatternScope {
  readonly context: ValidatorContext;
  readonly scope: QueryScope;
  /** Of the input: what columns without a variable belong to. */
  readonly relation: ScopeRelation;
  readonly fields: readonly LogicalField[];
  readonly variables: readonly string[];
  readonly timeType: LogicalType;
  readonly isRowtime: boolean;
}

/** While names are resolved, the columns of each variable follow those of the one before; behind them those without a variable, then `columns`. */
export function convertPatternExpression(node: ExpressionNode, patterns: PatternScope, isCondition: boolean): PatternExpression {
  const { context, scope, relation, fields, variables } = patterns;
  const width = fields.length;
  const base = (variables.length + 1) * width;
  const columns: PatternColumn[] = [];
  const relations: ScopeRelation[] = variables.map((alias, index) => ({ alias, qualifiers: [], columns: fields.map((field) => ({ ...field, type: withoutTimeAttribute(field.type) })), offset: index * width, merged: new Set(fields.keys()) }));
  relations.push({ ...relation, columns: fields.map((field) => ({ ...field, type: withoutTimeAttribute(field.type) })), offset: variables.length * width });
  const all = scope.withRelations(relations);
  const place = (column: PatternColumn): Expression => {
    const digest = expressionDigest(column as unknown as Expression);
    const known = columns.findIndex((other) => expressionDigest(other as unknown as Expression) === digest);
    return { kind: 'input', index: base + (known >= 0 ? known : columns.push(column) - 1), type: column.type };
  };
  const variableOf = (used: ReadonlySet<number>, span: Span): number => {
    const found = new Set([...used].map((index) => Math.floor(index / width)));
    if (found.size > 1) failAt(context.text, span, 'A function of MATCH_RECOGNIZE reads the rows of one pattern variable');
    const [variable = variables.length] = found;
    return variable === variables.length ? ANY_VARIABLE : variable;
  };
  const inner = (expression: Expression): Expression => shiftInputs(expression, (index) => index % width);
  const convert = (part: ExpressionNode, allowsAggregates: boolean): Expression => context.expression(part, all, { allowsAggregates, convertCall, substitute: (semantic) => (semantic.kind === 'match-semantics' ? convert(semantic.operand, allowsAggregates) : undefined), ...(isCondition && part === node ? { clause: 'DEFINE' as const } : {}) });
  const convertCall = (call: CallExpression): Expression | undefined => {
    const name = call.function.parts.length === 1 ? call.function.parts[0]!.name.toUpperCase() : '';
    switch (name) {
      case 'FIRST': case 'LAST': {
        const [operand, offset] = call.arguments as readonly ExpressionNode[];
        if (operand === undefined) return failAt(context.text, call.span, `${name} takes a column of a pattern variable`);
        const expression = convert(operand, false);
        const type = nullable(expression.type);
        return place({ kind: 'row', variable: variableOf(inputsUsed(expression), call.span), isFirst: name === 'FIRST', offset: offsetOf(offset, context, all, call.span), expression: inner(expression), type });
      }
      case 'MATCH_ROWTIME': return place({ kind: 'time', isRowtime: true, type: patterns.isRowtime ? notNull(patterns.timeType) : LogicalTypes.TIMESTAMP_LTZ(3, 'rowtime') });
      case 'MATCH_PROCTIME': return place({ kind: 'time', isRowtime: false, type: notNull(LogicalTypes.TIMESTAMP_LTZ(3, 'proctime')) });
      case 'PREV': case 'NEXT': case 'CLASSIFIER': case 'MATCH_NUMBER': return failAt(context.text, call.span, `${name} is not supported in MATCH_RECOGNIZE: use FIRST and LAST with an offset`);
      default: return undefined;
    }
  };
  const aggregateColumn = (call: AggregateExpression, type: LogicalType): Expression => {
    const used = new Set<number>();
    for (const argument of call.arguments) inputsUsed(argument, used);
    return place({ kind: 'aggregate', variable: variableOf(used, node.span), call: { ...call, arguments: call.arguments.map(inner) }, type });
  };
  const converted = convert(node, true);
  if (someExpression(converted, ({ kind }) => kind === 'subquery')) failAt(context.text, node.span, 'MATCH_RECOGNIZE takes no sub-queries');
  const withAggregates = replaceExpression(converted, (part) => (part.kind === 'aggregate' ? aggregateColumn(part.call, part.type) : undefined));
  // A column alone is that of the last row of its variable.
  const placed = replaceExpression(withAggregates, (part) => {
    if (part.kind !== 'input' || part.index >= base) return undefined;
    const variable = Math.floor(part.index / width);
    return place({ kind: 'row', variable: variable === variables.length ? ANY_VARIABLE : variable, isFirst: false, offset: 0, expression: inner(part), type: part.type });
  });
  return { expression: shiftInputs(placed, (index) => index - base), columns };
}

function offsetOf(node: ExpressionNode | undefined, context: ValidatorContext, scope: QueryScope, span: Span): number {
  if (node === undefined) return 0;
  const value = context.reduce(context.expression(node, scope, {}));
  return value.kind === 'literal' && typeof value.value === 'number' && value.value >= 0 ? value.value : failAt(context.text, span, 'The offset of FIRST and LAST is a constant that is not negative');
}
