// Values of Parquet columns, as the library hands them over and takes them, to SQL values and back. What the library would round
// (decimals, moments) is read as the numbers and bytes that the file holds.
import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';
import { FunctionError } from '#table/errors';
import { integerOfBytes } from '#table/formats/avro-values';
import { fieldKeys, type LogicalType } from '#table/types/logical-type';
import { bytesText } from '#table/values/bytes';
import { castFromText } from '#table/values/cast-text';
import { fitDecimal } from '#table/values/decimal-arithmetic';
import { floorDivide, narrowInteger } from '#table/values/exact-integer';
import { nanosOfMs, timestampMs, timestampOf } from '#table/values/timestamp-value';
import { timeZoneOf, toLocalMs, type TimeZone } from '#table/values/time-zone';
import { unitOf } from '#table/formats/parquet-schema';

type Convert = (value: any) => any; // any: values of every Parquet and SQL type

export interface ParquetReading {
  /** Of TIMESTAMP columns that the file holds as instants. */
  readonly zone: TimeZone;
}

/** What an element was before the library was kept from converting it. */
export type ElementFacts = ReadonlyMap<SchemaElement, { readonly scale: number; readonly isDecimal: boolean; readonly unit: 3 | 6 | 9; readonly isInstant: boolean }>;

/** Takes what the library would round out of the metadata, and gives back what it was. */
export function takeRoundings(metadata: FileMetaData): ElementFacts {
  return new Map(metadata.schema.map((element) => {
    const { converted_type: converted, logical_type: logical, type } = element;
    const isDecimal = converted === 'DECIMAL' || logical?.type === 'DECIMAL';
    const unit = type === 'INT96' || (logical?.type === 'TIMESTAMP' && logical.unit === 'NANOS') ? 9 : converted === 'TIMESTAMP_MICROS' || (logical?.type === 'TIMESTAMP' && logical.unit === 'MICROS') ? 6 : 3;
    const facts = { isDecimal, scale: element.scale ?? 0, unit, isInstant: logical?.type === 'TIMESTAMP' ? logical.isAdjustedToUTC : true } as const;
    if (isDecimal) {
      delete element.converted_type;
      delete element.logical_type;
    }
    return [element, facts];
  }));
}

/** Throws FunctionError where the file has another type in that place. */
export function parquetDecoder(type: LogicalType, node: SchemaTree, facts: ElementFacts, reading: ParquetReading): Convert {
  const convert = notNullDecoder(type, node, facts, reading);
  return (value) => (value === null || value === undefined ? null : convert(value) as unknown);
}

function notNullDecoder(type: LogicalType, node: SchemaTree, facts: ElementFacts, reading: ParquetReading): Convert {
  const { element } = node;
  const fact = facts.get(element)!;
  const expect = (...types: readonly string[]): void => {
    if (types.includes(element.type ?? 'group')) return;
    throw new FunctionError(`the field ${node.path.join('.')} of the file is ${element.type ?? 'a group'}, the column is ${type.kind}: give the column the type of the file`);
  };
  switch (type.kind) {
    case 'BOOLEAN': expect('BOOLEAN'); return (value) => value as boolean;
    case 'TINYINT': case 'SMALLINT': case 'INT': case 'BIGINT': {
      expect('INT32', 'INT64');
      const bits = type.kind === 'TINYINT' ? 8 : type.kind === 'SMALLINT' ? 16 : type.kind === 'INT' ? 32 : 64;
      return (value: number | bigint) => narrowInteger(typeof value === 'bigint' ? exactOf(value) : value, bits);
    }
    case 'FLOAT': expect('FLOAT'); return (value) => value as number;
    case 'DOUBLE': expect('DOUBLE', 'FLOAT'); return (value) => value as number;
    case 'CHAR': case 'VARCHAR': expect('BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'); return (value) => (typeof value === 'string' ? value : bytesText(value as Uint8Array));
    case 'BINARY': case 'VARBINARY': expect('BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'); return (value) => (typeof value === 'string' ? new TextEncoder().encode(value) : Uint8Array.from(value as Uint8Array));
    case 'DECIMAL': {
      expect('INT32', 'INT64', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY');
      const scale = fact.isDecimal ? fact.scale : 0;
      return (value) => fitDecimal(typeof value === 'object' ? integerOfBytes(value as Uint8Array) : exactOf(BigInt(value as number)), scale, type.precision, type.scale);
    }
    case 'DATE': expect('INT32'); return (value: number) => value;
    case 'TIME': expect('INT32', 'INT64'); return (value) => (typeof value === 'bigint' ? Number(value / 1000n) : value as number);
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': {
      expect('INT64', 'INT96');
      const zone = type.kind === 'TIMESTAMP' && fact.isInstant ? reading.zone : timeZoneOf('UTC');
      return timestampDecoder(type.precision, fact.unit, zone);
    }
    case 'ARRAY': {
      expect('group');
      const list = node.children[0]!;
      const element_ = parquetDecoder(type.element, list.children.length === 1 ? list.children[0]! : list, facts, reading);
      return (value: readonly unknown[]) => Array.from(value, element_);
    }
    case 'MAP': return mapDecoder(type.key, type.value, node, facts, reading);
    case 'MULTISET': return mapDecoder(type.element, { kind: 'INT', isNullable: false }, node, facts, reading);
    case 'ROW': {
      expect('group');
      const keys = fieldKeys(type);
      const fields = type.fields.map((field, index) => {
        const child = node.children.find(({ element: { name } }) => name === field.name);
        return { name: field.name, key: keys[index]!, decode: child === undefined ? () => null : parquetDecoder(field.type, child, facts, reading) };
      });
      return (value: Record<string, unknown>) => Object.fromEntries(fields.map(({ name, key, decode }) => [key, decode(value[name]) as unknown]));
    }
    default: throw new FunctionError(`parquet holds no ${type.kind}`);
  }
}

/** The library makes objects of maps: keys come as texts. */
function mapDecoder(keyType: LogicalType, valueType: LogicalType, node: SchemaTree, facts: ElementFacts, reading: ParquetReading): Convert {
  const [entries] = node.children;
  const valueNode = entries?.children.find(({ element: { name } }) => name === 'value');
  if (valueNode === undefined) throw new FunctionError(`the field ${node.path.join('.')} of the file is no map`);
  const decode = parquetDecoder(valueType, valueNode, facts, reading);
  const keyOf = keyType.kind === 'CHAR' || keyType.kind === 'VARCHAR' ? (text: string) => text : castFromText(keyType, timeZoneOf('UTC'));
  if (keyOf === undefined) throw new FunctionError(`parquet maps have no keys of ${keyType.kind} here: give the column keys of STRING or of a number`);
  return (value: Record<string, unknown>) => new Map(Object.entries(value).map(([key, entry]) => [keyOf(key), decode(entry) as unknown]));
}

function timestampDecoder(precision: number, unit: 3 | 6 | 9, zone: TimeZone): (value: bigint) => ExactInteger {
  const divisor = unit === 3 ? 1 : unit === 6 ? 1000 : 1_000_000;
  return (value) => {
    const exact = exactOf(BigInt(value));
    const ms = unit === 3 ? Number(exact) : Number(floorDivide(exact, divisor));
    return timestampOf(toLocalMs(ms, zone), nanosOfMs(exact, unit), precision);
  };
}

export function parquetEncoder(type: LogicalType): Convert {
  const encode = notNullEncoder(type);
  return (value) => (value === null || value === undefined ? null : encode(value) as unknown);
}

function notNullEncoder(type: LogicalType): Convert {
  switch (type.kind) {
    // A decimal is what it is without its point.
    case 'BIGINT': case 'DECIMAL': return (value: ExactInteger) => BigInt(value);
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': {
      const unit = unitOf(type.precision);
      if (unit === 'MILLIS') return (value: number) => BigInt(value);
      return (value: ExactInteger) => {
        const [ms, nanos] = [BigInt(timestampMs(value, type.precision)), BigInt(nanosOfMs(value, type.precision))];
        return unit === 'MICROS' ? ms * 1000n + nanos / 1000n : ms * 1_000_000n + nanos;
      };
    }
    case 'CHAR': case 'VARCHAR': return (value: string) => new TextEncoder().encode(value);
    case 'ARRAY': {
      const element = parquetEncoder(type.element);
      return (value: readonly unknown[]) => value.map(element);
    }
    case 'MAP': case 'MULTISET': {
      const key = parquetEncoder(type.kind === 'MAP' ? type.key : type.element);
      const entry = parquetEncoder(type.kind === 'MAP' ? type.value : { kind: 'INT', isNullable: false });
      return (value: ReadonlyMap<unknown, unknown>) => [...value].map(([name, part]) => ({ key: key(name) as unknown, value: entry(part) as unknown }));
    }
    case 'ROW': {
      const keys = fieldKeys(type);
      const fields = type.fields.map((field, index) => ({ name: field.name, key: keys[index]!, encode: parquetEncoder(field.type) }));
      return (value: Record<string, unknown>) => Object.fromEntries(fields.map(({ name, key, encode }) => [name, encode(value[key]) as unknown]));
    }
    default: return (value) => value as unknown;
  }
}
