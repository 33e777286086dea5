// Values as JSON texts: JSON_STRING, JSON_OBJECT, JSON_ARRAY and their aggregates.
import { fieldKeys, type LogicalType } from '#table/types/logical-type';
import { isRow } from '#table/types/type-families';
import { bytesBase64 } from '#table/values/bytes';
import { dateText, localTimestampText, timestampText, timeText } from '#table/values/datetime-text';
import { decimalText } from '#table/values/decimal-arithmetic';
import { doubleText, floatText } from '#table/values/java-number-text';
import { nanosOfMs, timestampMs } from '#table/values/timestamp-value';
import { valuePrinter } from '#table/values/value-text';
import { timeZoneOf } from '#table/values/time-zone';
import { variantText } from '#table/values/variant';

/** JSON text of a value that is not NULL; keys of rows and maps are sorted. */
export function jsonOfValue(type: LogicalType, localTimeZone: string): (value: any) => string { // any: values of every SQL type
  switch (type.kind) {
    case 'CHAR': case 'VARCHAR': return JSON.stringify;
    case 'BOOLEAN': case 'TINYINT': case 'SMALLINT': case 'INT': case 'BIGINT': return String;
    case 'DECIMAL': return (value) => decimalText(value, type.scale);
    case 'FLOAT': return (value: number) => (Number.isFinite(value) ? floatText(value) : JSON.stringify(floatText(value)));
    case 'DOUBLE': return (value: number) => (Number.isFinite(value) ? doubleText(value) : JSON.stringify(doubleText(value)));
    case 'BINARY': case 'VARBINARY': return (value: Uint8Array) => JSON.stringify(bytesBase64(value));
    case 'DATE': return (value: number) => `"${dateText(value)}"`;
    case 'TIME': return (value: number) => `"${timeText(value, type.precision)}"`;
    case 'TIMESTAMP': return (value) => `"${trimmedFraction(timestampText(value, type.precision).replace(' ', 'T'))}"`;
    case 'TIMESTAMP_LTZ': return (value) => `"${trimmedFraction(localTimestampText(timestampMs(value, type.precision), nanosOfMs(value, type.precision), type.precision).replace(' ', 'T'))}Z"`;
    case 'ARRAY': {
      const element = nullableJson(type.element, localTimeZone);
      return (value: readonly unknown[]) => `[${value.map(element).join(',')}]`;
    }
    case 'MAP': return mapJson(type.key, type.value, localTimeZone);
    case 'MULTISET': return mapJson(type.element, { kind: 'INT', isNullable: false }, localTimeZone);
    case 'VARIANT': return variantText;
    default: return isRow(type) ? rowJson(type as LogicalType & { readonly kind: 'ROW' }, localTimeZone) : (value) => JSON.stringify(valuePrinter(type, timeZoneOf(localTimeZone))(value));
  }
}

const trimmedFraction = (text: string): string => text.replace(/(?:\.0+|(\.\d*?[1-9])0+)$/, '$1');

function nullableJson(type: LogicalType, localTimeZone: string): (value: unknown) => string {
  const toJson = jsonOfValue(type, localTimeZone);
  return (value) => (value === null ? 'null' : toJson(value));
}

function objectText(entries: [string, string][]): string {
  return `{${entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

function mapJson(keyType: LogicalType, valueType: LogicalType, localTimeZone: string): (map: ReadonlyMap<unknown, unknown>) => string {
  const print = valuePrinter(keyType, timeZoneOf(localTimeZone));
  const value = nullableJson(valueType, localTimeZone);
  return (map) => objectText([...map].map(([k, v]) => [k === null ? 'null' : print(k), value(v)]));
}

function rowJson(type: LogicalType & { readonly kind: 'ROW' }, localTimeZone: string): (row: Record<string, unknown>) => string {
  const keys = fieldKeys(type);
  const fields = type.fields.map((field) => nullableJson(field.type, localTimeZone));
  return (row) => objectText(keys.map((key, index) => [type.fields[index]!.name, fields[index]!(row[key])]));
}

/** Types that JSON_ARRAYAGG and JSON_OBJECTAGG take. */
export function isJsonScalar(type: LogicalType): boolean {
  return ['CHAR', 'VARCHAR', 'BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'BINARY', 'VARBINARY', 'TIMESTAMP', 'TIMESTAMP_LTZ'].includes(type.kind);
}
