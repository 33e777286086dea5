// Mathematics: rounding, powers, logarithms, trigonometry, random numbers, HEX and BIN.
import { FunctionError } from '#table/errors';
import type { BoundCall, CallMismatch, CallShape, CallSignature, ScalarFunctionDefinition, ScalarImplementation } from '#table/functions/function-definition';
import { anyNullable, Arguments, Results } from '#table/functions/function-signature';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { roundedDecimalType } from '#table/types/decimal-types';
import { LogicalTypes, withNullability, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';
import { isApproximateNumeric, isCharacter, isInteger, isNumeric } from '#table/types/type-families';
import { bytesHex, textBytes } from '#table/values/bytes';
import { parseDecimal, powerOfTen, rescale } from '#table/values/decimal-arithmetic';
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';
import { absLong, narrowInteger } from '#table/values/exact-integer';
import { doubleText, floatText } from '#table/values/java-number-text';

const { NUMERIC, DOUBLE, INTEGER } = Arguments;
const bitsOf = (type: LogicalType): 8 | 16 | 32 | 64 => (type.kind === 'TINYINT' ? 8 : type.kind === 'SMALLINT' ? 16 : type.kind === 'INT' ? 32 : 64);

function ofDouble(name: string, implementation: (x: number) => number, aliases: readonly string[] = []): ScalarFunctionDefinition {
  return scalar(name, { arguments: [DOUBLE], result: Results.propagated(LogicalTypes.DOUBLE) }, implementation, { aliases });
}

const ofTwoDoubles = (name: string, implementation: (x: number, y: number) => number, aliases: readonly string[] = []): ScalarFunctionDefinition =>
  scalar(name, { arguments: [DOUBLE, DOUBLE], result: Results.propagated(LogicalTypes.DOUBLE) }, implementation, { aliases });

/** DECIMAL and approximate numbers and integers each by their own implementation. */
function byKind(type: LogicalType, ofInteger: (type: LogicalType) => ScalarImplementation, ofDecimal: (type: LogicalTypeOf<'DECIMAL'>) => ScalarImplementation, ofApproximate: (type: LogicalType) => ScalarImplementation): ScalarImplementation {
  return type.kind === 'DECIMAL' ? ofDecimal(type) : isApproximateNumeric(type) ? ofApproximate(type) : ofInteger(type);
}

const abs = boundScalar('ABS', { arguments: [NUMERIC], result: Results.argument(0) }, ({ resultType }) => byKind(resultType,
  (type) => (value: ExactInteger) => narrowInteger(absLong(value), bitsOf(type)),
  () => (value: ExactInteger) => (value < 0 ? (typeof value === 'number' ? 0 - value : -value) : value),
  () => (value: number) => Math.abs(value)), { inline: ({ resultType }, [x]) => (isApproximateNumeric(resultType) ? `Math.abs(${x})` : undefined) });

const sign = boundScalar('SIGN', { arguments: [NUMERIC], result: Results.argument(0) }, ({ resultType }) => byKind(resultType,
  () => (value: ExactInteger) => (value > 0 ? 1 : value < 0 ? -1 : 0),
  ({ scale }) => {
    const one = exactOf(powerOfTen(scale));
    return (value: ExactInteger) => (value > 0 ? one : value < 0 ? -one : 0);
  },
  () => (value: number) => Math.sign(value)));

// ---- rounding

/** FLOOR(x) and CEIL(x) of numbers; of datetimes with a unit see datetime-functions.ts. */
export function inferWholeNumber({ argumentTypes }: CallShape): CallSignature | undefined {
  const [type] = argumentTypes;
  if (argumentTypes.length !== 1 || type === undefined || !isNumeric(type)) return undefined;
  return { argumentTypes, resultType: type.kind === 'DECIMAL' ? { ...type, scale: 0 } : type };
}

export function bindWholeNumber(type: LogicalType, isFloor: boolean): ScalarImplementation {
  return byKind(type, () => (value) => value, ({ scale }) => {
    const unit = powerOfTen(scale);
    return (value: ExactInteger) => {
      const big = BigInt(value);
      const rest = big % unit;
      const towardsZero = big / unit;
      if (rest === 0n || (rest > 0n) === isFloor) return exactOf(towardsZero);
      return exactOf(isFloor ? towardsZero - 1n : towardsZero + 1n);
    };
  }, () => (isFloor ? Math.floor : Math.ceil));
}

function inferRounding(name: string, { argumentTypes, literals }: CallShape): CallSignature | CallMismatch {
  const [type, digits] = argumentTypes;
  if (type === undefined || argumentTypes.length > 2 || !isNumeric(type) || (digits !== undefined && !isInteger(digits) && digits.kind !== 'NULL')) {
    return { supportedForms: [`${name}(<NUMERIC>)`, `${name}(<NUMERIC>, <INTEGER>)`] };
  }
  const isNullable = anyNullable(argumentTypes);
  const given = digits === undefined ? 0 : literals[1];
  const result = type.kind === 'DECIMAL' && typeof given === 'number' ? roundedDecimalType(type.precision, type.scale, given) : type;
  return { argumentTypes: [type, ...(digits === undefined ? [] : [withNullability(LogicalTypes.INT, digits.isNullable)])], resultType: withNullability(result, isNullable) };
}

function bindRounding({ argumentTypes, resultType }: BoundCall, isTruncating: boolean): ScalarImplementation {
  return byKind(argumentTypes[0]!,
    (type) => (value: ExactInteger, digits = 0) => (digits >= 0 ? value : narrowInteger(roundExact(BigInt(value), 0, digits, isTruncating), bitsOf(type))),
    ({ scale }) => (value: ExactInteger, digits = 0) => {
      const kept = digits >= scale ? scale : Math.max(0, digits);
      return rescale(roundExact(BigInt(value), scale, digits, isTruncating), kept, (resultType as LogicalTypeOf<'DECIMAL'>).scale);
    },
    (type) => (value: number, digits = 0) => roundApproximate(value, digits, type.kind === 'FLOAT', isTruncating));
}

/** The unscaled value rounded at a digit, as a value of scale 0 shifted to the digits kept. */
function roundExact(value: bigint, scale: number, digits: number, isTruncating: boolean): ExactInteger {
  if (digits >= scale) return exactOf(value);
  const unit = powerOfTen(scale - digits);
  return exactOf(roundedUnits(value, unit, isTruncating) * (digits < 0 ? powerOfTen(-digits) : 1n));
}

function roundedUnits(value: bigint, unit: bigint, isTruncating: boolean): bigint {
  const whole = value / unit;
  if (isTruncating) return whole;
  const rest = value % unit;
  const doubled = (rest < 0n ? -rest : rest) * 2n;
  return doubled < unit ? whole : value < 0n ? whole - 1n : whole + 1n;
}

function roundApproximate(value: number, digits: number, isFloat: boolean, isTruncating: boolean): number {
  if (!Number.isFinite(value)) throw new FunctionError('Infinite or NaN');
  const parsed = parseDecimal(isFloat ? floatText(value) : doubleText(value))!;
  if (digits >= parsed.scale) return value;
  const units = roundedUnits(parsed.unscaled, powerOfTen(parsed.scale - digits), isTruncating);
  const result = Number(`${units}e${-digits}`);
  return isFloat ? Math.fround(result) : result;
}

function rounding(name: string, isTruncating: boolean): ScalarFunctionDefinition {
  return boundScalar(name, (call) => inferRounding(name, call), (call) => bindRounding(call, isTruncating));
}

// ---- numbers as text

const bin = scalar('BIN', { arguments: [INTEGER], result: Results.propagated(LogicalTypes.STRING) }, (value: ExactInteger) => BigInt.asUintN(64, BigInt(value)).toString(2));

const hex = boundScalar('HEX', [
  { arguments: [INTEGER], result: Results.propagated(LogicalTypes.STRING) },
  { arguments: [Arguments.CHARACTER_OR_BINARY], result: Results.propagated(LogicalTypes.STRING) },
], ({ argumentTypes: [type] }) => (isCharacter(type!) ? (text: string) => bytesHex(textBytes(text)).toUpperCase()
  : isInteger(type!) ? (value: ExactInteger) => BigInt.asUintN(64, BigInt(value)).toString(16).toUpperCase() : (bytes: Uint8Array) => bytesHex(bytes).toUpperCase()));

// ---- randomness

/** The generator of java.util.Random, for calls with a seed. */
class SeededRandom {
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = (seed ^ 0x5deece66dn) & ((1n << 48n) - 1n);
  }

  next(bits: number): number {
    this.#state = (this.#state * 0x5deece66dn + 0xbn) & ((1n << 48n) - 1n);
    return Number(BigInt.asIntN(32, this.#state >> BigInt(48 - bits)));
  }

  double(): number {
    return (this.next(26) * 2 ** 27 + this.next(27)) * 2 ** -53;
  }

  int(bound: number): number {
    if (Number.isInteger(Math.log2(bound))) return Math.floor((bound * this.next(31)) / 2 ** 31);
    for (;;) {
      const bits = this.next(31);
      const value = bits % bound;
      if (bits - value + (bound - 1) <= 2147483647) return value;
    }
  }
}

const INT = Arguments.ANY_INT;

const rand = boundScalar('RAND', { arguments: [INT], optionalCount: 1, result: Results.propagated(LogicalTypes.DOUBLE) }, (_call, context) => {
  let seeded: SeededRandom | undefined;
  return (seed?: number) => {
    if (seed === undefined) return context.random();
    seeded ??= new SeededRandom(BigInt(seed));
    return seeded.double();
  };
}, { isDeterministic: false });

const randInteger = boundScalar('RAND_INTEGER', { arguments: [INT, INT], optionalCount: 1, result: Results.propagated(LogicalTypes.INT) }, (_call, context) => {
  let seeded: SeededRandom | undefined;
  return (first: number, second?: number) => {
    const bound = second ?? first;
    if (bound <= 0) throw new FunctionError('bound must be positive');
    if (second === undefined) return Math.floor(context.random() * bound);
    seeded ??= new SeededRandom(BigInt(first));
    return seeded.int(bound);
  };
}, { isDeterministic: false });

const logarithm = boundScalar('LOG', { arguments: [DOUBLE, DOUBLE], optionalCount: 1, result: Results.propagated(LogicalTypes.DOUBLE) },
  ({ argumentTypes }) => (argumentTypes.length === 1 ? Math.log : (base: number, x: number) => Math.log(x) / Math.log(base)));

const DEGREES_PER_RADIAN = 57.29577951308232;
const RADIANS_PER_DEGREE = 0.017453292519943295;

export const MATH_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  abs, sign, rounding('ROUND', false), rounding('TRUNCATE', true), bin, hex, rand, randInteger, logarithm,
  ofDouble('EXP', Math.exp), ofDouble('LN', Math.log), ofDouble('LOG10', Math.log10), ofDouble('LOG2', (x) => Math.log(x) / Math.log(2)), ofDouble('SQRT', Math.sqrt),
  ofDouble('SIN', Math.sin), ofDouble('COS', Math.cos), ofDouble('TAN', Math.tan), ofDouble('COT', (x) => 1 / Math.tan(x)), ofDouble('ASIN', Math.asin), ofDouble('ACOS', Math.acos), ofDouble('ATAN', Math.atan),
  ofDouble('SINH', Math.sinh), ofDouble('COSH', Math.cosh), ofDouble('TANH', Math.tanh),
  ofDouble('DEGREES', (x) => x * DEGREES_PER_RADIAN), ofDouble('RADIANS', (x) => x * RADIANS_PER_DEGREE),
  ofTwoDoubles('POWER', (x, y) => x ** y), ofTwoDoubles('ATAN2', Math.atan2),
];
