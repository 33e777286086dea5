// The interpreted twin of generated serializers: walks the type for every value. Slow and plain; it is the oracle of
// the property tests and the form to read when the layout of bytes is in question.
import { isExact, isInt64 } from '#core/columns/exact-integer';
import { assertNever } from '#core/assert';
import { failTypeMismatch } from '#core/errors/type-errors';
import { copyAny, packAny, unpackAny } from '#core/serialization/any-codec';
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import { SERIALIZER_FORMAT_VERSION } from '#core/serialization/serializer-source';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import type { TypeInformation } from '#core/types/type-information';

/** Same bytes, values and errors as createSerializer(type). */
export function createInterpretedSerializer<T>(type: TypeInformation<T>): TypeSerializer<T> {
  return {
    type,
    version: SERIALIZER_FORMAT_VERSION,
    write: (value, out) => writeValue(type, value, '', out),
    read: (input) => readValue(type, input) as T,
    copy: (value) => copyValue(type, value, '') as T,
  };
}

/** Throws unless the value fits; nested values are checked when they are reached. */
function check(type: TypeInformation, value: unknown, path: string): void {
  if (!isFitting(type, value)) failTypeMismatch(type, path, value);
}

function isFitting(type: TypeInformation, value: unknown): boolean {
  switch (type.kind) {
    case 'boolean': case 'string': return typeof value === type.kind;
    case 'int': return typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31;
    case 'long': return Number.isSafeInteger(value);
    case 'double': return typeof value === 'number';
    case 'bigint': return typeof value === 'bigint' && value >= -(2n ** 63n) && value < 2n ** 63n;
    case 'int64': return isInt64(value);
    case 'integer': return isExact(value);
    case 'bytes': return value instanceof Uint8Array;
    case 'row': return typeof value === 'object' && value !== null;
    case 'tuple': return Array.isArray(value) && value.length === type.elements.length;
    case 'list': return Array.isArray(value);
    case 'map': return value instanceof Map;
    case 'nullable': case 'any': return true;
    default: return assertNever(type, 'type');
  }
}

const fieldPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function writeValue(type: TypeInformation, value: any, path: string, out: DataOutput): void { // any: checked by kind just below
  check(type, value, path);
  switch (type.kind) {
    case 'boolean': out.writeBoolean(value); return;
    case 'int': out.writeInt32(value); return;
    case 'long': out.writeFloat64(value === 0 ? 0 : value); return;
    case 'double': out.writeFloat64(value); return;
    case 'bigint': out.writeBigInt64(value); return;
    case 'int64': out.writeInt64(value); return;
    case 'integer': out.writeInteger(value); return;
    case 'string': out.writeString(value); return;
    case 'bytes': out.writeSized(value); return;
    case 'any': out.writeSized(packAny(value)); return;
    case 'row': for (const field of type.fields) writeValue(field.type, value[field.name], fieldPath(path, field.name), out); return;
    case 'tuple': type.elements.forEach((element, i) => writeValue(element, value[i], `${path}[${i}]`, out)); return;
    case 'nullable':
      out.writeByte(value === null || value === undefined ? 0 : 1);
      if (value !== null && value !== undefined) writeValue(type.inner, value, path, out);
      return;
    case 'list':
      out.writeVarUint(value.length);
      for (let i = 0; i < value.length; i++) writeValue(type.element, value[i], `${path}[${i}]`, out);
      return;
    case 'map':
      out.writeVarUint(value.size);
      for (const [key, entry] of value) {
        writeValue(type.key, key, `${path}{key}`, out);
        writeValue(type.value, entry, `${path}{value}`, out);
      }
      return;
    default: assertNever(type, 'type');
  }
}

function readValue(type: TypeInformation, input: DataInput): unknown {
  switch (type.kind) {
    case 'boolean': return input.readBoolean();
    case 'int': return input.readInt32();
    case 'long': case 'double': return input.readFloat64();
    case 'bigint': return input.readBigInt64();
    case 'int64': return input.readInt64();
    case 'integer': return input.readInteger();
    case 'string': return input.readString();
    case 'bytes': return input.readSized();
    case 'any': return unpackAny(input.readSized());
    case 'row': return Object.fromEntries(type.fields.map((field) => [field.name, readValue(field.type, input)]));
    case 'tuple': return type.elements.map((element) => readValue(element, input));
    case 'nullable': return input.readByte() === 0 ? null : readValue(type.inner, input);
    case 'list': return readMany(input, () => readValue(type.element, input));
    case 'map': return new Map(readMany(input, () => [readValue(type.key, input), readValue(type.value, input)]));
    default: return assertNever(type, 'type');
  }
}

/** Grows with what is read, so a damaged count ends at the end of the bytes and takes no memory before. */
function readMany<T>(input: DataInput, readOne: () => T): T[] {
  const values: T[] = [];
  for (let left = input.readVarUint(); left > 0; left--) values.push(readOne());
  return values;
}

function copyValue(type: TypeInformation, value: any, path: string): unknown { // any: checked by kind just below
  check(type, value, path);
  switch (type.kind) {
    case 'boolean': case 'double': case 'bigint': case 'string': return value;
    case 'int': case 'long': case 'int64': case 'integer': return value === 0 ? 0 : value;
    case 'bytes': return new Uint8Array(value);
    case 'any': return copyAny(value);
    case 'row': return Object.fromEntries(type.fields.map((field) => [field.name, copyValue(field.type, value[field.name], fieldPath(path, field.name))]));
    case 'tuple': return type.elements.map((element, i) => copyValue(element, value[i], `${path}[${i}]`));
    case 'nullable': return value === null || value === undefined ? null : copyValue(type.inner, value, path);
    case 'list': return Array.from(value as unknown[], (element, i) => copyValue(type.element, element, `${path}[${i}]`));
    case 'map': return new Map([...(value as Map<unknown, unknown>)].map(([key, entry]) => [copyValue(type.key, key, `${path}{key}`), copyValue(type.value, entry, `${path}{value}`)]));
    default: return assertNever(type, 'type');
  }
}
