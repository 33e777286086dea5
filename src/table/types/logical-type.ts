// SQL types as data: what a column or expression is, nullability included. Plans carry them as JSON, so they hold no
// functions. The table below fixes how a value of each type looks inside the engine; everything between scan and sink uses it.
//
//   BOOLEAN                 boolean
//   TINYINT SMALLINT INT    number, an integer in range
//   BIGINT                  exact integer: a number while |x| <= 2^53 - 1, else a bigint; never a bigint that a number could hold
//   DECIMAL(p, s)           exact integer as BIGINT: the unscaled value (1.50 as DECIMAL(3, 2) is 150)
//   FLOAT DOUBLE            number; FLOAT is rounded to 32 bits (Math.fround)
//   CHAR VARCHAR            string (CHAR is padded by casts, not by values)
//   BINARY VARBINARY        Uint8Array, never changed after it was made
//   DATE                    number, days since 1970-01-01
//   TIME(p)                 number, milliseconds since midnight
//   TIMESTAMP(p)            exact integer since 1970-01-01T00:00 without zone: milliseconds for p <= 3, microseconds for
//                           p <= 6, nanoseconds above; digits beyond p are zero
//   TIMESTAMP_LTZ(p)        the same since the epoch in UTC
//   INTERVAL YEAR TO MONTH  number, months
//   INTERVAL DAY TO SECOND  number, milliseconds
//   ARRAY                   array
//   MAP                     Map; keys of other than primitive values are compared by `sameValue` of their type
//   MULTISET                Map of element to count
//   ROW, STRUCTURED         object whose keys are those of `fieldKeys`, all present, in order
//   VARIANT                 string, compact JSON with sorted keys
//   BITMAP                  Uint32Array, ascending
//   RAW                     opaque to the planner; what functions make of it
//   NULL                    null, for every type
//
// Numbers and bigints compare with < and > as they are; equal exact integers are ===.

export interface LogicalField {
  readonly name: string;
  readonly type: LogicalType;
  readonly description?: string;
}

export type TimestampKind = 'regular' | 'rowtime' | 'proctime';

export type YearMonthResolution = 'YEAR' | 'YEAR_TO_MONTH' | 'MONTH';
export type DayTimeResolution = 'DAY' | 'DAY_TO_HOUR' | 'DAY_TO_MINUTE' | 'DAY_TO_SECOND' | 'HOUR' | 'HOUR_TO_MINUTE' | 'HOUR_TO_SECOND' | 'MINUTE' | 'MINUTE_TO_SECOND' | 'SECOND';

interface Nullable {
  readonly isNullable: boolean;
}

export type LogicalType = Nullable & (
  | { readonly kind: 'BOOLEAN' | 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT' | 'FLOAT' | 'DOUBLE' | 'DATE' | 'VARIANT' | 'BITMAP' }
  /** The type of a bare NULL. */
  | { readonly kind: 'NULL' }
  | { readonly kind: 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'; readonly length: number }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'TIME'; readonly precision: number }
  | { readonly kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ'; readonly precision: number; readonly time: TimestampKind }
  | { readonly kind: 'INTERVAL_YEAR_MONTH'; readonly resolution: YearMonthResolution; readonly precision: number }
  | { readonly kind: 'INTERVAL_DAY_TIME'; readonly resolution: DayTimeResolution; readonly dayPrecision: number; readonly fractionalPrecision: number }
  | { readonly kind: 'ARRAY' | 'MULTISET'; readonly element: LogicalType }
  | { readonly kind: 'MAP'; readonly key: LogicalType; readonly value: LogicalType }
  | { readonly kind: 'ROW'; readonly fields: readonly LogicalField[] }
  | { readonly kind: 'STRUCTURED'; readonly className: string; readonly fields: readonly LogicalField[] }
  | { readonly kind: 'RAW'; readonly className: string }
  /** A window or table descriptor, a symbol such as a time unit: exist in calls only. */
  | { readonly kind: 'SYMBOL' | 'DESCRIPTOR' }
);

export type LogicalTypeKind = LogicalType['kind'];
/** The types of some kinds: `LogicalTypeOf<'CHAR' | 'VARCHAR'>`. */
export type LogicalTypeOf<K extends LogicalTypeKind> = LogicalType extends infer T
  ? T extends { readonly kind: infer Own extends LogicalTypeKind } ? [K & Own] extends [never] ? never : Omit<T, 'kind'> & { readonly kind: K & Own } : never
  : never;
export type RowType = LogicalTypeOf<'ROW'>;

/** Length of STRING and BYTES, Flink's Integer.MAX_VALUE. */
export const LENGTH_MAX = 2147483647;
export const DECIMAL_PRECISION_MAX = 38;
/** Precision and scale of DECIMAL without any. */
export const DECIMAL_PRECISION_DEFAULT = 10;
export const TIMESTAMP_PRECISION_DEFAULT = 6;
/** The greatest of time attributes: they are milliseconds. */
export const TIME_ATTRIBUTE_PRECISION = 3;

type PlainKind = 'BOOLEAN' | 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT' | 'FLOAT' | 'DOUBLE' | 'DATE' | 'VARIANT' | 'BITMAP';

const plain = (kind: PlainKind): LogicalType => ({ kind, isNullable: true });

/** Makers of the nullable form; `notNull(type)` gives the other. */
export const LogicalTypes = {
  BOOLEAN: plain('BOOLEAN'), TINYINT: plain('TINYINT'), SMALLINT: plain('SMALLINT'), INT: plain('INT'), BIGINT: plain('BIGINT'),
  FLOAT: plain('FLOAT'), DOUBLE: plain('DOUBLE'), DATE: plain('DATE'), VARIANT: plain('VARIANT'), BITMAP: plain('BITMAP'),
  NULL: { kind: 'NULL', isNullable: true } as LogicalType,
  STRING: { kind: 'VARCHAR', length: LENGTH_MAX, isNullable: true } as LogicalType,
  BYTES: { kind: 'VARBINARY', length: LENGTH_MAX, isNullable: true } as LogicalType,
  CHAR: (length: number): LogicalType => ({ kind: 'CHAR', length, isNullable: true }),
  VARCHAR: (length: number): LogicalType => ({ kind: 'VARCHAR', length, isNullable: true }),
  BINARY: (length: number): LogicalType => ({ kind: 'BINARY', length, isNullable: true }),
  VARBINARY: (length: number): LogicalType => ({ kind: 'VARBINARY', length, isNullable: true }),
  DECIMAL: (precision: number, scale: number): LogicalType => ({ kind: 'DECIMAL', precision, scale, isNullable: true }),
  TIME: (precision = 0): LogicalType => ({ kind: 'TIME', precision, isNullable: true }),
  TIMESTAMP: (precision = TIMESTAMP_PRECISION_DEFAULT, time: TimestampKind = 'regular'): LogicalType => ({ kind: 'TIMESTAMP', precision, time, isNullable: true }),
  TIMESTAMP_LTZ: (precision = TIMESTAMP_PRECISION_DEFAULT, time: TimestampKind = 'regular'): LogicalType => ({ kind: 'TIMESTAMP_LTZ', precision, time, isNullable: true }),
  INTERVAL_YEAR_MONTH: (resolution: YearMonthResolution, precision = 2): LogicalType => ({ kind: 'INTERVAL_YEAR_MONTH', resolution, precision, isNullable: true }),
  INTERVAL_DAY_TIME: (resolution: DayTimeResolution, dayPrecision = 2, fractionalPrecision = 6): LogicalType => ({ kind: 'INTERVAL_DAY_TIME', resolution, dayPrecision, fractionalPrecision, isNullable: true }),
  ARRAY: (element: LogicalType): LogicalType => ({ kind: 'ARRAY', element, isNullable: true }),
  MULTISET: (element: LogicalType): LogicalType => ({ kind: 'MULTISET', element, isNullable: true }),
  MAP: (key: LogicalType, value: LogicalType): LogicalType => ({ kind: 'MAP', key, value, isNullable: true }),
  ROW: (fields: readonly LogicalField[]): RowType => ({ kind: 'ROW', fields, isNullable: true }),
} as const;

/** The same type with the given nullability; the same object where it has it already. */
export function withNullability<T extends LogicalType>(type: T, isNullable: boolean): T {
  return type.isNullable === isNullable ? type : { ...type, isNullable };
}

export const notNull = <T extends LogicalType>(type: T): T => withNullability(type, false);
export const nullable = <T extends LogicalType>(type: T): T => withNullability(type, true);

/** A plain timestamp in place of a time attribute. */
export function withoutTimeAttribute(type: LogicalType): LogicalType {
  return (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.time !== 'regular' ? { ...type, time: 'regular' } : type;
}

/**
 * The property names under which a row object holds its fields: the fields' names, made unique by `$position` where one occurs
 * twice (relations may hold two columns of one name).
 */
export function fieldKeys(type: { readonly fields: readonly LogicalField[] }): readonly string[] {
  let keys = keysOfFields.get(type.fields);
  if (keys === undefined) {
    const taken = new Set<string>();
    keys = type.fields.map(({ name }, position) => {
      const key = taken.has(name) ? `${name}$${position}` : name;
      taken.add(key);
      return key;
    });
    keysOfFields.set(type.fields, keys);
  }
  return keys;
}

const keysOfFields = new WeakMap<readonly LogicalField[], readonly string[]>();

/** Digits after the second that one unit of a timestamp value stands for: 3, 6 or 9. */
export function timestampUnitDigits(precision: number): 3 | 6 | 9 {
  return precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
}
