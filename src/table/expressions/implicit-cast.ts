// Writes casts into expressions where an operand has another type than is wanted.
import type { Expression } from '#table/expressions/expression';
import { FunctionError, TableValidationError } from '#table/errors';
import { sameTypeIgnoringNullability } from '#table/types/cast-support';
import { withNullability, type LogicalType } from '#table/types/logical-type';
import { isCharacter, isDatetime } from '#table/types/type-families';
import type { ExactInteger } from '#core/columns/exact-integer';
import { DAY_MS, yearOf } from '#table/values/calendar';
import { timestampMs } from '#table/values/timestamp-value';
import { castImplementation } from '#table/values/cast-value';

/** The operand as a value of the type; nullability stays the operand's. Literals are cast at once. */
export function castTo(operand: Expression, type: LogicalType, localTimeZone: string, { isTry = false }: { readonly isTry?: boolean } = {}): Expression {
  const wanted = withNullability(type, operand.type.isNullable || isTry);
  if (operand.kind === 'literal' && operand.value === null) return { kind: 'literal', value: null, type: withNullability(type, true) };
  if (sameTypeIgnoringNullability(operand.type, type)) return operand;
  if (operand.kind === 'literal') {
    const folded = castLiteral(operand, wanted, localTimeZone);
    if (folded !== undefined) return folded;
  }
  return { kind: 'cast', operand, isTry, type: wanted };
}

/** Flink keeps constants as decimals: casts make no negative zero. */
export function foldedCast(value: unknown, type: LogicalType): unknown {
  checkConstant(value, type);
  return Object.is(value, -0) ? 0 : value;
}

/** Flink keeps constants as decimals and as texts of dates: none is infinite, NaN, or of a year that has not four digits. */
export function checkConstant(value: unknown, type: LogicalType): void {
  if (value === null) return;
  if (type.kind === 'FLOAT' && !Number.isFinite(value)) throw new TableValidationError('A constant of type FLOAT is Infinite or NaN');
  const days = type.kind === 'DATE' ? (value as number) : type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' ? Math.floor(timestampMs(value as ExactInteger, type.precision) / DAY_MS) : 0;
  const year = yearOf(days);
  if (year < 0 || (type.kind === 'DATE' && (year === 0 || year > YEAR_MAX))) throw new TableValidationError(`Year out of range: [${year}]: a constant ${type.kind} has a year from 1 to ${YEAR_MAX}`);
}

const YEAR_MAX = 9999;

/** Undefined where the cast fails: it then fails when it is computed. */
function castLiteral(operand: Expression & { readonly kind: 'literal' }, type: LogicalType, localTimeZone: string): Expression | undefined {
  try {
    const value = foldedCast(castImplementation(operand.type, type, localTimeZone)(operand.value), type);
    return { kind: 'literal', value, type: value === null ? withNullability(type, true) : type };
  } catch (failure) {
    if (failure instanceof FunctionError) return undefined;
    throw failure;
  }
}

/** Operands of a comparison: a text beside a date that is none is NULL, unless it is a literal, which is refused when computed. */
export function castForComparison(operand: Expression, type: LogicalType, localTimeZone: string): Expression {
  const isTry = isCharacter(operand.type) && isDatetime(type) && operand.kind !== 'literal';
  return castTo(operand, type, localTimeZone, { isTry });
}
