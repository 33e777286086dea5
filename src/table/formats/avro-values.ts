// Values of Avro records, as the library hands them over and takes them, to SQL values and back. Longs are exact integers; decimals
// are bytes of two's complement, the highest first.
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';
import { FunctionError } from '#table/errors';
import type { AvroNode } from '#table/formats/avro-schema';
import { fieldKeys, type LogicalType, type RowType } from '#table/types/logical-type';
import { fitDecimal } from '#table/values/decimal-arithmetic';
import { floorDivide, narrowInteger } from '#table/values/exact-integer';
import { nanosOfMs, timestampMs, timestampOf } from '#table/values/timestamp-value';

type Convert = (value: any) => any; // any: values of every Avro and SQL type

/** Throws FunctionError where the file has another type in that place. */
export function avroDecoder(type: LogicalType, node: AvroNode, path: string): Convert {
  const convert = notNullDecoder(type, node, path);
  return (value) => {
    if (value === null || value === undefined) return null;
    // A union of several types wraps its values.
    return convert(typeof value === 'object' && typeof (value as { readonly unwrap?: unknown }).unwrap === 'function' ? (value as { unwrap(): unknown }).unwrap() : value) as unknown;
  };
}

export function avroRowDecoder(type: { readonly fields: RowType['fields'] }, node: AvroNode, path: string): (record: Record<string, unknown>) => Record<string, unknown> {
  const keys = fieldKeys(type);
  const columns = type.fields.map((field, index) => {
    const child = node.fields.get(field.name);
    return { name: field.name, key: keys[index]!, decode: child === undefined ? () => null : avroDecoder(field.type, child, `${path}${field.name}`) };
  });
  return (record) => {
    const row: Record<string, unknown> = {};
    for (const { name, key, decode } of columns) row[key] = decode(record[name]);
    return row;
  };
}

function notNullDecoder(type: LogicalType, node: AvroNode, path: string): Convert {
  const expect = (...types: readonly string[]): void => {
    if (!types.includes(node.type) && node.type !== 'union') throw new FunctionError(`the field ${path} of the file is ${node.logicalType ?? node.type}, the column is ${type.kind}: give the column the type of the file`);
  };
  switch (type.kind) {
    case 'BOOLEAN': expect('boolean'); return (value) => value as boolean;
    case 'TINYINT': case 'SMALLINT': case 'INT': case 'BIGINT': {
      expect('int', 'long');
      const bits = type.kind === 'TINYINT' ? 8 : type.kind === 'SMALLINT' ? 16 : type.kind === 'INT' ? 32 : 64;
      return (value: ExactInteger) => narrowInteger(value, bits);
    }
    case 'FLOAT': expect('float', 'int', 'long'); return (value) => Math.fround(Number(value));
    case 'DOUBLE': expect('double', 'float', 'int', 'long'); return Number;
    case 'CHAR': case 'VARCHAR': expect('string', 'enum', 'bytes'); return (value) => (typeof value === 'string' ? value : new TextDecoder().decode(value as Uint8Array));
    case 'BINARY': case 'VARBINARY': expect('bytes', 'fixed', 'string'); return (value) => (typeof value === 'string' ? new TextEncoder().encode(value) : Uint8Array.from(value as Uint8Array));
    case 'DECIMAL': expect('bytes', 'fixed'); return (value: Uint8Array) => fitDecimal(integerOfBytes(value), node.scale, type.precision, type.scale);
    case 'DATE': expect('int'); return (value: number) => value;
    case 'TIME': expect('int', 'long'); return (value) => (node.logicalType === 'time-micros' ? Math.floor(Number(value) / 1000) : Number(value));
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': expect('long'); return timestampDecoder(type.precision, node.logicalType);
    case 'ARRAY': {
      expect('array');
      const element = avroDecoder(type.element, node.element!, `${path}[]`);
      return (value: readonly unknown[]) => value.map(element);
    }
    case 'MAP': case 'MULTISET': {
      expect('map');
      const element = avroDecoder(type.kind === 'MAP' ? type.value : { kind: 'INT', isNullable: false }, node.element!, `${path}{}`);
      return (value: Record<string, unknown>) => new Map(Object.entries(value).map(([key, entry]) => [key, element(entry) as unknown]));
    }
    case 'ROW': expect('record'); return avroRowDecoder(type, node, `${path}.`);
    default: throw new FunctionError(`avro holds no ${type.kind}`);
  }
}

function timestampDecoder(precision: number, logicalType: string | undefined): (value: ExactInteger) => ExactInteger {
  if (logicalType?.endsWith('-micros') !== true && logicalType?.endsWith('-nanos') !== true) return (value) => timestampOf(Number(value), 0, precision);
  const stored = logicalType.endsWith('-micros') ? 6 : 9;
  return (value) => timestampOf(Number(floorDivide(value, stored === 6 ? 1000 : 1_000_000)), nanosOfMs(value, stored), precision);
}

export function avroEncoder(type: LogicalType): Convert {
  const encode = notNullEncoder(type);
  return (value) => (value === null || value === undefined ? null : encode(value) as unknown);
}

export function avroRowEncoder(type: { readonly fields: RowType['fields'] }): (row: Record<string, unknown>) => Record<string, unknown> {
  const keys = fieldKeys(type);
  const columns = type.fields.map((field, index) => ({ name: field.name, key: keys[index]!, encode: avroEncoder(field.type) }));
  return (row) => {
    const record: Record<string, unknown> = {};
    for (const { name, key, encode } of columns) record[name] = encode(row[key]);
    return record;
  };
}

function notNullEncoder(type: LogicalType): Convert {
  switch (type.kind) {
    case 'BINARY': case 'VARBINARY': return (value: Uint8Array) => Buffer.from(value);
    case 'DECIMAL': return (value: ExactInteger) => bytesOfInteger(BigInt(value));
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return type.precision <= 3 ? (value) => value as unknown : (value: ExactInteger) => exactOf(BigInt(timestampMs(value, type.precision)) * 1000n + BigInt(Math.floor(nanosOfMs(value, type.precision) / 1000)));
    case 'ARRAY': {
      const element = avroEncoder(type.element);
      return (value: readonly unknown[]) => value.map(element);
    }
    case 'MAP': case 'MULTISET': {
      const element = avroEncoder(type.kind === 'MAP' ? type.value : { kind: 'INT', isNullable: false });
      return (value: ReadonlyMap<string, unknown>) => Object.fromEntries([...value].map(([key, entry]) => [key, element(entry) as unknown]));
    }
    case 'ROW': return avroRowEncoder(type);
    default: return (value) => value as unknown;
  }
}

/** Two's complement, the highest byte first. */
export function integerOfBytes(bytes: Uint8Array): ExactInteger {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return exactOf(BigInt.asIntN(bytes.length * 8, value));
}

/** As few bytes as hold it. */
function bytesOfInteger(value: bigint): Buffer {
  let size = 1;
  while (BigInt.asIntN(size * 8, value) !== value) size++;
  const bytes = Buffer.alloc(size);
  for (let index = size - 1, rest = value; index >= 0; index--, rest >>= 8n) bytes[index] = Number(rest & 0xffn);
  return bytes;
}
