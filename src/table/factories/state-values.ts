// Values as programs have them, in state or in rows of their own, to SQL values of the columns that a table gives them.
import { exactOf } from '#core/columns/exact-integer';
import { FunctionError } from '#table/errors';
import { fieldKeys, type LogicalType } from '#table/types/logical-type';
import { decimalOf, parseDecimal } from '#table/values/decimal-arithmetic';
import { castFromText } from '#table/values/cast-text';
import { timeZoneOf } from '#table/values/time-zone';
import { fitCharacters } from '#table/values/value-text';
import { timestampOf } from '#table/values/timestamp-value';

type Convert = (value: unknown) => unknown;

const INTEGER_BITS: Readonly<Record<string, bigint>> = { TINYINT: 8n, SMALLINT: 16n, INT: 32n, BIGINT: 64n };

/** @param column for messages. Throws FunctionError where a value is none of the type. */
export function stateDecoder(type: LogicalType, column: string): Convert {
  const convert = notNullDecoder(type, column);
  return (value) => (value === null || value === undefined ? null : convert(value));
}

function notNullDecoder(type: LogicalType, column: string): Convert {
  const mismatch = (value: unknown): never => {
    const shown = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? typeof value;
    throw new FunctionError(`the value is ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown} for the column ${column} of type ${type.kind}: give the column the type of its values; millrace state ls shows those of states`);
  };
  switch (type.kind) {
    case 'BOOLEAN': return (value) => (typeof value === 'boolean' ? value : mismatch(value));
    case 'TINYINT': case 'SMALLINT': case 'INT': case 'BIGINT': {
      const bound = 1n << (INTEGER_BITS[type.kind]! - 1n);
      return (value) => {
        if (typeof value !== 'bigint' && !Number.isInteger(value)) return mismatch(value);
        const exact = BigInt(value as number);
        return exact < bound && exact >= -bound ? exactOf(exact) : mismatch(value);
      };
    }
    case 'DOUBLE': return (value) => (typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : mismatch(value));
    case 'FLOAT': return (value) => (typeof value === 'number' ? Math.fround(value) : mismatch(value));
    case 'DECIMAL': return (value) => {
      const parsed = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? parseDecimal(String(value)) : undefined;
      return parsed === undefined ? mismatch(value) : decimalOf(parsed, type.precision, type.scale);
    };
    case 'CHAR': case 'VARCHAR': return (value) => (typeof value === 'string' ? fitCharacters(value, { ...type, kind: 'VARCHAR' }) : mismatch(value));
    case 'BINARY': case 'VARBINARY': return (value) => (value instanceof Uint8Array ? value : mismatch(value));
    // Moments are milliseconds or a Date, days and times of day numbers; all of them may be texts, in UTC.
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': {
      const cast = castFromText(type, timeZoneOf('UTC'))!;
      return (value) => (typeof value === 'number' || value instanceof Date ? timestampOf(Math.floor(Number(value)), 0, type.precision) : typeof value === 'string' ? cast(value) : mismatch(value));
    }
    case 'DATE': case 'TIME': {
      const cast = castFromText(type, timeZoneOf('UTC'))!;
      return (value) => (Number.isInteger(value) ? value : typeof value === 'string' ? cast(value) : mismatch(value));
    }
    case 'ARRAY': {
      const element = stateDecoder(type.element, column);
      return (value) => (Array.isArray(value) ? value.map(element) : mismatch(value));
    }
    case 'MAP': {
      const [key, entry] = [stateDecoder(type.key, column), stateDecoder(type.value, column)];
      return (value) => {
        if (typeof value !== 'object' || Array.isArray(value)) return mismatch(value);
        return new Map([...(value instanceof Map ? value : Object.entries(value as object))].map(([name, part]) => [key(name), entry(part)] as const));
      };
    }
    case 'ROW': return rowDecoder(type, column, mismatch);
    default: throw new FunctionError(`values are not read as ${type.kind}: change the type of the column ${column}`);
  }
}

/** Objects by the names of the fields, tuples by position. */
function rowDecoder(type: LogicalType & { readonly kind: 'ROW' }, column: string, mismatch: (value: unknown) => never): Convert {
  const keys = fieldKeys(type);
  const fields = type.fields.map((field) => stateDecoder(field.type, `${column}.${field.name}`));
  return (value) => {
    if (typeof value !== 'object' || value instanceof Map) return mismatch(value);
    const parts = Array.isArray(value) ? (value as unknown[]) : type.fields.map(({ name }) => (value as Record<string, unknown>)[name]);
    return Object.fromEntries(keys.map((key, index) => [key, fields[index]!(parts[index])]));
  };
}
