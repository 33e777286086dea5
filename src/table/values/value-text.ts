// Values of every type as CAST(x AS STRING) prints them.
import { fieldKeys, type LogicalType } from '#table/types/logical-type';
import { isCharacter } from '#table/types/type-families';
import { bitmapText } from '#table/values/bitmap';
import { bytesText } from '#table/values/bytes';
import { dateText, dayTimeIntervalText, localTimestampText, timestampText, timeText, yearMonthIntervalText } from '#table/values/datetime-text';
import { decimalText } from '#table/values/decimal-arithmetic';
import { doubleText, floatText } from '#table/values/java-number-text';
import { timestampMs, nanosOfMs } from '#table/values/timestamp-value';
import { toLocalMs, type TimeZone } from '#table/values/time-zone';
import { variantText } from '#table/values/variant';

export type ValuePrinter = (value: any) => string; // any: values of every SQL type

/** The printer of one type; values it is given are not NULL, values inside of them may be. */
export function valuePrinter(type: LogicalType, zone: TimeZone): ValuePrinter {
  switch (type.kind) {
    case 'CHAR': case 'VARCHAR': return (value: string) => value;
    case 'BOOLEAN': return (value: boolean) => (value ? 'TRUE' : 'FALSE');
    case 'DECIMAL': return (value) => decimalText(value, type.scale);
    case 'FLOAT': return floatText;
    case 'DOUBLE': return doubleText;
    case 'BINARY': case 'VARBINARY': return bytesText;
    case 'DATE': return dateText;
    case 'TIME': return (value: number) => timeText(value, type.precision);
    case 'TIMESTAMP': return (value) => timestampText(value, type.precision);
    case 'TIMESTAMP_LTZ': return (value) => localTimestampText(toLocalMs(timestampMs(value, type.precision), zone), nanosOfMs(value, type.precision), type.precision);
    case 'INTERVAL_YEAR_MONTH': return yearMonthIntervalText;
    case 'INTERVAL_DAY_TIME': return dayTimeIntervalText;
    case 'ARRAY': return arrayPrinter(type.element, zone);
    case 'MAP': return mapPrinter(type.key, type.value, zone);
    case 'MULTISET': return mapPrinter(type.element, { kind: 'INT', isNullable: false }, zone);
    case 'ROW': case 'STRUCTURED': return rowPrinter(type, zone);
    case 'BITMAP': return bitmapText;
    case 'VARIANT': return variantText;
    default: return String;
  }
}

function nullablePrinter(type: LogicalType, zone: TimeZone): ValuePrinter {
  const print = valuePrinter(type, zone);
  return (value) => (value === null ? 'NULL' : print(value));
}

function arrayPrinter(element: LogicalType, zone: TimeZone): ValuePrinter {
  const print = nullablePrinter(element, zone);
  return (value: readonly unknown[]) => `[${value.map(print).join(', ')}]`;
}

function mapPrinter(key: LogicalType, value: LogicalType, zone: TimeZone): ValuePrinter {
  const printKey = nullablePrinter(key, zone);
  const printValue = nullablePrinter(value, zone);
  return (map: ReadonlyMap<unknown, unknown>) => `{${[...map].map(([k, v]) => `${printKey(k)}=${printValue(v)}`).join(', ')}}`;
}

function rowPrinter(type: LogicalType & { readonly kind: 'ROW' | 'STRUCTURED' }, zone: TimeZone): ValuePrinter {
  const keys = fieldKeys(type);
  const printers = type.fields.map((field) => nullablePrinter(field.type, zone));
  if (type.kind === 'STRUCTURED') return (row: Record<string, unknown>) => `(${keys.map((key, index) => `${type.fields[index]!.name}=${printers[index]!(row[key])}`).join(', ')})`;
  return (row: Record<string, unknown>) => `(${keys.map((key, index) => printers[index]!(row[key])).join(', ')})`;
}

/** Cut or filled to the length of a CHAR or VARCHAR; lengths count code points. */
export function fitCharacters(text: string, type: LogicalType): string {
  if (!isCharacter(type)) return text;
  const { length } = type as { readonly length: number };
  if (text.length <= length && type.kind === 'VARCHAR') return text;
  const count = codePointCount(text);
  if (count > length) return codePointSlice(text, 0, length);
  return type.kind === 'CHAR' ? text + ' '.repeat(length - count) : text;
}

/** The engine knows of most texts that they hold single bytes, and then this test reads none of them. */
const SURROGATE = /[\ud800-\udfff]/;

/** Whether some characters are two units long. */
export function hasSurrogates(text: string): boolean {
  return SURROGATE.test(text);
}

/** Characters as Java's code points. */
export function codePointCount(text: string): number {
  return hasSurrogates(text) ? countCodePoints(text) : text.length;
}

function countCodePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(index + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        count -= 1;
        index += 1;
      }
    }
  }
  return count;
}

/** The code points from `start` up to but without `end`. */
export function codePointSlice(text: string, start: number, end: number): string {
  if (!hasSurrogates(text)) return text.slice(start, end);
  return [...text].slice(start, end).join('');
}
