// What CAST does to a value, per pair of types. The function made gets values that are not NULL; it gives NULL where Flink's
// cast does (a number too large for a DECIMAL), and throws FunctionError where it fails, which TRY_CAST turns into NULL.
import { FunctionError } from '#table/errors';
import { fieldKeys, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';
import { isBinary, isCharacter, isInteger, isInterval, isNumeric, isRow } from '#table/types/type-families';
import { serializableTypeText } from '#table/types/type-text';
import { bitmapFromBytes, bitmapToBytes } from '#table/values/bitmap';
import { fitBytes } from '#table/values/bytes';
import { DAY_MS } from '#table/values/calendar';
import { castFromText } from '#table/values/cast-text';
import { decimalOf, decimalToDouble, fitDecimal, parseDecimal } from '#table/values/decimal-arithmetic';
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';
import { narrowInteger, truncateDouble } from '#table/values/exact-integer';
import { doubleText, floatText } from '#table/values/java-number-text';
import { changePrecision, nanosOfMs, timestampMs, timestampOf } from '#table/values/timestamp-value';
import { timeZoneOf, toEpochMs, toLocalMs, type TimeZone } from '#table/values/time-zone';
import { hashKey } from '#table/values/value-equality';
import { fitCharacters, valuePrinter } from '#table/values/value-text';

export type CastImplementation = (value: any) => any; // any: values of every SQL type

/** `localTimeZone`: the session's, for TIMESTAMP_LTZ. */
export function castImplementation(from: LogicalType, to: LogicalType, localTimeZone: string): CastImplementation {
  const zone = timeZoneOf(localTimeZone);
  const cast = implementationOf(from, to, zone);
  if (cast === undefined) throw new FunctionError(`Unsupported cast from '${serializableTypeText(from)}' to '${serializableTypeText(to)}'.`);
  return cast;
}

const identity: CastImplementation = (value) => value;

function implementationOf(from: LogicalType, to: LogicalType, zone: TimeZone): CastImplementation | undefined {
  if (from.kind === 'NULL') return identity;
  if (isCharacter(to)) return toCharacters(from, to, zone);
  if (isCharacter(from)) return castFromText(to, zone);
  if (to.kind === 'BOOLEAN') return from.kind === 'BOOLEAN' ? identity : isNumeric(from) ? (value) => value !== 0 : undefined;
  if (isNumeric(to)) return toNumber(from, to);
  if (isBinary(to)) return toBytes(from, to as LogicalTypeOf<'BINARY' | 'VARBINARY'>);
  switch (to.kind) {
    case 'DATE': return toDate(from, zone);
    case 'TIME': return toTime(from, to.precision, zone);
    case 'TIMESTAMP': return toTimestamp(from, to.precision, zone);
    case 'TIMESTAMP_LTZ': return toInstant(from, to.precision, zone);
    case 'BITMAP': return isBinary(from) ? bitmapFromBytes : from.kind === 'BITMAP' ? identity : undefined;
    case 'INTERVAL_YEAR_MONTH': case 'INTERVAL_DAY_TIME': return from.kind === to.kind || isInteger(from) ? identity : undefined;
    default: return toNested(from, to, zone);
  }
}

function toCharacters(from: LogicalType, to: LogicalType, zone: TimeZone): CastImplementation {
  const { length, kind } = to as LogicalTypeOf<'CHAR' | 'VARCHAR'>;
  const print = valuePrinter(from, zone);
  if (kind === 'VARCHAR') {
    const isWithin = isCharacter(from) && (from as LogicalTypeOf<'VARCHAR'>).length <= length;
    if (length === 2147483647 || isWithin) return print;
  }
  return (value) => fitCharacters(print(value), to);
}

function toNumber(from: LogicalType, to: LogicalType): CastImplementation | undefined {
  if (from.kind === 'BOOLEAN') {
    const one = to.kind === 'DECIMAL' ? exactOf(10n ** BigInt(to.scale)) : 1;
    return (value: boolean) => (value ? one : 0);
  }
  if (isInterval(from)) return isInteger(to) ? (value: number) => narrowInteger(value, bitsOf(to)) : undefined;
  if (!isNumeric(from)) return undefined;
  if (to.kind === 'DECIMAL') return toDecimal(from, to);
  if (to.kind === 'DOUBLE') return from.kind === 'DECIMAL' ? (value: ExactInteger) => decimalToDouble(value, from.scale) : from.kind === 'BIGINT' ? Number : identity;
  if (to.kind === 'FLOAT') return from.kind === 'DECIMAL' ? (value: ExactInteger) => Math.fround(decimalToDouble(value, from.scale)) : from.kind === 'FLOAT' ? identity : (value: ExactInteger) => Math.fround(Number(value));
  return toInteger(from, to);
}

const bitsOf = (type: LogicalType): 8 | 16 | 32 | 64 => (type.kind === 'TINYINT' ? 8 : type.kind === 'SMALLINT' ? 16 : type.kind === 'INT' ? 32 : 64);

function toInteger(from: LogicalType, to: LogicalType): CastImplementation {
  const bits = bitsOf(to);
  if (from.kind === 'FLOAT' || from.kind === 'DOUBLE') {
    return bits === 64 ? (value: number) => truncateDouble(value, 64) : (value: number) => narrowInteger(truncateDouble(value, 32), bits);
  }
  if (from.kind !== 'DECIMAL') return isInteger(from) && bitsOf(from) <= bits ? identity : (value: ExactInteger) => narrowInteger(value, bits);
  const unit = 10n ** BigInt(from.scale);
  const unitNumber = Number(unit);
  return (value: ExactInteger) => {
    if (typeof value === 'number') return from.scale > 15 ? 0 : narrowInteger(Math.trunc(value / unitNumber) + 0, bits);
    return narrowInteger(exactOf(value / unit), bits);
  };
}

function toDecimal(from: LogicalType, to: LogicalTypeOf<'DECIMAL'>): CastImplementation {
  const { precision, scale } = to;
  if (from.kind === 'DECIMAL') {
    const isWithin = from.scale === scale && from.precision <= precision;
    return isWithin ? identity : (value: ExactInteger) => fitDecimal(value, from.scale, precision, scale);
  }
  if (from.kind !== 'FLOAT' && from.kind !== 'DOUBLE') return (value: ExactInteger) => fitDecimal(value, 0, precision, scale);
  const print = from.kind === 'FLOAT' ? floatText : doubleText;
  return (value: number) => {
    const text = print(value);
    const parsed = parseDecimal(text);
    if (parsed === undefined) throw new FunctionError(`Character ${text.replace('-', '')[0]} is neither a decimal digit number, decimal point, nor "e" notation exponential mark.`);
    return decimalOf(parsed, precision, scale);
  };
}

function toBytes(from: LogicalType, to: LogicalTypeOf<'BINARY' | 'VARBINARY'>): CastImplementation | undefined {
  if (from.kind === 'BITMAP') return bitmapToBytes;
  if (!isBinary(from)) return undefined;
  return (value: Uint8Array) => fitBytes(value, to.length, { isFixed: to.kind === 'BINARY' });
}

function toDate(from: LogicalType, zone: TimeZone): CastImplementation | undefined {
  switch (from.kind) {
    case 'DATE': return identity;
    case 'TIMESTAMP': return (value: ExactInteger) => Math.floor(timestampMs(value, from.precision) / DAY_MS);
    case 'TIMESTAMP_LTZ': return (value: ExactInteger) => Math.floor(toLocalMs(timestampMs(value, from.precision), zone) / DAY_MS);
    default: return undefined;
  }
}

function toTime(from: LogicalType, precision: number, zone: TimeZone): CastImplementation | undefined {
  const unit = precision >= 3 ? 1 : 10 ** (3 - precision);
  const cut = (ms: number): number => ms - (ms % unit);
  const inDay = (ms: number): number => cut(ms - Math.floor(ms / DAY_MS) * DAY_MS);
  switch (from.kind) {
    case 'TIME': return unit === 1 ? identity : cut;
    case 'TIMESTAMP': return (value: ExactInteger) => inDay(timestampMs(value, from.precision));
    case 'TIMESTAMP_LTZ': return (value: ExactInteger) => inDay(toLocalMs(timestampMs(value, from.precision), zone));
    default: return undefined;
  }
}

function toTimestamp(from: LogicalType, precision: number, zone: TimeZone): CastImplementation | undefined {
  switch (from.kind) {
    case 'DATE': return (days: number) => timestampOf(days * DAY_MS, 0, precision);
    case 'TIME': return (ms: number) => timestampOf(ms, 0, precision);
    case 'TIMESTAMP': return from.precision === precision ? identity : (value: ExactInteger) => changePrecision(value, from.precision, precision);
    case 'TIMESTAMP_LTZ': return (value: ExactInteger) => timestampOf(toLocalMs(timestampMs(value, from.precision), zone), nanosOfMs(value, from.precision), precision);
    default: return undefined;
  }
}

function toInstant(from: LogicalType, precision: number, zone: TimeZone): CastImplementation | undefined {
  switch (from.kind) {
    case 'DATE': return (days: number) => timestampOf(toEpochMs(days * DAY_MS, zone), 0, precision);
    case 'TIME': return (ms: number) => timestampOf(toEpochMs(ms, zone), 0, precision);
    case 'TIMESTAMP': return (value: ExactInteger) => timestampOf(toEpochMs(timestampMs(value, from.precision), zone), nanosOfMs(value, from.precision), precision);
    case 'TIMESTAMP_LTZ': return from.precision === precision ? identity : (value: ExactInteger) => changePrecision(value, from.precision, precision);
    default: return undefined;
  }
}

function toNested(from: LogicalType, to: LogicalType, zone: TimeZone): CastImplementation | undefined {
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    const cast = nullableCast(from.element, to.element, zone);
    return cast === undefined ? undefined : cast === identity ? identity : (value: readonly unknown[]) => value.map(cast);
  }
  if (from.kind === 'MAP' && to.kind === 'MAP') return mapCast(nullableCast(from.key, to.key, zone), nullableCast(from.value, to.value, zone), to.key);
  if (from.kind === 'MULTISET' && to.kind === 'MULTISET') return mapCast(nullableCast(from.element, to.element, zone), identity, to.element);
  if (isRow(from) && isRow(to)) return rowCast(from as LogicalTypeOf<'ROW'>, to as LogicalTypeOf<'ROW'>, zone);
  return from.kind === to.kind ? identity : undefined;
}

function nullableCast(from: LogicalType, to: LogicalType, zone: TimeZone): CastImplementation | undefined {
  const cast = implementationOf(from, to, zone);
  return cast === undefined || cast === identity ? cast : (value) => (value === null ? null : cast(value));
}

function mapCast(key: CastImplementation | undefined, value: CastImplementation | undefined, keyType: LogicalType): CastImplementation | undefined {
  if (key === undefined || value === undefined) return undefined;
  if (key === identity && value === identity) return identity;
  const keyOf = hashKey(keyType);
  return (map: ReadonlyMap<unknown, unknown>) => {
    const entries = new Map<unknown, readonly [unknown, unknown]>();
    for (const [k, v] of map) {
      const castKey = key(k);
      entries.set(keyOf(castKey), [castKey, value(v)]);
    }
    return new Map(entries.values());
  };
}

function rowCast(from: LogicalTypeOf<'ROW'>, to: LogicalTypeOf<'ROW'>, zone: TimeZone): CastImplementation | undefined {
  const casts: CastImplementation[] = [];
  for (const [index, field] of from.fields.entries()) {
    const cast = nullableCast(field.type, to.fields[index]!.type, zone);
    if (cast === undefined) return undefined;
    casts.push(cast);
  }
  const source = fieldKeys(from);
  const target = fieldKeys(to);
  if (casts.every((cast) => cast === identity) && source.every((key, index) => key === target[index])) return identity;
  return (row: Record<string, unknown>) => {
    const result: Record<string, unknown> = {};
    for (let index = 0; index < target.length; index += 1) result[target[index]!] = casts[index]!(row[source[index]!]);
    return result;
  };
}

