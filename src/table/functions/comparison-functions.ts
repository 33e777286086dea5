// Comparison: = <> < <= > >=, IS [NOT] DISTINCT FROM, IS [NOT] NULL, IS [NOT] TRUE and siblings, IN over literals, GREATEST, LEAST.
import type { BoundCall, CallMismatch, CallShape, CallSignature, ScalarFunctionDefinition, ScalarImplementation } from '#table/functions/function-definition';
import { anyNullable, Arguments, refuse, Results } from '#table/functions/function-signature';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import { LogicalTypes, withNullability, type LogicalType } from '#table/types/logical-type';
import { isApproximateNumeric, isCharacter, isDatetime, isExactValue, isNumeric, isPrimitiveValue } from '#table/types/type-families';
import { compareValues, hasOrder, hashKey, sameValue } from '#table/values/value-equality';

export const COMPARISON_OPERATORS = ['=', '<>', '<', '<=', '>', '>='] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** The type in which two operands are compared; undefined where they cannot be. */
export function comparisonType(left: LogicalType, right: LogicalType): LogicalType | undefined {
  if (isCharacter(left) && isDatetime(right)) return right;
  if (isCharacter(right) && isDatetime(left)) return left;
  if ((left.kind === 'DATE') !== (right.kind === 'DATE') && isDatetime(left) && isDatetime(right)) return undefined;
  const common = leastRestrictiveType([left, right]);
  if (common?.kind === 'RAW' || common?.kind === 'SYMBOL') return undefined;
  return common;
}

/** A text literal beside a number is read as a number where order is asked for. */
function literalNumberType(left: LogicalType, right: LogicalType, literals: CallShape['literals']): LogicalType | undefined {
  if (isNumeric(right) && isCharacter(left) && typeof literals[0] === 'string') return right;
  return isNumeric(left) && isCharacter(right) && typeof literals[1] === 'string' ? left : undefined;
}

function comparisonInference(operator: string, { needsOrder, isNullSafe = false }: { readonly needsOrder: boolean; readonly isNullSafe?: boolean }): (call: CallShape) => CallSignature | CallMismatch {
  return ({ argumentTypes, literals }) => {
    const [left, right] = argumentTypes as [LogicalType, LogicalType];
    const common = comparisonType(left, right) ?? (needsOrder ? literalNumberType(left, right, literals) : undefined);
    const form = needsOrder ? 'ORDERABLE_TYPE' : 'COMPARABLE_TYPE';
    if (common === undefined || (needsOrder && !hasOrder(common) && common.kind !== 'NULL')) return { supportedForms: [`'<${form}> ${operator} <${form}>'`] };
    if (isNumeric(left) && isNumeric(right) && left.kind === 'DECIMAL' && right.kind === 'DECIMAL') {
      const isClipped = common.kind === 'DECIMAL' && common.precision - common.scale < Math.max(left.precision - left.scale, right.precision - right.scale);
      if (isClipped) return { argumentTypes, resultType: withNullability(LogicalTypes.BOOLEAN, anyNullable(argumentTypes)) };
    }
    return {
      // A text that is no date where a date is wanted is NULL, so the operand may be NULL where the text is not.
      argumentTypes: argumentTypes.map((type) => withNullability(common, type.isNullable)),
      resultType: withNullability(LogicalTypes.BOOLEAN, !isNullSafe && anyNullable(argumentTypes)),
    };
  };
}

const JS_OPERATORS: Readonly<Record<ComparisonOperator, string>> = { '=': '===', '<>': '!==', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };

function bindComparison(operator: ComparisonOperator, call: BoundCall): ScalarImplementation {
  const [type, other] = call.argumentTypes as [LogicalType, LogicalType];
  if (type.kind === 'DECIMAL' && other.kind === 'DECIMAL' && type.scale !== other.scale) return compareScales(operator, type.scale, other.scale);
  if (operator === '=' || operator === '<>') {
    const same = sameValue(type);
    return operator === '=' ? same : (left, right) => !same(left, right);
  }
  if (isApproximateNumeric(type)) return APPROXIMATE[operator];
  const compare = compareValues(type);
  switch (operator) {
    case '<': return (left, right) => compare(left, right) < 0;
    case '<=': return (left, right) => compare(left, right) <= 0;
    case '>': return (left, right) => compare(left, right) > 0;
    case '>=': return (left, right) => compare(left, right) >= 0;
  }
}

const APPROXIMATE: Readonly<Record<'<' | '<=' | '>' | '>=', ScalarImplementation>> = {
  '<': (left: number, right: number) => left < right,
  '<=': (left: number, right: number) => left <= right,
  '>': (left: number, right: number) => left > right,
  '>=': (left: number, right: number) => left >= right,
};

/** Decimals that no common type of 38 digits holds. */
function compareScales(operator: ComparisonOperator, leftScale: number, rightScale: number): ScalarImplementation {
  const leftUnit = 10n ** BigInt(Math.max(0, rightScale - leftScale));
  const rightUnit = 10n ** BigInt(Math.max(0, leftScale - rightScale));
  const compare = COMPARE_BIG[operator];
  return (left: number | bigint, right: number | bigint) => compare(BigInt(left) * leftUnit, BigInt(right) * rightUnit);
}

const COMPARE_BIG: Readonly<Record<ComparisonOperator, (left: bigint, right: bigint) => boolean>> = {
  '=': (left, right) => left === right,
  '<>': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function inlineComparison(operator: ComparisonOperator, { argumentTypes: [type, other] }: BoundCall, [left, right]: readonly string[]): string | undefined {
  if (type!.kind === 'DECIMAL' && other!.kind === 'DECIMAL' && type!.scale !== other!.scale) return undefined;
  const isEquality = operator === '=' || operator === '<>';
  if (isEquality ? isPrimitiveValue(type!) : isExactValue(type!) || isApproximateNumeric(type!)) return `${left} ${JS_OPERATORS[operator]} ${right}`;
  if (isCharacter(type!)) return `$compareTexts(${left}, ${right}) ${JS_OPERATORS[operator]} 0`;
  return undefined;
}

const comparisons = COMPARISON_OPERATORS.map((operator) =>
  boundScalar(operator, comparisonInference(operator, { needsOrder: operator !== '=' && operator !== '<>' }), (call) => bindComparison(operator, call), {
    inline: (call, operands) => inlineComparison(operator, call, operands),
  }));

function distinctness(name: string, isDistinct: boolean): ScalarFunctionDefinition {
  return boundScalar(name, comparisonInference(name, { needsOrder: false, isNullSafe: true }), (call) => {
    const same = sameValue(call.argumentTypes[0]!);
    return (left, right) => (left === null || right === null ? left === right : same(left, right)) !== isDistinct;
  }, {
    seesNulls: true,
    inline: ({ argumentTypes: [type] }, [left, right]) => (isPrimitiveValue(type!) ? `${left} ${isDistinct ? '!==' : '==='} ${right}` : undefined),
  });
}

const ofOne = (name: string, rule: (typeof Arguments)[keyof typeof Arguments], implementation: ScalarImplementation, inline: (operand: string) => string): ScalarFunctionDefinition =>
  scalar(name, { arguments: [rule], result: Results.notNull(LogicalTypes.BOOLEAN) }, implementation, { seesNulls: true, inline: (_call, [operand]) => inline(operand!) });

const truthTests: readonly ScalarFunctionDefinition[] = [
  ofOne('IS NULL', Arguments.ANY, (value) => value === null, (operand) => `${operand} === null`),
  ofOne('IS NOT NULL', Arguments.ANY, (value) => value !== null, (operand) => `${operand} !== null`),
  ofOne('IS TRUE', Arguments.BOOLEAN, (value) => value === true, (operand) => `${operand} === true`),
  ofOne('IS NOT TRUE', Arguments.BOOLEAN, (value) => value !== true, (operand) => `${operand} !== true`),
  ofOne('IS FALSE', Arguments.BOOLEAN, (value) => value === false, (operand) => `${operand} === false`),
  ofOne('IS NOT FALSE', Arguments.BOOLEAN, (value) => value !== false, (operand) => `${operand} !== false`),
  ofOne('IS UNKNOWN', Arguments.BOOLEAN, (value) => value === null, (operand) => `${operand} === null`),
  ofOne('IS NOT UNKNOWN', Arguments.BOOLEAN, (value) => value !== null, (operand) => `${operand} !== null`),
];

/** Up to so many literals are compared one after the other. */
const INLINE_IN_MAX = 12;

/** The first argument is looked for among literals of its type, none of which is NULL. */
const inLiterals = boundScalar('IN', ({ argumentTypes }) => ({ argumentTypes, resultType: withNullability(LogicalTypes.BOOLEAN, argumentTypes[0]!.isNullable) }), (call) => {
  const keyOf = hashKey(call.argumentTypes[0]!);
  const keys = new Set(call.literals.slice(1).map((literal) => keyOf(literal)));
  return (value) => keys.has(keyOf(value));
}, {
  inline: ({ argumentTypes: [type] }, [value, ...literals]) => (isPrimitiveValue(type!) && literals.length <= INLINE_IN_MAX ? `(${literals.map((literal) => `${value} === ${literal}`).join(' || ')})` : undefined),
});

function extreme(name: string, isGreatest: boolean): ScalarFunctionDefinition {
  return boundScalar(name, ({ argumentTypes }) => {
    const common = leastRestrictiveType(argumentTypes);
    if (argumentTypes.length === 0) return refuse(`No match found for function signature ${name}()`);
    if (common === undefined || !hasOrder(common)) return refuse("All types in a comparison should support both 'EQUALS' and 'ORDER' comparison with each other.");
    return { argumentTypes: argumentTypes.map((type) => withNullability(common, type.isNullable)), resultType: withNullability(common, anyNullable(argumentTypes)) };
  }, (call) => {
    const compare = compareValues(call.resultType);
    return (...values: unknown[]) => values.reduce((best, value) => (isGreatest ? compare(value, best) > 0 : compare(value, best) < 0) ? value : best);
  });
}

export const COMPARISON_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  ...comparisons,
  distinctness('IS DISTINCT FROM', true),
  distinctness('IS NOT DISTINCT FROM', false),
  ...truthTests,
  inLiterals,
  extreme('GREATEST', true),
  extreme('LEAST', false),
];
