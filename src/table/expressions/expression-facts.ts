// Facts about typed expressions that several stages need: a key by structure, determinism, columns read, rewriting.
import type { AggregateExpression, Expression } from '#table/expressions/expression';
import { serializableTypeText } from '#table/types/type-text';

const keys = new WeakMap<Expression, string>();

/** The same for expressions that compute the same of the same row; cached. */
export function expressionKey(expression: Expression): string {
  let key = keys.get(expression);
  if (key === undefined) {
    key = makeKey(expression);
    keys.set(expression, key);
  }
  return key;
}

function makeKey(expression: Expression): string {
  switch (expression.kind) {
    case 'input': return `#${expression.index}`;
    case 'literal': return `'${literalKey(expression.value)}':${serializableTypeText(expression.type)}`;
    case 'call': return `${expression.function.name}(${expression.arguments.map(expressionKey).join(',')}):${serializableTypeText(expression.type)}`;
    case 'cast': return `${expression.isTry ? 'TRY_CAST' : 'CAST'}(${expressionKey(expression.operand)}):${serializableTypeText(expression.type)}`;
    case 'field': return `${expressionKey(expression.operand)}.${expression.index}`;
    case 'logic': return `${expression.operator}(${expression.operands.map(expressionKey).join(',')})`;
    case 'case': return `CASE(${expression.branches.map((branch) => `${expressionKey(branch.condition)}?${expressionKey(branch.value)}`).join(',')}:${expressionKey(expression.otherwise)}):${serializableTypeText(expression.type)}`;
    case 'correlated': return `^${expression.depth}#${expression.index}`;
    default: return `${expression.kind}@${nextIdentity()}`;
  }
}

let identity = 0;
const nextIdentity = (): number => (identity += 1);

const objectIdentities = new WeakMap<object, number>();

function literalKey(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${typeof value}${Object.is(value, -0) ? '-0' : String(value)}`;
  if (value instanceof Uint8Array) return `bytes${value.join(',')}`;
  let id = objectIdentities.get(value);
  if (id === undefined) objectIdentities.set(value, (id = nextIdentity()));
  return `object${id}`;
}

/** Operands in the order of evaluation. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call': return expression.arguments;
    case 'cast': case 'field': return [expression.operand];
    case 'logic': case 'subquery': return expression.operands;
    case 'case': return [...expression.branches.flatMap((branch) => [branch.condition, branch.value]), expression.otherwise];
    case 'aggregate': return [...expression.call.arguments, ...(expression.call.filter === undefined ? [] : [expression.call.filter]), ...expression.call.orderBy.map((key) => key.expression)];
    case 'over': return [
      ...expression.call.arguments,
      ...(expression.call.filter === undefined ? [] : [expression.call.filter]),
      ...expression.window.partitionBy,
      ...expression.window.orderBy.map((key) => key.expression),
    ];
    default: return [];
  }
}

/** The same expression with every direct operand replaced; the same object where none changed. */
export function mapOperands(expression: Expression, map: (operand: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'call': return withChanged(expression, expression.arguments, map, (mapped) => ({ ...expression, arguments: mapped }));
    case 'cast': case 'field': {
      const operand = map(expression.operand);
      return operand === expression.operand ? expression : { ...expression, operand };
    }
    case 'logic': case 'subquery': return withChanged(expression, expression.operands, map, (mapped) => ({ ...expression, operands: mapped }));
    case 'case': {
      const branches = expression.branches.map((branch) => ({ condition: map(branch.condition), value: map(branch.value) }));
      const otherwise = map(expression.otherwise);
      const isSame = otherwise === expression.otherwise && branches.every((branch, index) => branch.condition === expression.branches[index]!.condition && branch.value === expression.branches[index]!.value);
      return isSame ? expression : { ...expression, branches, otherwise };
    }
    case 'aggregate': return { ...expression, call: mapAggregate(expression.call, map) };
    case 'over': return {
      ...expression,
      call: mapAggregate(expression.call, map),
      window: {
        ...expression.window,
        partitionBy: expression.window.partitionBy.map(map),
        orderBy: expression.window.orderBy.map((key) => ({ ...key, expression: map(key.expression) })),
      },
    };
    default: return expression;
  }
}

/** The call with its arguments, filter and sort keys mapped. */
export function mapAggregate(call: AggregateExpression, map: (operand: Expression) => Expression): AggregateExpression {
  return {
    ...call,
    arguments: call.arguments.map(map),
    filter: call.filter === undefined ? undefined : map(call.filter),
    orderBy: call.orderBy.map((key) => ({ ...key, expression: map(key.expression) })),
  };
}

function withChanged(expression: Expression, operands: readonly Expression[], map: (operand: Expression) => Expression, rebuild: (mapped: readonly Expression[]) => Expression): Expression {
  const mapped = operands.map(map);
  return mapped.every((operand, index) => operand === operands[index]) ? expression : rebuild(mapped);
}

/** Bottom-up: operands first. */
export function rewriteExpression(expression: Expression, rewrite: (expression: Expression) => Expression): Expression {
  return rewrite(mapOperands(expression, (operand) => rewriteExpression(operand, rewrite)));
}

/** This expression or one inside of it. */
export function someExpression(expression: Expression, test: (expression: Expression) => boolean): boolean {
  return test(expression) || operandsOf(expression).some((operand) => someExpression(operand, test));
}

/** The same result for the same row each time. */
export function isDeterministic(expression: Expression): boolean {
  return !someExpression(expression, (part) => part.kind === 'call' && (part.function.isDeterministic === false || part.function.evalAsync !== undefined));
}

/** Positions of the input columns that are read, ascending. */
export function inputsOf(expressions: readonly Expression[]): readonly number[] {
  const found = new Set<number>();
  for (const expression of expressions) someExpression(expression, (part) => {
    if (part.kind === 'input') found.add(part.index);
    return false;
  });
  return [...found].sort((a, b) => a - b);
}
