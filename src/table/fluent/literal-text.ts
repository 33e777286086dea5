// Values of a program as SQL text: what `lit` and the operands of column expressions become.
import { TableError } from '#table/errors';
import { backTicked, stringText } from '#table/printer/sql-text';

const INT_MAX = 2_147_483_647;

/** A whole number is an INT or, where it is too large, a BIGINT; a bigint a BIGINT or DECIMAL; another number a DOUBLE; a Date a TIMESTAMP_LTZ(3). */
export function literalText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date) return `TO_TIMESTAMP_LTZ(${integerText(BigInt(value.getTime()))}, 3)`;
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  switch (typeof value) {
    case 'boolean': return value ? 'TRUE' : 'FALSE';
    case 'string': return stringText(value);
    case 'bigint': return value >= -(2n ** 63n) && value < 2n ** 63n ? `CAST(${integerText(value)} AS BIGINT)` : integerText(value);
    case 'number': return numberText(value);
    case 'object': return compositeText(value);
    default: throw new TableError('TABLE_NOT_SUPPORTED', `a ${typeof value} is no value of SQL: give a number, bigint, string, boolean, Date, Uint8Array, array or object`);
  }
}

/** Names in back-ticks, parts apart. */
export const nameText = (parts: readonly string[]): string => parts.map(backTicked).join('.');

function numberText(value: number): string {
  if (!Number.isFinite(value)) return `CAST('${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}' AS DOUBLE)`;
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return Math.abs(value) <= INT_MAX ? integerText(BigInt(value)) : `CAST(${integerText(BigInt(value))} AS BIGINT)`;
  return `CAST('${String(value)}' AS DOUBLE)`;
}

const integerText = (value: bigint): string => (value < 0n ? `(${String(value)})` : String(value));

function compositeText(value: object): string {
  if (Array.isArray(value)) return `ARRAY[${value.map(literalText).join(', ')}]`;
  if (value instanceof Map) return `MAP[${[...value].map(([key, entry]) => `${literalText(key)}, ${literalText(entry)}`).join(', ')}]`;
  return `ROW(${Object.values(value).map(literalText).join(', ')})`;
}
