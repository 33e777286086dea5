// The default of a row's field as JSON, since types travel as JSON, and back as a value. Pure.
//   BIGINT, INT64, INTEGER text | DOUBLE number, or text for NaN and the infinities | BYTES base64 | MAP pairs | the rest as JSON has it
import { Buffer } from 'node:buffer';
import { exactOf, isExact, isInt64 } from '#core/columns/exact-integer';
import { EngineError } from '#core/errors/engine-error';
import type { TypeInformation } from '#core/types/type-information';

/** Throws TYPE_DEFAULT_INVALID when the value is not of the type, or has no JSON form. */
export function encodeDefault(type: TypeInformation, value: unknown): unknown {
  switch (type.kind) {
    case 'boolean': case 'string': return typeof value === type.kind ? value : failDefault(type, value);
    case 'int': return typeof value === 'number' && (value | 0) === value ? value : failDefault(type, value);
    case 'long': return Number.isSafeInteger(value) ? value : failDefault(type, value);
    case 'double': return typeof value === 'number' ? (Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value)) : failDefault(type, value);
    case 'bigint': return typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? String(value) : failDefault(type, value);
    case 'int64': return isInt64(value) ? String(value) : failDefault(type, value);
    case 'integer': return isExact(value) ? String(value) : failDefault(type, value);
    case 'bytes': return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : failDefault(type, value);
    case 'nullable': return value === null || value === undefined ? null : encodeDefault(type.inner, value);
    case 'list': return Array.isArray(value) ? value.map((element) => encodeDefault(type.element, element)) : failDefault(type, value);
    case 'map': return value instanceof Map ? [...value].map(([key, entry]) => [encodeDefault(type.key, key), encodeDefault(type.value, entry)]) : failDefault(type, value);
    case 'tuple': return Array.isArray(value) && value.length === type.elements.length ? type.elements.map((element, i) => encodeDefault(element, value[i])) : failDefault(type, value);
    case 'row': {
      if (typeof value !== 'object' || value === null) return failDefault(type, value);
      return type.fields.map((field) => encodeDefault(field.type, (value as Readonly<Record<string, unknown>>)[field.name]));
    }
    default: return value === undefined ? failDefault(type, value) : value;
  }
}

/** A fresh value each time. @param json what encodeDefault gave for the type. */
export function decodeDefault(type: TypeInformation, json: any): unknown { // any: JSON of the type's form
  switch (type.kind) {
    case 'double': return Number(json);
    case 'bigint': return BigInt(json as string);
    case 'int64': case 'integer': return exactOf(BigInt(json as string));
    case 'bytes': return new Uint8Array(Buffer.from(json as string, 'base64'));
    case 'nullable': return json === null ? null : decodeDefault(type.inner, json);
    case 'list': return (json as unknown[]).map((element) => decodeDefault(type.element, element));
    case 'map': return new Map((json as [unknown, unknown][]).map(([key, value]) => [decodeDefault(type.key, key), decodeDefault(type.value, value)]));
    case 'tuple': return type.elements.map((element, i) => decodeDefault(element, json[i]));
    case 'row': return Object.fromEntries(type.fields.map((field, i) => [field.name, decodeDefault(field.type, json[i])]));
    default: return structuredClone(json);
  }
}

function failDefault(type: TypeInformation, value: unknown): never {
  throw new EngineError('TYPE_DEFAULT_INVALID', `the default of a ${type.kind.toUpperCase()} field is ${value === null ? 'null' : `of JavaScript type ${typeof value}`}: give a value of the field's type`, { context: { type: type.kind } });
}
