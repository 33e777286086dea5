// Arithmetic: + - * / % MOD, unary minus and plus, with Java's integer overflow and Flink's DECIMAL rules; intervals among
// themselves. Dates and intervals together: datetime-arithmetic.ts.
import { FunctionError } from '#table/errors';
import type { BoundCall, CallMismatch, CallShape, CallSignature, ScalarFunctionDefinition, ScalarImplementation } from '#table/functions/function-definition';
import { anyNullable, Results } from '#table/functions/function-signature';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { decimalResultType } from '#table/types/decimal-types';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import { LogicalTypes, withNullability, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';
import { decimalShape, isApproximateNumeric, isExactNumeric, isInterval, isNumeric } from '#table/types/type-families';
import { addDecimals, divideDecimals, multiplyDecimals, remainderDecimals, subtractDecimals } from '#table/values/decimal-arithmetic';
import type { ExactInteger } from '#core/columns/exact-integer';
import { addLong, divideInt, divideLong, multiplyLong, negateLong, remainderInt, remainderLong, subtractLong } from '#table/values/exact-integer';

type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

/** Digits of a DECIMAL that are safe as a double, with one to spare. */
const SAFE_DIGITS = 15;

function infer(name: string, operator: ArithmeticOperator, { argumentTypes }: CallShape): CallSignature | CallMismatch {
  if (argumentTypes.length !== 2) return { supportedForms: [`'${name}(<EXACT_NUMERIC>, <EXACT_NUMERIC>)'`] };
  const [left, right] = argumentTypes as [LogicalType, LogicalType];
  const isNullable = anyNullable(argumentTypes);
  const interval = intervalResult(operator, left, right);
  if (interval !== undefined) return { argumentTypes, resultType: withNullability(interval, isNullable) };
  const isFitting = operator === '%' ? isExactNumeric(left) && isExactNumeric(right) : isNumeric(left) && isNumeric(right);
  if (!isFitting) {
    const family = operator === '%' ? 'EXACT_NUMERIC' : 'NUMERIC';
    return { supportedForms: [name === operator ? `'<${family}> ${operator} <${family}>'` : `'${name}(<${family}>, <${family}>)'`] };
  }
  if (left.kind === 'DECIMAL' || right.kind === 'DECIMAL') {
    const isWhole = decimalShape(left).scale === 0 && decimalShape(right).scale === 0;
    if (operator === '%' && isWhole) return { argumentTypes, resultType: withNullability(right, isNullable) };
    if (isExactNumeric(left) && isExactNumeric(right)) return { argumentTypes, resultType: withNullability(decimalResultType(operator, left, right), isNullable) };
  }
  const common = leastRestrictiveType(argumentTypes)!;
  return {
    argumentTypes: argumentTypes.map((type) => withNullability(common, type.isNullable)),
    // The remainder has the type of the divisor.
    resultType: withNullability(operator === '%' ? right : common, isNullable),
  };
}

function intervalResult(operator: ArithmeticOperator, left: LogicalType, right: LogicalType): LogicalType | undefined {
  if (isInterval(left) && left.kind === right.kind && (operator === '+' || operator === '-')) return left;
  if (isInterval(left) && isNumeric(right) && (operator === '*' || operator === '/')) return left;
  return operator === '*' && isNumeric(left) && isInterval(right) ? right : undefined;
}

function bind(operator: ArithmeticOperator, call: BoundCall): ScalarImplementation {
  const [left, right] = call.argumentTypes as [LogicalType, LogicalType];
  if (isInterval(left) || isInterval(right)) return bindInterval(operator, left, right);
  if (call.resultType.kind === 'DECIMAL') return bindDecimal(operator, left, right, call.resultType);
  if (isApproximateNumeric(call.resultType)) return bindApproximate(operator, call);
  if (left.kind === 'DECIMAL') return bindLong('%', call.resultType);
  if (left.kind === 'BIGINT') return bindLong(operator, call.resultType);
  return bindInt(operator, call.resultType);
}

/** Wraps an int to the width of a type. */
const widthOf = (type: LogicalType): number => (type.kind === 'TINYINT' ? 24 : type.kind === 'SMALLINT' ? 16 : 0);

function bindInt(operator: ArithmeticOperator, type: LogicalType): ScalarImplementation {
  const shift = widthOf(type);
  switch (operator) {
    case '+': return (left: number, right: number) => ((left + right) << shift) >> shift;
    case '-': return (left: number, right: number) => ((left - right) << shift) >> shift;
    case '*': return (left: number, right: number) => (Math.imul(left, right) << shift) >> shift;
    case '/': return (left: number, right: number) => (divideInt(left, right) << shift) >> shift;
    case '%': return remainderInt;
  }
}

function bindLong(operator: ArithmeticOperator, type: LogicalType): ScalarImplementation {
  switch (operator) {
    case '+': return addLong;
    case '-': return subtractLong;
    case '*': return multiplyLong;
    case '/': return divideLong;
    // A remainder lies within the divisor's type.
    case '%': return type.kind === 'BIGINT' ? remainderLong : (left: ExactInteger, right: ExactInteger) => Number(remainderLong(left, right));
  }
}

function bindApproximate(operator: ArithmeticOperator, call: BoundCall): ScalarImplementation {
  const isFloat = call.resultType.kind === 'FLOAT';
  // Flink folds constants: a constant zero divisor is refused, one in a column gives an infinity.
  if (operator === '/' && call.literals[1] === 0) return () => { throw new FunctionError('Division by zero'); };
  switch (operator) {
    case '+': return isFloat ? (left: number, right: number) => Math.fround(left + right) : (left: number, right: number) => left + right;
    case '-': return isFloat ? (left: number, right: number) => Math.fround(left - right) : (left: number, right: number) => left - right;
    case '*': return isFloat ? (left: number, right: number) => Math.fround(left * right) : (left: number, right: number) => left * right;
    case '/': return isFloat ? (left: number, right: number) => Math.fround(left / right) : (left: number, right: number) => left / right;
    case '%': return (left: number, right: number) => left % right;
  }
}

function bindDecimal(operator: ArithmeticOperator, left: LogicalType, right: LogicalType, { precision, scale }: LogicalTypeOf<'DECIMAL'>): ScalarImplementation {
  const { scale: s1 } = decimalShape(left);
  const { scale: s2 } = decimalShape(right);
  switch (operator) {
    case '+': return (a: ExactInteger, b: ExactInteger) => addDecimals(a, s1, b, s2, precision, scale);
    case '-': return (a: ExactInteger, b: ExactInteger) => subtractDecimals(a, s1, b, s2, precision, scale);
    case '*': return (a: ExactInteger, b: ExactInteger) => multiplyDecimals(a, b, s1 + s2, precision, scale);
    case '/': return (a: ExactInteger, b: ExactInteger) => divideDecimals(a, s1, b, s2, precision, scale);
    case '%': return (a: ExactInteger, b: ExactInteger) => remainderDecimals(a, s1, b, s2, precision, scale);
  }
}

function bindInterval(operator: ArithmeticOperator, left: LogicalType, right: LogicalType): ScalarImplementation {
  const isMonths = (isInterval(left) ? left : right).kind === 'INTERVAL_YEAR_MONTH';
  const fit = (value: number): number => (isMonths ? value | 0 : Math.trunc(value) + 0);
  const factor = isInterval(left) ? right : left;
  const scale = factor.kind === 'DECIMAL' ? 10 ** factor.scale : 1;
  switch (operator) {
    case '+': return (a: number, b: number) => fit(a + b);
    case '-': return (a: number, b: number) => fit(a - b);
    case '*': return (a: ExactInteger, b: ExactInteger) => fit((Number(a) * Number(b)) / scale);
    default: return (a: number, b: ExactInteger) => {
      if (Number(b) === 0) throw new FunctionError('Division by zero: / by zero');
      return fit((a * scale) / Number(b));
    };
  }
}

const LONG_CALLS: Readonly<Record<ArithmeticOperator, string>> = { '+': '$addLong', '-': '$subtractLong', '*': '$multiplyLong', '/': '$divideLong', '%': '$remainderLong' };

function inline(operator: ArithmeticOperator, call: BoundCall, [a, b]: readonly string[]): string | undefined {
  const [left, right] = call.argumentTypes as [LogicalType, LogicalType];
  if (isInterval(left) || isInterval(right)) return undefined;
  if (call.resultType.kind === 'DECIMAL') return inlineDecimal(operator, left, right, call.resultType, a!, b!);
  if (isApproximateNumeric(call.resultType)) {
    if (operator === '/' && call.literals[1] === 0) return undefined;
    return call.resultType.kind === 'FLOAT' ? `Math.fround(${a} ${operator} ${b})` : `${a} ${operator} ${b}`;
  }
  if (left.kind === 'DECIMAL') return undefined;
  if (left.kind === 'BIGINT') return operator === '%' && call.resultType.kind !== 'BIGINT' ? `Number($remainderLong(${a}, ${b}))` : `${LONG_CALLS[operator]}(${a}, ${b})`;
  const shift = widthOf(call.resultType);
  const isLiteralDivisor = typeof call.literals[1] === 'number' && call.literals[1] !== 0;
  const text = operator === '*' ? `Math.imul(${a}, ${b})`
    : operator === '/' ? (isLiteralDivisor ? `(${a} / ${b} | 0)` : `$divideInt(${a}, ${b})`)
    : operator === '%' ? (isLiteralDivisor ? `(${a} % ${b} | 0)` : `$remainderInt(${a}, ${b})`)
    : `(${a} ${operator} ${b} | 0)`;
  return shift === 0 || operator === '%' ? text : `(${text} << ${shift} >> ${shift})`;
}

/** Decimals whose result always is a safe integer: plain arithmetic on the unscaled values. */
function inlineDecimal(operator: ArithmeticOperator, left: LogicalType, right: LogicalType, result: LogicalTypeOf<'DECIMAL'>, a: string, b: string): string | undefined {
  if (result.precision > SAFE_DIGITS) {
    const { scale: s1 } = decimalShape(left);
    const { scale: s2 } = decimalShape(right);
    return operator === '*' ? `$multiplyDecimals(${a}, ${b}, ${s1 + s2}, ${result.precision}, ${result.scale})` : undefined;
  }
  if (operator === '*') return `(${a} * ${b} + 0)`;
  if (operator !== '+' && operator !== '-') return undefined;
  const scaled = (text: string, type: LogicalType): string => {
    const shift = result.scale - decimalShape(type).scale;
    return shift === 0 ? text : `${text} * ${10 ** shift}`;
  };
  return `(${scaled(a, left)} ${operator} ${scaled(b, right)})`;
}

/** A DECIMAL that its precision cannot hold is NULL. */
const mayReturnNull = ({ resultType }: BoundCall): boolean => resultType.kind === 'DECIMAL' && resultType.precision > SAFE_DIGITS;

const operators = (['+', '-', '*', '/', '%'] as const).map((operator) =>
  boundScalar(operator, (call) => infer(operator, operator, call), (call) => bind(operator, call), { mayReturnNull, inline: (call, operands) => inline(operator, call, operands) }));

const modulo = boundScalar('MOD', (call) => infer('MOD', '%', call), (call) => bind('%', call), { mayReturnNull, inline: (call, operands) => inline('%', call, operands) });

function inferSign(name: string, { argumentTypes }: CallShape): CallSignature | CallMismatch {
  const [type] = argumentTypes;
  if (type === undefined || !(isNumeric(type) || isInterval(type))) return { supportedForms: [`'${name}<NUMERIC>'`, `'${name}<INTERVAL>'`] };
  return { argumentTypes, resultType: type };
}

const negation = boundScalar('UNARY -', (call) => inferSign('-', call), ({ resultType }) => {
  const shift = widthOf(resultType);
  switch (resultType.kind) {
    case 'TINYINT': case 'SMALLINT': case 'INT': return (value: number) => ((0 - value) << shift) >> shift;
    case 'FLOAT': case 'DOUBLE': return (value: number) => -value;
    case 'BIGINT': return negateLong;
    default: return (value: ExactInteger) => (typeof value === 'number' ? 0 - value : -value);
  }
}, { inline: ({ resultType }, [a]) => (resultType.kind === 'INT' ? `(0 - ${a} | 0)` : resultType.kind === 'DOUBLE' || resultType.kind === 'FLOAT' ? `-${a}` : undefined) });

const plus = scalar('UNARY +', (call) => inferSign('+', call), (value) => value, { inline: (_call, [a]) => a });

export const ARITHMETIC_FUNCTIONS: readonly ScalarFunctionDefinition[] = [...operators, modulo, negation, plus];

/** Zero-argument constants. */
export const CONSTANT_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  scalar('PI', { arguments: [], result: Results.notNull(LogicalTypes.DOUBLE) }, () => Math.PI),
  scalar('E', { arguments: [], result: Results.notNull(LogicalTypes.DOUBLE) }, () => Math.E),
];

