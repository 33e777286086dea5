// SQL values as PostgreSQL writes and reads them in texts, by type, with Flink's mapping of types.
import { TableError } from '#table/errors';
import type { LogicalType, LogicalTypeKind } from '#table/types/logical-type';
import { bytesHex, hexBytes } from '#table/values/bytes';
import { castFromText } from '#table/values/cast-text';
import { dateText, timestampText, timeText } from '#table/values/datetime-text';
import { decimalOf, decimalText, parseDecimal } from '#table/values/decimal-arithmetic';
import { timeZoneOf } from '#table/values/time-zone';

/** Flink's dialect of PostgreSQL, and TIMESTAMP_LTZ for `timestamp with time zone`. */
const SUPPORTED: readonly LogicalTypeKind[] = ['CHAR', 'VARCHAR', 'BOOLEAN', 'VARBINARY', 'DECIMAL', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'ARRAY'];

type Convert = (value: any) => any; // any: values of every SQL type

export function checkJdbcType(type: LogicalType, column: string): void {
  const inner = type.kind === 'ARRAY' ? type.element : type;
  if (SUPPORTED.includes(inner.kind)) return;
  throw new TableError('TABLE_OPTION_INVALID', `The PostgreSQL dialect doesn't support type: ${inner.kind} of column ${column}: give one of ${SUPPORTED.join(', ')}`);
}

/** Of a text that is not NULL. Throws FunctionError where it is no value of the type. */
export function jdbcDecoder(type: LogicalType): (text: string) => unknown {
  switch (type.kind) {
    // As they are: the database has seen to their length.
    case 'CHAR': case 'VARCHAR': return (text) => text;
    case 'VARBINARY': return (text) => hexBytes(text.slice('\\x'.length));
    case 'DECIMAL': return (text) => {
      const parsed = parseDecimal(text);
      return parsed === undefined ? null : decimalOf(parsed, type.precision, type.scale);
    };
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': {
      const cast = castFromText(type, timeZoneOf('UTC'))!;
      return (text) => cast(text.replace(/\+00$/, ''));
    }
    case 'TIME': {
      const cast = castFromText(type, timeZoneOf('UTC'))!;
      return (text) => cast(text.replace(/[+-]\d\d(:\d\d)?$/, ''));
    }
    case 'ARRAY': {
      const decode = jdbcDecoder(type.element);
      return (text) => arrayParts(text).map((part) => (part === null ? null : decode(part)));
    }
    default: return castFromText(type, timeZoneOf('UTC'))!;
  }
}

export function jdbcEncoder(type: LogicalType): (value: unknown) => string | null {
  const encode = notNullEncoder(type);
  return (value) => (value === null || value === undefined ? null : encode(value) as string);
}

function notNullEncoder(type: LogicalType): Convert {
  switch (type.kind) {
    case 'VARBINARY': return (value: Uint8Array) => `\\x${bytesHex(value)}`;
    case 'DECIMAL': return (value) => decimalText(value, type.scale);
    case 'DATE': return (value: number) => dateText(value);
    case 'TIME': return (value: number) => timeText(value, 3);
    case 'TIMESTAMP': return (value) => timestampText(value, type.precision);
    case 'TIMESTAMP_LTZ': return (value) => `${timestampText(value, type.precision)}+00`;
    case 'ARRAY': {
      const encode = jdbcEncoder(type.element);
      return (value: readonly unknown[]) => `{${value.map((part) => arrayPart(encode(part))).join(',')}}`;
    }
    default: return String;
  }
}

const arrayPart = (text: string | null): string => (text === null ? 'NULL' : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);

/** `{a,"b,c",NULL}`, of one dimension. */
function arrayParts(text: string): readonly (string | null)[] {
  const parts: (string | null)[] = [];
  const start = text.indexOf('{') + 1;
  for (let at = start; at < text.length && text[at] !== '}'; at++) {
    let part = '';
    const isQuoted = text[at] === '"';
    if (isQuoted) at++;
    for (; isQuoted ? text[at] !== '"' : text[at] !== ',' && text[at] !== '}'; at++) {
      if (text[at] === '\\') at++;
      part += text[at]!;
    }
    if (isQuoted) at++;
    parts.push(!isQuoted && part === 'NULL' ? null : part);
    if (text[at] === '}') break;
  }
  return parts;
}
