// Values of a program's records as the engine keeps them: see logical-type.ts for its form of each type. A record may hold what comes
// natural in the program: bigint or number, Date or epoch milliseconds, object or Map.
import { TableError } from '#table/errors';
import { fieldKeys, timestampUnitDigits, type LogicalType, type RowType } from '#table/types/logical-type';
import { summaryTypeText } from '#table/types/type-text';

type Convert = (value: unknown) => unknown;

const MS_PER_DAY = 86_400_000;

/** One record to the values of the columns. Throws TABLE_STREAM_VALUE for what has no value of the type. */
export function rowConverter(rowType: RowType): (record: unknown) => unknown[] {
  const { fields } = rowType;
  const keys = fieldKeys(rowType);
  const converters = fields.map(({ name, type }) => nullable(type, name));
  return (record) => {
    // A stream of single values has one column.
    if (fields.length === 1 && (typeof record !== 'object' || record === null || !(keys[0]! in record))) return [converters[0]!(record)];
    if (typeof record !== 'object' || record === null) throw new TableError('TABLE_STREAM_VALUE', `the record ${String(record)} is no object, and the table has ${fields.length} columns: give an object with ${keys.join(', ')}`);
    return converters.map((convert, index) => convert(Array.isArray(record) ? record[index] : (record as Readonly<Record<string, unknown>>)[keys[index]!]));
  };
}

function nullable(type: LogicalType, name: string): Convert {
  const convert = converterOf(type, name);
  return (value) => {
    if (value !== null && value !== undefined) return convert(value);
    if (!type.isNullable) throw new TableError('TABLE_STREAM_VALUE', `column ${name} of type ${summaryTypeText(type)} has no value in a record`);
    return null;
  };
}

function converterOf(type: LogicalType, name: string): Convert {
  const fail = (value: unknown): never => {
    throw new TableError('TABLE_STREAM_VALUE', `${typeof value === 'string' ? JSON.stringify(value) : String(value)} of column ${name} is no value of type ${summaryTypeText(type)}`);
  };
  switch (type.kind) {
    case 'BOOLEAN': return (value) => (typeof value === 'boolean' ? value : fail(value));
    case 'TINYINT': return integer(-128, 127, fail);
    case 'SMALLINT': return integer(-32_768, 32_767, fail);
    case 'INT': return integer(-2_147_483_648, 2_147_483_647, fail);
    case 'BIGINT': return (value) => exactInteger(value, fail);
    case 'FLOAT': return (value) => (typeof value === 'number' ? Math.fround(value) : fail(value));
    case 'DOUBLE': return (value) => (typeof value === 'number' ? value : fail(value));
    case 'CHAR': case 'VARCHAR': return (value) => (typeof value === 'string' ? value : fail(value));
    case 'BINARY': case 'VARBINARY': return (value) => (value instanceof Uint8Array ? value : fail(value));
    case 'DECIMAL': return (value) => unscaled(value, type.scale, fail);
    case 'DATE': return (value) => (value instanceof Date ? Math.floor(value.getTime() / MS_PER_DAY) : typeof value === 'number' && Number.isInteger(value) ? value : fail(value));
    case 'TIME': return integer(0, MS_PER_DAY - 1, fail);
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return moment(timestampUnitDigits(type.precision), fail);
    case 'ARRAY': {
      const element = nullable(type.element, `${name}[]`);
      return (value) => (Array.isArray(value) ? value.map(element) : fail(value));
    }
    case 'MAP': {
      const [key, entry] = [nullable(type.key, `${name}{}`), nullable(type.value, `${name}{}`)];
      return (value) => (typeof value !== 'object' ? fail(value) : new Map([...(value instanceof Map ? value : Object.entries(value!))].map(([k, v]) => [key(k), entry(v)])));
    }
    case 'ROW': case 'STRUCTURED': {
      const row = rowConverter({ ...type, kind: 'ROW' });
      const keys = fieldKeys(type);
      return (value) => {
        const values = row(value);
        return Object.fromEntries(keys.map((fieldKey, index) => [fieldKey, values[index]]));
      };
    }
    default: return (value) => value;
  }
}

function integer(min: number, max: number, fail: (value: unknown) => never): Convert {
  return (value) => (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : fail(value));
}

/** A number while it is exact, else a bigint. */
function exactInteger(value: unknown, fail: (value: unknown) => never): number | bigint {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : fail(value);
  if (typeof value !== 'bigint' || value < -(2n ** 63n) || value >= 2n ** 63n) return fail(value);
  return narrowed(value);
}

const narrowed = (value: bigint): number | bigint => (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);

/** Digits as they are written, so that 0.1 is one tenth. */
function unscaled(value: unknown, scale: number, fail: (value: unknown) => never): number | bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(typeof value === 'bigint' || typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '');
  if (match === null) return fail(value);
  const [, sign, whole, fraction = ''] = match;
  if (fraction.length > scale) return fail(value);
  return narrowed(BigInt(`${sign!}${whole!}${fraction.padEnd(scale, '0')}`));
}

/** A Date, or milliseconds since the epoch, in the unit of the type. */
function moment(digits: number, fail: (value: unknown) => never): Convert {
  const factor = 10n ** BigInt(digits - 3);
  return (value) => {
    const ms = value instanceof Date ? value.getTime() : value;
    if (typeof ms !== 'number' || !Number.isInteger(ms)) return fail(value);
    return factor === 1n ? ms : narrowed(BigInt(ms) * factor);
  };
}
