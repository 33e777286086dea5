// MATCH_RECOGNIZE: from the syntax tree to a logical node. As in Flink a pattern is a sequence of variables with quantifiers.
import type { Expression } from '#table/expressions/expression';
import type { LogicalPlan, SortKey } from '#table/logical/logical-plan';
import type { AfterMatchSkip, MatchShape, PatternElement, PatternExpression } from '#table/logical/match-shape';
import type { Identifier, Span } from '#table/parser/ast-node';
import type { MatchRecognize, PatternQuantified, PatternVariable, RowPattern } from '#table/parser/ast-match-recognize';
import type { LogicalField } from '#table/types/logical-type';
import { convertPatternExpression, type PatternScope } from '#table/validator/pattern-expression-converter';
import { sortKeyOf } from '#table/validator/plan-parts';
import { relationOf, type QueryScope, type ScopeRelation } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

/** @param input what its FROM gives. */
export function convertMatchRecognize(from: MatchRecognize, input: { readonly plan: LogicalPlan; readonly relations: readonly ScopeRelation[] }, context: ValidatorContext, scope: QueryScope): LogicalPlan {
  refuseUnsupported(from, context);
  const inputScope = scope.withRelations(input.relations);
  const elements = elementsOf(from.pattern, context);
  const variables = elements.map(({ name }) => name.name);
  elements.forEach(({ name }, index) => { if (variables.indexOf(name.name) !== index) failAt(context.text, name.span, `Pattern variables must be unique: '${name.name}' stands twice`); });
  const { fields } = input.plan.rowType;
  const partitionColumns = from.partitionBy.map((node) => columnOf(context.expression(node, inputScope, {}), context, node.span));
  const [time, ...orderBy] = from.orderBy.map((item): SortKey => sortKeyOf(context.expression(item.expression, inputScope, {}), item, context));
  const timeType = time?.expression.type;
  if (time === undefined || timeType === undefined) return failAt(context.text, from.span, 'You must specify either rowtime or proctime for order by.');
  const isTime = (timeType.kind === 'TIMESTAMP' || timeType.kind === 'TIMESTAMP_LTZ') && (timeType.time !== 'regular' || context.isBatch);
  if (!isTime) failAt(context.text, from.span, 'You must specify either rowtime or proctime for order by as the first one.');
  if (!time.isAscending) failAt(context.text, from.span, 'Primary sort order of a streaming table must be ascending on time.');
  const isRowtime = timeType.time !== 'proctime';
  const patterns: PatternScope = { context, scope, relation: input.relations[0] ?? relationOf(input.plan, undefined), fields, variables, timeType, isRowtime };
  const measures = from.measures.map(({ expression }) => convertPatternExpression(expression, patterns, false));
  const match: MatchShape = {
    partitionColumns, timeColumn: columnOf(time.expression, context, from.span), isRowtime, orderBy, variables, elements: elements.map(({ element }) => element),
    definitions: definitionsOf(from, patterns), measures, withinMs: withinOf(from, context, inputScope), afterMatch: afterMatchOf(from, variables, context),
  };
  const rowFields: LogicalField[] = [
    ...partitionColumns.map((column) => fields[column]!), ...from.measures.map(({ alias }, index) => ({ name: alias.name, type: measures[index]!.expression.type })),
  ];
  return { kind: 'match', input: input.plan, match, rowType: { kind: 'ROW', isNullable: false, fields: rowFields } };
}

function refuseUnsupported(from: MatchRecognize, context: ValidatorContext): void {
  if (from.rowsPerMatch !== undefined && from.rowsPerMatch !== 'ONE ROW PER MATCH') failAt(context.text, from.span, 'All rows per match mode is not supported yet.');
  if (from.isAnchoredAtStart || from.isAnchoredAtEnd) failAt(context.text, from.pattern.span, 'Anchors (^ and $) in a pattern are not supported.');
  if (from.subsets.length > 0) failAt(context.text, from.subsets[0]!.span, 'SUBSET is not supported in MATCH_RECOGNIZE.');
  if (from.sample !== undefined) failAt(context.text, from.sample.span, 'TABLESAMPLE is not supported');
}

function columnOf(expression: Expression, context: ValidatorContext, span: Span): number {
  return expression.kind === 'input' ? expression.index : failAt(context.text, span, 'MATCH_RECOGNIZE is partitioned and ordered by columns');
}

interface NamedElement {
  readonly name: Identifier;
  readonly element: PatternElement;
}

function elementsOf(pattern: RowPattern, context: ValidatorContext): readonly NamedElement[] {
  const parts = pattern.kind === 'pattern-sequence' ? pattern.elements : [pattern];
  const elements = parts.flatMap((part): readonly NamedElement[] => {
    switch (part.kind) {
      case 'pattern-variable': return [{ name: part.name, element: { min: 1, max: 1, isGreedy: false } }];
      case 'pattern-quantified': return [quantified(part, context)];
      case 'pattern-sequence': return elementsOf(part, context);
      case 'pattern-alternation': return failAt(context.text, part.span, "Currently, CEP doesn't support branching patterns.");
      case 'pattern-permute': return failAt(context.text, part.span, 'Currently, CEP doesn\'t support PERMUTE patterns.');
      case 'pattern-exclusion': return failAt(context.text, part.span, "Currently, CEP doesn't support '{-' '-}' patterns.");
    }
  });
  const last = elements.at(-1);
  if (last === undefined) return failAt(context.text, pattern.span, 'A pattern has at least one variable');
  if (last.element.isGreedy) failAt(context.text, pattern.span, 'Greedy quantifiers are not allowed as the last element of a Pattern yet. Finish your pattern with either a simple variable or reluctant quantifier.');
  if (elements.every(({ element }) => element.min === 0)) failAt(context.text, pattern.span, 'Patterns that can produce empty matches are not supported. There must be at least one non-optional state.');
  return elements;
}

function quantified({ element, min, max = Number.POSITIVE_INFINITY, isReluctant, span }: PatternQuantified, context: ValidatorContext): NamedElement {
  const inner = variableIn(element);
  if (inner === undefined) return failAt(context.text, span, 'A quantifier stands behind a single variable: groups are not supported.');
  const isOptional = min === 0 && max === 1;
  if (isOptional && isReluctant) failAt(context.text, span, "Reluctant optional variables are not supported yet.");
  if (max === 0) failAt(context.text, span, 'A quantifier allows at least one row');
  return { name: inner.name, element: { min, max, isGreedy: !isReluctant && !isOptional && min !== max } };
}

function variableIn(pattern: RowPattern): PatternVariable | undefined {
  if (pattern.kind === 'pattern-variable') return pattern;
  return pattern.kind === 'pattern-sequence' && pattern.elements.length === 1 ? variableIn(pattern.elements[0]!) : undefined;
}

function definitionsOf(from: MatchRecognize, patterns: PatternScope): readonly (PatternExpression | undefined)[] {
  const { variables, context } = patterns;
  const unknown = from.definitions.find(({ name }) => !variables.includes(name.name));
  if (unknown !== undefined) failAt(context.text, unknown.span, `Pattern variable '${unknown.name.name}' is defined, but does not stand in the pattern`);
  return variables.map((variable) => {
    const definition = from.definitions.find(({ name }) => name.name === variable);
    return definition === undefined ? undefined : convertPatternExpression(definition.condition, patterns, true);
  });
}

function withinOf({ within }: MatchRecognize, context: ValidatorContext, scope: QueryScope): number | undefined {
  if (within === undefined) return undefined;
  const value = context.reduce(context.expression(within, scope, {}));
  if (value.kind === 'literal' && value.type.kind === 'INTERVAL_DAY_TIME' && typeof value.value === 'number') return value.value;
  return failAt(context.text, within.span, 'Only constant intervals with millisecond resolution are supported as time constraints of patterns.');
}

function afterMatchOf({ afterMatch }: MatchRecognize, variables: readonly string[], context: ValidatorContext): AfterMatchSkip {
  if (afterMatch === undefined || afterMatch.skip === 'TO NEXT ROW') return { kind: 'next-row' };
  if (afterMatch.variable === undefined) return { kind: 'past-last-row' };
  const variable = variables.indexOf(afterMatch.variable.name);
  if (variable < 0) failAt(context.text, afterMatch.variable.span, `Unknown pattern '${afterMatch.variable.name}'`);
  return { kind: afterMatch.skip === 'TO FIRST' ? 'to-first' : 'to-last', variable };
}
