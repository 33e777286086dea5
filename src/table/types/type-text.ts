// Types as text, in Flink's three spellings: for tables and plans (serializable), for people (summary), and the one that
// messages about operands use.
import { LENGTH_MAX, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';

/** `VARCHAR(2147483647) NOT NULL`, `TIMESTAMP(3) WITH LOCAL TIME ZONE`: parses back to the same type. */
export const serializableTypeText = (type: LogicalType): string => typeText(type, { isSummary: false });

/** `STRING NOT NULL`, `TIMESTAMP_LTZ(3) *ROWTIME*`: the short form of DESCRIBE and EXPLAIN. */
export const summaryTypeText = (type: LogicalType): string => typeText(type, { isSummary: true });

interface Spelling {
  readonly isSummary: boolean;
}

function typeText(type: LogicalType, spelling: Spelling): string {
  return type.isNullable || type.kind === 'NULL' ? bareText(type, spelling) : `${bareText(type, spelling)} NOT NULL`;
}

function bareText(type: LogicalType, spelling: Spelling): string {
  switch (type.kind) {
    case 'CHAR': case 'BINARY': return `${type.kind}(${type.length})`;
    case 'VARCHAR': return spelling.isSummary && type.length === LENGTH_MAX ? 'STRING' : `VARCHAR(${type.length})`;
    case 'VARBINARY': return spelling.isSummary && type.length === LENGTH_MAX ? 'BYTES' : `VARBINARY(${type.length})`;
    case 'DECIMAL': return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'TIME': return `TIME(${type.precision})`;
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return timestampText(type, spelling);
    case 'INTERVAL_YEAR_MONTH': return `INTERVAL ${yearMonthText(type)}`;
    case 'INTERVAL_DAY_TIME': return `INTERVAL ${dayTimeText(type)}`;
    case 'ARRAY': case 'MULTISET': return `${type.kind}<${typeText(type.element, spelling)}>`;
    case 'MAP': return `MAP<${typeText(type.key, spelling)}, ${typeText(type.value, spelling)}>`;
    case 'ROW': return `ROW<${fieldsText(type, spelling)}>`;
    case 'STRUCTURED': return spelling.isSummary ? `*${type.className}<${fieldsText(type, spelling)}>*` : `STRUCTURED<'${type.className}', ${fieldsText(type, spelling)}>`;
    case 'RAW': return `RAW('${type.className}', '...')`;
    default: return type.kind;
  }
}

function timestampText(type: LogicalTypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'>, spelling: Spelling): string {
  if (!spelling.isSummary) return type.kind === 'TIMESTAMP' ? `TIMESTAMP(${type.precision})` : `TIMESTAMP(${type.precision}) WITH LOCAL TIME ZONE`;
  return type.time === 'regular' ? `${type.kind}(${type.precision})` : `${type.kind}(${type.precision}) *${type.time.toUpperCase()}*`;
}

function fieldsText(type: LogicalTypeOf<'ROW' | 'STRUCTURED'>, spelling: Spelling): string {
  return type.fields
    .map((field) => `\`${field.name.replaceAll('`', '``')}\` ${typeText(field.type, spelling)}${field.description === undefined ? '' : ` '${field.description.replaceAll("'", "''")}'`}`)
    .join(', ');
}

function yearMonthText(type: LogicalTypeOf<'INTERVAL_YEAR_MONTH'>): string {
  switch (type.resolution) {
    case 'YEAR': return `YEAR(${type.precision})`;
    case 'YEAR_TO_MONTH': return `YEAR(${type.precision}) TO MONTH`;
    case 'MONTH': return 'MONTH';
  }
}

function dayTimeText(type: LogicalTypeOf<'INTERVAL_DAY_TIME'>): string {
  const day = `DAY(${type.dayPrecision})`;
  const second = `SECOND(${type.fractionalPrecision})`;
  switch (type.resolution) {
    case 'DAY': return day;
    case 'DAY_TO_HOUR': return `${day} TO HOUR`;
    case 'DAY_TO_MINUTE': return `${day} TO MINUTE`;
    case 'DAY_TO_SECOND': return `${day} TO ${second}`;
    case 'HOUR': return 'HOUR';
    case 'HOUR_TO_MINUTE': return 'HOUR TO MINUTE';
    case 'HOUR_TO_SECOND': return `HOUR TO ${second}`;
    case 'MINUTE': return 'MINUTE';
    case 'MINUTE_TO_SECOND': return `MINUTE TO ${second}`;
    case 'SECOND': return second;
  }
}

/** `INTEGER`, `CHAR(3)`, `INTERVAL DAY`: a type in "Cannot apply …" messages. */
export function operandTypeText(type: LogicalType): string {
  switch (type.kind) {
    case 'INT': return 'INTEGER';
    case 'TIMESTAMP_LTZ': return `TIMESTAMP_WITH_LOCAL_TIME_ZONE(${type.precision})`;
    case 'INTERVAL_YEAR_MONTH': return `INTERVAL ${type.resolution.replaceAll('_', ' ')}`;
    case 'INTERVAL_DAY_TIME': return `INTERVAL ${type.resolution.replaceAll('_', ' ')}`;
    case 'ARRAY': case 'MULTISET': return `${operandTypeText(type.element)} ${type.kind}`;
    case 'MAP': return `(${operandTypeText(type.key)}, ${operandTypeText(type.value)}) MAP`;
    case 'ROW': case 'STRUCTURED': return `RecordType(${type.fields.map((field) => `${operandTypeText(field.type)} ${field.name}`).join(', ')})`;
    default: return bareText(type, { isSummary: false });
  }
}

/** `CHARACTER`, `NUMERIC`: the family of a type, for "No match found for function signature F(<CHARACTER>)". */
export function familyText(type: LogicalType): string {
  switch (type.kind) {
    case 'CHAR': case 'VARCHAR': return 'CHARACTER';
    case 'BINARY': case 'VARBINARY': return 'BINARY';
    case 'TINYINT': case 'SMALLINT': case 'INT': case 'BIGINT': case 'DECIMAL': return 'NUMERIC';
    case 'FLOAT': case 'DOUBLE': return 'NUMERIC';
    case 'TIMESTAMP_LTZ': return 'TIMESTAMP_WITH_LOCAL_TIME_ZONE';
    default: return type.kind;
  }
}
