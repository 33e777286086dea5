// `datagen`: rows of random values or of sequences, at a rate, with or without an end. Options as Flink names them.
import { DataGeneratorSource } from '#connectors/datagen/source';
import { parseDuration } from '#core/config/duration';
import { identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { booleanOption, checkOptions, integerOption, parallelismOption } from '#table/factories/table-options';
import { INSERTS, type TableConnector, type TableOptions } from '#table/factories/table-factory';
import type { FunctionContext } from '#table/functions/function-definition';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type LogicalField, type LogicalType, type RowType } from '#table/types/logical-type';
import { exactOf } from '#core/columns/exact-integer';
import { DAY_MS } from '#table/values/calendar';
import { timestampOf } from '#table/values/timestamp-value';
import { timeZoneOf, toLocalMs } from '#table/values/time-zone';

const ROWS_PER_SECOND = 10_000;
const LENGTH = 100;
const COLLECTION_LENGTH = 3;
const FIELD_OPTIONS = ['kind', 'min', 'max', 'max-past', 'length', 'var-len', 'start', 'end', 'null-rate'];
const RANGES: Partial<Record<LogicalType['kind'], readonly [number, number]>> = {
  TINYINT: [-128, 127], SMALLINT: [-32768, 32767], INT: [-2147483648, 2147483647], BIGINT: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], FLOAT: [1.4e-45, 3.4028234663852886e38], DOUBLE: [5e-324, Number.MAX_VALUE],
};

interface Generator {
  value(index: number): unknown;
  /** Undefined: it does not end. */
  readonly count: number | undefined;
}

export const datagenConnector: TableConnector = {
  identifier: 'datagen',
  createScan(table, options) {
    const names = table.schema.columns.filter(({ kind }) => kind === 'physical').map(({ name }) => name);
    checkOptions(table, options, { required: [], optional: ['rows-per-second', 'number-of-rows', ...names.flatMap((name) => FIELD_OPTIONS.map((option) => `fields.${name}.${option}`))], prefixes: names.flatMap((name) => [`fields.${name}.element.`, `fields.${name}.key.`, `fields.${name}.value.`, ...nestedPrefixes(table, name)]) });
    const rows = integerOption(table, options, 'number-of-rows', Number.POSITIVE_INFINITY);
    const ratePerSecond = integerOption(table, options, 'rows-per-second', ROWS_PER_SECOND, 1);
    const countOf = (rowType: RowType, functions: FunctionContext): { readonly generators: readonly Generator[]; readonly count: number } => {
      const generators = rowType.fields.map((field) => generatorOf(field, `fields.${field.name}`, table, options, functions));
      return { generators, count: Math.min(rows, ...generators.map(({ count }) => count ?? Number.POSITIVE_INFINITY)) };
    };
    const hasSequence = Object.entries(options.all).some(([key, value]) => /^fields\..*\.kind$/.test(key) && value === 'sequence');
    return {
      kind: 'scan-source',
      changes: INSERTS,
      isBounded: rows !== Number.POSITIVE_INFINITY || hasSequence,
      ...(rows === Number.POSITIVE_INFINITY ? {} : { rowCount: rows }),
      createSource({ rowType, functions }) {
        const { generators, count } = countOf(rowType, functions);
        const keys = fieldKeys(rowType);
        const generate = (index: number): TableRow => {
          const row: TableRow = {};
          for (let column = 0; column < keys.length; column++) row[keys[column]!] = generators[column]!.value(index);
          return row;
        };
        return { source: new DataGeneratorSource<TableRow>(generate, count, { ratePerSecond }), ...parallelismOption(table, options, 'scan.parallelism') };
      },
    };
  },
};

function nestedPrefixes(table: ResolvedTable, name: string): readonly string[] {
  const type = table.schema.columns.find((column) => column.name === name)?.type;
  return type?.kind === 'ROW' ? type.fields.map((field) => `fields.${name}.${field.name}.`) : [];
}

function generatorOf({ type, name }: LogicalField, prefix: string, table: ResolvedTable, options: TableOptions, functions: FunctionContext): Generator {
  const { all } = options;
  const kind = all[`${prefix}.kind`] ?? 'random';
  if (kind === 'sequence') return sequence(type, prefix, table, options);
  if (kind !== 'random') throw new TableError('TABLE_OPTION_INVALID', `Unsupported generator type: ${kind} of column ${name} of table ${identifierText(table.identifier)}: give random or sequence`);
  const value = randomValue(type, prefix, table, options, functions);
  const nullRate = numberOption(table, options, `${prefix}.null-rate`, 0);
  return { value: nullRate === 0 ? value : () => (functions.random() < nullRate ? null : value()), count: undefined };
}

function numberOption(table: ResolvedTable, { all }: TableOptions, name: string, fallback: number): number {
  const text = all[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new TableError('TABLE_OPTION_INVALID', `Could not parse value '${text}' for key '${name}' of table ${identifierText(table.identifier)}: give a number`);
}

function sequence(type: LogicalType, prefix: string, table: ResolvedTable, options: TableOptions): Generator {
  for (const end of ['start', 'end']) {
    if (options.all[`${prefix}.${end}`] === undefined) throw new TableError('TABLE_OPTION_INVALID', `Could not find required property '${prefix}.${end}' for sequence generator of table ${identifierText(table.identifier)}.`);
  }
  const start = numberOption(table, options, `${prefix}.start`, 0);
  const count = Math.max(0, numberOption(table, options, `${prefix}.end`, 0) - start + 1);
  switch (type.kind) {
    case 'CHAR': case 'VARCHAR': return { value: (index) => String(start + index), count };
    case 'DECIMAL': return { value: (index) => exactOf(BigInt(start + index) * 10n ** BigInt(type.scale)), count };
    case 'TINYINT': case 'SMALLINT': case 'INT': case 'BIGINT': case 'FLOAT': case 'DOUBLE': return { value: (index) => start + index, count };
    default: throw new TableError('TABLE_OPTION_INVALID', `Unsupported type: ${type.kind} of the sequence ${prefix} of table ${identifierText(table.identifier)}`);
  }
}

function randomValue(type: LogicalType, prefix: string, table: ResolvedTable, options: TableOptions, functions: FunctionContext): () => unknown {
  const { random, now } = functions;
  const [low, high] = RANGES[type.kind] ?? [0, 0];
  const min = numberOption(table, options, `${prefix}.min`, low);
  const max = numberOption(table, options, `${prefix}.max`, high);
  if (min > max) throw new TableError('TABLE_OPTION_INVALID', `${prefix}.min of table ${identifierText(table.identifier)} is ${min}, above ${prefix}.max, which is ${max}: give a range`);
  checkLength(type, prefix, table, options);
  const length = numberOption(table, options, `${prefix}.length`, 'element' in type || type.kind === 'MAP' ? COLLECTION_LENGTH : 'length' in type && type.length < 2147483647 ? type.length : LENGTH);
  const part = (name: string, inner: LogicalType): (() => unknown) => randomValue(inner, `${prefix}.${name}`, table, options, functions);
  const times = <T>(make: () => T): T[] => Array.from({ length }, make);
  const hex = (count: number): string => Array.from({ length: count }, () => '0123456789abcdef'[Math.floor(random() * 16)]).join('');
  switch (type.kind) {
    case 'BOOLEAN': return () => random() < 0.5;
    case 'TINYINT': case 'SMALLINT': case 'INT': case 'BIGINT': return () => min + Math.floor(random() * (max - min + 1));
    case 'DOUBLE': return () => min + random() * (max - min);
    case 'FLOAT': return () => Math.fround(min + random() * (max - min));
    case 'DECIMAL': {
      const unit = 10 ** Math.min(15, type.precision);
      return () => (options.all[`${prefix}.max`] === undefined ? Math.floor(random() * unit) : Math.floor((min + random() * (max - min)) * 10 ** type.scale));
    }
    case 'CHAR': case 'VARCHAR': {
      const lengthOf = lengths(prefix, length, table, options, random);
      return () => hex(lengthOf());
    }
    case 'BINARY': case 'VARBINARY': {
      const lengthOf = lengths(prefix, length, table, options, random);
      return () => Uint8Array.from({ length: lengthOf() }, () => Math.floor(random() * 256));
    }
    case 'DATE': return () => Math.floor((now() - past(prefix, table, options) * random()) / DAY_MS);
    case 'TIME': return () => Math.floor(random() * DAY_MS);
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': {
      const pastMs = past(prefix, table, options);
      const zone = timeZoneOf(functions.localTimeZone);
      return () => {
        const ms = Math.floor(now() - pastMs * random());
        return timestampOf(type.kind === 'TIMESTAMP' ? toLocalMs(ms, zone) : ms, 0, type.precision);
      };
    }
    case 'ARRAY': {
      const element = part('element', type.element);
      return () => times(element);
    }
    case 'MULTISET': {
      const element = part('element', type.element);
      return () => new Map(times(() => [element(), 1 + Math.floor(random() * 3)] as const));
    }
    case 'MAP': {
      const [key, value] = [part('key', type.key), part('value', type.value)];
      return () => new Map(times(() => [key(), value()] as const));
    }
    case 'ROW': {
      const keys = fieldKeys(type);
      const fields = type.fields.map((field) => part(field.name, field.type));
      return () => Object.fromEntries(keys.map((key, index) => [key, fields[index]!()]));
    }
    default: throw new TableError('TABLE_OPTION_INVALID', `Unsupported type: ${type.kind} of ${prefix} of table ${identifierText(table.identifier)}`);
  }
}

/** Fixed, or from 1 on where the option says that it varies. */
function lengths(prefix: string, length: number, table: ResolvedTable, options: TableOptions, random: () => number): () => number {
  return booleanOption(table, options, `${prefix}.var-len`, false) ? () => 1 + Math.floor(random() * length) : () => length;
}

/** Types with a length of their own have that one; those up to a length may be shorter. */
function checkLength(type: LogicalType, prefix: string, table: ResolvedTable, options: TableOptions): void {
  const isVariable = type.kind === 'VARCHAR' || type.kind === 'VARBINARY';
  const refuse = (problem: string): never => {
    throw new TableError('TABLE_OPTION_INVALID', `${problem} (table ${identifierText(table.identifier)})`);
  };
  if (options.all[`${prefix}.var-len`] !== undefined && !isVariable) refuse(`Only supports specifying '${prefix}.var-len' option for variable-length types (VARCHAR/STRING/VARBINARY/BYTES). It is ${type.kind}.`);
  if (options.all[`${prefix}.length`] === undefined) return;
  const length = integerOption(table, options, `${prefix}.length`, 0, 0);
  if (type.kind === 'CHAR' || type.kind === 'BINARY') refuse(`Custom length for fixed-length type (CHAR/BINARY) field '${prefix}' is not supported.`);
  if (isVariable && length > type.length) refuse(`Custom length '${length}' for variable-length type (VARCHAR/STRING/VARBINARY/BYTES) field '${prefix}' should be shorter than '${type.length}' defined in the schema.`);
}

function past(prefix: string, table: ResolvedTable, { all }: TableOptions): number {
  const text = all[`${prefix}.max-past`];
  if (text === undefined) return 0;
  const parsed = parseDuration(text);
  if (parsed.kind === 'parsed') return Number(parsed.value.nanos / 1_000_000n);
  throw new TableError('TABLE_OPTION_INVALID', `Could not parse value '${text}' for key '${prefix}.max-past' of table ${identifierText(table.identifier)}: ${parsed.reason}`);
}
