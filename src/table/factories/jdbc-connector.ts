// `jdbc`: a table of a PostgreSQL server: scanned once, asked by key, or written to, by upserts where it has a primary key.
import { JdbcSink } from '#connectors/jdbc/sink';
import { JdbcSource } from '#connectors/jdbc/source';
import { baseColumns, identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import type { Expression } from '#table/expressions/expression';
import { jdbcAddress, quoted, quotedPath } from '#table/catalog/jdbc-address';
import { filterText } from '#table/factories/jdbc-filters';
import { JdbcLookup } from '#table/factories/jdbc-lookup';
import { rangesOf, rowDecoder, selectText, TableWriting, type Range } from '#table/factories/jdbc-statements';
import { checkJdbcType } from '#table/factories/jdbc-values';
import { LOOKUP_CACHE_OPTIONS, lookupCacheOptions } from '#table/factories/lookup-cache';
import { INSERTS, type ScanRequest, type ScanTableSource, type TableConnector, type TableOptions } from '#table/factories/table-factory';
import { booleanOption, checkOptions, durationOption, integerOption, parallelismOption } from '#table/factories/table-options';
import type { DatabaseAddress } from '#platform/database/database-messages';
import type { TableRow } from '#table/runtime/row-kind';
import type { RowType } from '#table/types/logical-type';

const RETRIES = 3;
const FETCH_ROWS = 1000;
const BUFFER_ROWS = 100;
const PARTITION_OPTIONS = ['scan.partition.column', 'scan.partition.num', 'scan.partition.lower-bound', 'scan.partition.upper-bound'];
const OPTIONS = [
  'driver', 'username', 'password', 'connection.max-retry-timeout', ...PARTITION_OPTIONS, 'scan.fetch-size', 'scan.auto-commit', ...LOOKUP_CACHE_OPTIONS, 'lookup.max-retries',
  'sink.buffer-flush.max-rows', 'sink.buffer-flush.interval', 'sink.max-retries', 'sink.parallelism',
];

export const jdbcConnector: TableConnector = {
  identifier: 'jdbc',

  createScan(table, options) {
    const address = checked(table, options);
    return scanOf(table, options, address, []);
  },

  createLookup(table, options) {
    const address = checked(table, options);
    const cache = lookupCacheOptions(table, options);
    const retriesMax = retriesOf(table, options, 'lookup.max-retries');
    const createLookup = (keyColumns: readonly number[], rowType: RowType): JdbcLookup => new JdbcLookup({ address, table: pathOf(options), rowType, keyColumns, cache, retriesMax });
    return { kind: 'lookup-source', createLookup, createAsyncLookup: createLookup };
  },

  createSink(table, options) {
    const address = checked(table, options);
    const hasKey = table.schema.primaryKey !== undefined;
    const bufferRows = integerOption(table, options, 'sink.buffer-flush.max-rows', BUFFER_ROWS);
    const bufferMs = durationOption(table, options, 'sink.buffer-flush.interval', '1 s');
    const retriesMax = retriesOf(table, options, 'sink.max-retries');
    return {
      kind: 'sink',
      // Without a key a row cannot be found again: the planner refuses queries that update.
      changelogMode: ({ updates, deletes }) => (hasKey && (updates || deletes) ? 'upsert' : 'insert-only'),
      deletesByUpdateBefore: true,
      createSink({ rowType, keyColumns }) {
        const writing = new TableWriting(pathOf(options), rowType, keyColumns);
        return {
          sink: new JdbcSink<TableRow>({
            address, statementsOf: (rows) => writing.statementsOf(rows), keyOf: keyColumns.length === 0 ? undefined : (row) => writing.keyOf(row),
            bufferRows: bufferRows === 0 ? Number.POSITIVE_INFINITY : bufferRows, bufferMs, retriesMax,
          }),
          ...parallelismOption(table, options, 'sink.parallelism'),
        };
      },
    };
  },
};

function scanOf(table: ResolvedTable, options: TableOptions, address: DatabaseAddress, filters: readonly string[]): ScanTableSource {
  const ranges = partitionsOf(table, options);
  const fetchSize = integerOption(table, options, 'scan.fetch-size', 0);
  booleanOption(table, options, 'scan.auto-commit', true);
  return {
    kind: 'scan-source',
    changes: INSERTS,
    isBounded: true,
    takesLimit: true,
    withFilters(conditions: readonly Expression[], rowType: RowType) {
      const texts = conditions.map((condition) => filterText(condition, rowType));
      return {
        source: scanOf(table, options, address, [...filters, ...texts.filter((text) => text !== undefined)]),
        remaining: conditions.filter((_, index) => texts[index] === undefined),
      };
    },
    createSource({ rowType, limit, usedColumns }: ScanRequest) {
      const columns = usedColumns ?? rowType.fields.map((_, column) => column);
      const where = (range: Range | undefined): readonly string[] => (range === undefined ? filters : [...filters, `${quoted(options.all['scan.partition.column']!)} BETWEEN ${range.lower} AND ${range.upper}`]);
      const end = limit === undefined ? '' : ` LIMIT ${limit}`;
      return {
        source: new JdbcSource<TableRow>({
          address, statements: (ranges ?? [undefined]).map((range) => ({ text: selectText(rowType, columns, pathOf(options), where(range)) + end, values: [] })),
          toRow: rowDecoder(rowType, columns), fetchRows: fetchSize === 0 ? FETCH_ROWS : fetchSize, limit: limit ?? Number.POSITIVE_INFINITY,
        }),
        ...parallelismOption(table, options, 'scan.parallelism'),
      };
    },
  };
}

const pathOf = ({ all }: TableOptions): string => quotedPath(all['table-name']!);

/** Checks what every use of the table needs. */
function checked(table: ResolvedTable, options: TableOptions): DatabaseAddress {
  checkOptions(table, options, { required: ['url', 'table-name'], optional: OPTIONS, prefixes: ['properties.'] });
  const { all } = options;
  requireAllOrNone(table, options, ['username', 'password']);
  const connectTimeoutMs = durationOption(table, options, 'connection.max-retry-timeout', '60 s');
  if (connectTimeoutMs < 1000 || connectTimeoutMs % 1000 !== 0) refuse(table, `The value of 'connection.max-retry-timeout' option must be in second granularity and shouldn't be smaller than 1 second, but is ${all['connection.max-retry-timeout']!}`);
  for (const { name, type } of baseColumns(table.schema)) checkJdbcType(type, name);
  const properties = Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('properties.')).map(([name, value]) => [name.slice('properties.'.length), value]));
  return jdbcAddress({ url: all['url']!, user: all['username'], password: all['password'], connectTimeoutMs, properties }, `table ${identifierText(table.identifier)}`);
}

function partitionsOf(table: ResolvedTable, options: TableOptions): readonly Range[] | undefined {
  requireAllOrNone(table, options, PARTITION_OPTIONS);
  const column = options.all['scan.partition.column'];
  if (column === undefined) return undefined;
  const bound = (name: string): bigint => BigInt(integerOption(table, options, name, 0, Number.MIN_SAFE_INTEGER));
  const [lower, upper] = [bound('scan.partition.lower-bound'), bound('scan.partition.upper-bound')];
  if (lower > upper) refuse(table, `'scan.partition.lower-bound'='${lower}' must not be larger than 'scan.partition.upper-bound'='${upper}'`);
  return rangesOf(lower, upper, integerOption(table, options, 'scan.partition.num', 1, 1));
}

function retriesOf(table: ResolvedTable, options: TableOptions, name: string): number {
  const value = Number(options.all[name] ?? RETRIES);
  if (value < 0) refuse(table, `The value of '${name}' option shouldn't be negative, but is ${value}`);
  return integerOption(table, options, name, RETRIES);
}

function requireAllOrNone(table: ResolvedTable, { all }: TableOptions, names: readonly string[]): void {
  const missing = names.filter((name) => all[name] === undefined);
  if (missing.length > 0 && missing.length < names.length) refuse(table, `Either all or none of the following options should be provided: ${names.join(', ')}; missing: ${missing.join(', ')}`);
}

function refuse(table: ResolvedTable, problem: string): never {
  throw new TableError('TABLE_OPTION_INVALID', `${problem} (table ${identifierText(table.identifier)})`);
}
