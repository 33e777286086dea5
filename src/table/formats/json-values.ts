// JSON values to SQL values and back, by type, as Flink's json format does. Numbers that JSON.parse would round come as JsonNumber.
import { FunctionError } from '#table/errors';
import { decimalNotation } from '#table/formats/decimal-notation';
import { fieldKeys, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';
import { base64Bytes, bytesBase64, fitBytes } from '#table/values/bytes';
import { castFromText } from '#table/values/cast-text';
import { dateText, localTimestampText, parseTimestampText, parseTimeText, timeText } from '#table/values/datetime-text';
import { floatText, doubleText } from '#table/values/java-number-text';
import { isJsonArray, isJsonObject, JsonNumber, JsonSyntax, parseJson, type JsonNode } from '#table/values/json-node';
import { nanosOfMs, timestampMs, timestampOf } from '#table/values/timestamp-value';
import { timeZoneOf } from '#table/values/time-zone';
import { fitCharacters, valuePrinter } from '#table/values/value-text';

export interface JsonDecodeOptions {
  readonly failsOnMissingField: boolean;
  /** A value that does not fit its type is NULL. */
  readonly ignoresErrors: boolean;
  readonly timestamps: 'SQL' | 'ISO-8601';
}

export interface JsonEncodeOptions {
  readonly timestamps: 'SQL' | 'ISO-8601';
  readonly nullKeys: 'FAIL' | 'DROP' | 'LITERAL';
  readonly nullKeyLiteral: string;
  readonly ignoresNullFields: boolean;
  /** Decimals digit by digit; else without zeros at their end, and with an exponent where they are large or small. */
  readonly hasPlainDecimals: boolean;
}

/** Long enough that a double may not hold the number as it is written. */
const LONG_NUMBER = /\d[\d.]{15}/;

/** Throws FunctionError for what is no JSON. */
export function parseJsonText(text: string): unknown {
  if (LONG_NUMBER.test(text)) {
    const node = parseJson(text);
    if (node instanceof JsonSyntax) throw new FunctionError(`Failed to deserialize JSON '${text}'.`);
    return plainOf(node);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new FunctionError(`Failed to deserialize JSON '${text}'.`, { cause });
  }
}

function plainOf(node: JsonNode): unknown {
  if (isJsonArray(node)) return node.map(plainOf);
  if (isJsonObject(node)) return Object.fromEntries([...node].map(([key, value]) => [key, plainOf(value)]));
  return node;
}

type Converter = (value: any) => any; // any: values of every SQL type

/** JSON text of a part of a record. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof JsonNumber) return value.text;
  return JSON.stringify(value, (_key, part: unknown) => (part instanceof JsonNumber ? Number(part.text) : part));
}

/** The converter takes parsed JSON, null included; throws FunctionError. */
export function jsonDecoder(type: LogicalType, options: JsonDecodeOptions): Converter {
  const convert = notNullDecoder(type, options);
  if (!options.ignoresErrors) return (value) => (value === null || value === undefined ? null : convert(value));
  return (value) => {
    if (value === null || value === undefined) return null;
    try {
      return convert(value) as unknown;
    } catch (failure) {
      if (failure instanceof FunctionError) return null;
      throw failure;
    }
  };
}

function notNullDecoder(type: LogicalType, options: JsonDecodeOptions): Converter {
  switch (type.kind) {
    case 'BOOLEAN': return (value) => (typeof value === 'boolean' ? value : textOf(value).trim().toLowerCase() === 'true');
    case 'CHAR': case 'VARCHAR': return (value) => fitCharacters(textOf(value), { ...type, kind: 'VARCHAR' });
    case 'TINYINT': case 'SMALLINT': case 'INT': case 'BIGINT': return integerDecoder(type);
    case 'DOUBLE': case 'FLOAT': case 'DECIMAL': return fromText(type);
    case 'BINARY': case 'VARBINARY': return (value) => fitBytes(base64Bytes(textOf(value)), type.length, { isFixed: false });
    case 'DATE': return fromText(type);
    case 'TIME': return (value) => parseTimeText(textOf(value)) ?? fail(value, type);
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return timestampDecoder(type, options.timestamps);
    case 'ARRAY': {
      const element = jsonDecoder(type.element, options);
      return (value) => (Array.isArray(value) ? value.map(element) : fail(value, type));
    }
    case 'MAP': return mapDecoder(type.key, type.value, options);
    case 'MULTISET': return mapDecoder(type.element, { kind: 'INT', isNullable: false }, options);
    case 'ROW': case 'STRUCTURED': return jsonRowDecoder(type, options);
    default: return (value) => fail(value, type);
  }
}

function fail(value: unknown, type: LogicalType): never {
  throw new FunctionError(`${textOf(value)} is not ${type.kind}`);
}

function fromText(type: LogicalType): Converter {
  const cast = castFromText(type, timeZoneOf('UTC'))!;
  if (type.kind === 'DOUBLE') return (value) => (typeof value === 'number' ? value : cast(textOf(value)));
  return (value) => cast(textOf(value));
}

function integerDecoder(type: LogicalType): Converter {
  const cast = castFromText(type, timeZoneOf('UTC'))!;
  const bound = type.kind === 'TINYINT' ? 128 : type.kind === 'SMALLINT' ? 32768 : type.kind === 'INT' ? 2147483648 : 2 ** 53;
  return (value) => (Number.isInteger(value) && value < bound && value >= -bound ? value + 0 : cast(textOf(value)));
}

function timestampDecoder(type: LogicalTypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'>, standard: JsonDecodeOptions['timestamps']): Converter {
  const isLocal = type.kind === 'TIMESTAMP_LTZ';
  return (value) => {
    let text = textOf(value);
    // Moments are written in UTC, with a Z at their end.
    if (isLocal) text = text.endsWith('Z') ? text.slice(0, -1) : fail(value, type);
    if (standard === 'ISO-8601') text = text.includes('T') ? text.replace('T', ' ') : fail(value, type);
    const parsed = parseTimestampText(text) ?? fail(value, type);
    return timestampOf(parsed.ms, parsed.nanos, type.precision);
  };
}

function mapDecoder(keyType: LogicalType, valueType: LogicalType, options: JsonDecodeOptions): Converter {
  if (keyType.kind !== 'CHAR' && keyType.kind !== 'VARCHAR') throw new FunctionError(`JSON format doesn't support non-string as key type of map. The type is: ${keyType.kind}`);
  const convert = jsonDecoder(valueType, options);
  return (value) => (isObject(value) ? new Map(Object.entries(value).map(([key, entry]) => [key, convert(entry) as unknown])) : fail(value, { kind: 'MAP', key: keyType, value: valueType, isNullable: true }));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);

export function jsonRowDecoder(type: LogicalTypeOf<'ROW' | 'STRUCTURED'>, options: JsonDecodeOptions): (value: unknown) => Record<string, unknown> {
  const keys = fieldKeys(type);
  const columns = type.fields.map((field, index) => ({ name: field.name, key: keys[index]!, convert: jsonDecoder(field.type, options) }));
  return (value) => {
    if (!isObject(value)) return fail(value, type);
    const row: Record<string, unknown> = {};
    for (const { name, key, convert } of columns) {
      const part = value[name];
      if (part === undefined && options.failsOnMissingField) throw new FunctionError(`Could not find field with name '${name}'.`);
      try {
        row[key] = convert(part);
      } catch (failure) {
        if (failure instanceof FunctionError) throw new FunctionError(`Fail to deserialize at field: ${name}: ${failure.message}`, { cause: failure });
        throw failure;
      }
    }
    return row;
  };
}

/** JSON text of a value; `null` for NULL. */
export function jsonEncoder(type: LogicalType, options: JsonEncodeOptions): (value: any) => string { // any: values of every SQL type
  const encode = notNullEncoder(type, options);
  return (value) => (value === null || value === undefined ? 'null' : encode(value));
}

function notNullEncoder(type: LogicalType, options: JsonEncodeOptions): (value: any) => string { // any: values of every SQL type
  switch (type.kind) {
    case 'CHAR': case 'VARCHAR': return JSON.stringify;
    case 'FLOAT': return (value: number) => (Number.isFinite(value) ? floatText(value) : `"${floatText(value)}"`);
    case 'DOUBLE': return (value: number) => (Number.isFinite(value) ? doubleText(value) : `"${doubleText(value)}"`);
    case 'DECIMAL': return decimalNotation(type.scale, { isPlain: options.hasPlainDecimals });
    case 'BINARY': case 'VARBINARY': return (value: Uint8Array) => `"${bytesBase64(value)}"`;
    case 'DATE': return (value: number) => `"${dateText(value)}"`;
    case 'TIME': return (value: number) => `"${trimmedFraction(timeText(value, 3))}"`;
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return timestampEncoder(type, options.timestamps);
    case 'ARRAY': {
      const element = jsonEncoder(type.element, options);
      return (value: readonly unknown[]) => `[${value.map(element).join(',')}]`;
    }
    case 'MAP': return mapEncoder(type.key, type.value, options);
    case 'MULTISET': return mapEncoder(type.element, { kind: 'INT', isNullable: false }, options);
    case 'ROW': case 'STRUCTURED': return jsonRowEncoder(type, options);
    case 'VARIANT': case 'BITMAP': {
      const print = valuePrinter(type, timeZoneOf('UTC'));
      return (value) => JSON.stringify(print(value));
    }
    default: return String;
  }
}

const trimmedFraction = (text: string): string => text.replace(/(?:\.0+|(\.\d*?[1-9])0+)$/, '$1');

function timestampEncoder(type: LogicalTypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'>, standard: JsonEncodeOptions['timestamps']): (value: any) => string { // any: number or bigint
  const end = type.kind === 'TIMESTAMP_LTZ' ? 'Z"' : '"';
  return (value) => {
    const text = trimmedFraction(localTimestampText(timestampMs(value, type.precision), nanosOfMs(value, type.precision), type.precision));
    return `"${standard === 'SQL' ? text : text.replace(' ', 'T')}${end}`;
  };
}

function mapEncoder(keyType: LogicalType, valueType: LogicalType, options: JsonEncodeOptions): (map: ReadonlyMap<unknown, unknown>) => string {
  if (keyType.kind !== 'CHAR' && keyType.kind !== 'VARCHAR') throw new FunctionError(`JSON format doesn't support non-string as key type of map. The type is: ${keyType.kind}`);
  const encode = jsonEncoder(valueType, options);
  return (map) => {
    const entries: string[] = [];
    for (const [key, value] of map) {
      if (key === null && options.nullKeys === 'FAIL') throw new FunctionError("JSON format doesn't support to serialize map data with null keys. You can drop null key entries or encode null in literals by specifying map-null-key.mode option.");
      if (key === null && options.nullKeys === 'DROP') continue;
      entries.push(`${JSON.stringify(key ?? options.nullKeyLiteral)}:${encode(value)}`);
    }
    return `{${entries.join(',')}}`;
  };
}

export function jsonRowEncoder(type: LogicalTypeOf<'ROW' | 'STRUCTURED'>, options: JsonEncodeOptions): (row: Record<string, unknown>) => string {
  const keys = fieldKeys(type);
  const columns = type.fields.map((field, index) => ({ prefix: `${JSON.stringify(field.name)}:`, key: keys[index]!, encode: jsonEncoder(field.type, options) }));
  return (row) => {
    const parts: string[] = [];
    for (const { prefix, key, encode } of columns) {
      const value = row[key];
      if (options.ignoresNullFields && (value === null || value === undefined)) continue;
      parts.push(prefix + encode(value));
    }
    return `{${parts.join(',')}}`;
  };
}
