// Values of the conformance data as values of the engine, and back as comparable JSON.
import { fieldKeys, LogicalTypes, type LogicalType } from '#table/types/logical-type';
import { isRow } from '#table/types/type-families';
import { bitmapOf, bitmapText } from '#table/values/bitmap';
import { bytesHex, fitBytes, hexBytes } from '#table/values/bytes';
import { castImplementation } from '#table/values/cast-value';
import { dateText, parseDateText, parseTimeText, timestampText } from '#table/values/datetime-text';
import { decimalOf, decimalText, parseDecimal } from '#table/values/decimal-arithmetic';
import { floatText } from '#table/values/java-number-text';
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';
import { narrowInteger } from '#table/values/exact-integer';
import { timestampOf } from '#table/values/timestamp-value';
import { variantOf, variantText } from '#table/values/variant';

/** The internal value of a value of the data. */
export function readValue(type: LogicalType, json: any, zone = 'UTC'): unknown { // any: JSON of every SQL type
  if (json === null) return null;
  switch (type.kind) {
    case 'CHAR': return json.padEnd(type.length);
    case 'TINYINT': case 'SMALLINT': return narrowInteger(json, type.kind === 'TINYINT' ? 8 : 16);
    case 'BIGINT': return exactOf(BigInt(json));
    case 'FLOAT': return Math.fround(Number(json));
    case 'DOUBLE': return Number(json);
    case 'DECIMAL': return decimalOf(parseDecimal(String(json))!, type.precision, type.scale);
    case 'BINARY': return fitBytes(hexBytes(json), type.length, { isFixed: true });
    case 'VARBINARY': return hexBytes(json);
    case 'DATE': return parseDateText(json);
    case 'TIME': return parseTimeText(json);
    case 'TIMESTAMP': return readTimestamp(json, type.precision);
    case 'TIMESTAMP_LTZ': return json.endsWith('Z') ? readTimestamp(json, type.precision) : castImplementation(LogicalTypes.TIMESTAMP(type.precision), type, zone)(readTimestamp(json, type.precision));
    case 'INTERVAL_YEAR_MONTH': return typeof json === 'number' ? json : readMonths(json);
    case 'INTERVAL_DAY_TIME': return typeof json === 'number' ? json : readDuration(json);
    case 'ARRAY': return json.map((element: unknown) => readValue(type.element, element, zone));
    case 'MAP': return new Map(json.map(([key, value]: [unknown, unknown]) => [readValue(type.key, key), readValue(type.value, value)]));
    case 'ROW': case 'STRUCTURED': return Object.fromEntries(fieldKeys(type).map((key, index) => [key, readValue(type.fields[index]!.type, json[index])]));
    case 'BITMAP': return bitmapOf(json.slice(1, -1).split(',').filter((part: string) => part !== '').map(Number));
    case 'VARIANT': return variantOf(json);
    default: return json;
  }
}

function readTimestamp(text: string, precision: number): unknown {
  const match = /^(-?\d+)-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?Z?$/.exec(text);
  if (match === null) throw new Error(`no timestamp: ${text}`);
  const days = parseDateText(`${match[1]}-${match[2]}-${match[3]}`)!;
  const fraction = (match[7] ?? '').padEnd(9, '0');
  return timestampOf(days * 86400000 + parseTimeText(`${match[4]}:${match[5]}:${match[6] ?? '00'}`)! + Number(fraction.slice(0, 3)), Number(fraction.slice(3)), precision);
}

function readMonths(text: string): number {
  const match = /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:-?\d+D)?$/.exec(text);
  if (match === null) throw new Error(`no period: ${text}`);
  return Number(match[1] ?? 0) * 12 + Number(match[2] ?? 0);
}

function readDuration(text: string): number {
  const match = /^PT(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+(?:\.\d+)?)S)?$/.exec(text);
  if (match === null) throw new Error(`no duration: ${text}`);
  return Number(match[1] ?? 0) * 3600000 + Number(match[2] ?? 0) * 60000 + Math.round(Number(match[4] ?? 0) * 1000) * (match[3] === '-' ? -1 : 1);
}

/** The JSON that the data would hold for an internal value. */
export function writeValue(type: LogicalType, value: any): unknown { // any: values of every SQL type
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'BIGINT': return typeof value === 'bigint' ? value.toString() : value;
    case 'FLOAT': return Number.isFinite(value) ? Number(floatText(value)) + 0 : String(value);
    case 'DOUBLE': return Number.isFinite(value) ? value + 0 : String(value);
    case 'DECIMAL': return decimalText(value, type.scale);
    case 'BINARY': case 'VARBINARY': return bytesHex(value);
    case 'DATE': return dateText(value);
    case 'TIME': return trimFraction(timestampText(value, 3).slice(11));
    case 'TIMESTAMP': return writeTimestamp(value, type.precision);
    case 'TIMESTAMP_LTZ': return `${writeTimestamp(value, type.precision)}Z`;
    case 'INTERVAL_YEAR_MONTH': return value === 0 ? 'P0D' : `P${value}M`;
    case 'INTERVAL_DAY_TIME': return writeDuration(value);
    case 'ARRAY': return value.map((element: unknown) => writeValue(type.element, element));
    case 'MAP': return sortedPairs(type.key, type.value, value);
    case 'MULTISET': return sortedPairs(type.element, LogicalTypes.INT, value);
    case 'BITMAP': return bitmapText(value);
    case 'VARIANT': return variantText(value);
    default: return isRow(type) ? fieldKeys(type as LogicalType & { kind: 'ROW' }).map((key, index) => writeValue((type as LogicalType & { kind: 'ROW' }).fields[index]!.type, value[key])) : value;
  }
}

const trimFraction = (text: string): string => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');

const writeTimestamp = (value: ExactInteger, precision: number): string => trimFraction(`${timestampText(value, precision).replace(' ', 'T')}${precision === 0 ? '.0' : ''}`);

function writeDuration(ms: number): string {
  if (ms === 0) return 'PT0S';
  const hours = Math.trunc(ms / 3600000);
  const minutes = Math.trunc((ms % 3600000) / 60000);
  const seconds = (ms % 60000) / 1000;
  return `PT${hours === 0 ? '' : `${hours}H`}${minutes === 0 ? '' : `${minutes}M`}${seconds === 0 ? '' : `${seconds}S`}`;
}

function sortedPairs(keyType: LogicalType, valueType: LogicalType, map: ReadonlyMap<unknown, unknown>): unknown {
  return [...map].map(([key, value]) => [writeValue(keyType, key), writeValue(valueType, value)]).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
