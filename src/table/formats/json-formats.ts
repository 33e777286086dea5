// `json`, and the changelogs of Debezium, Canal and Maxwell, which are json with the row before and the row after.
import { FunctionError } from '#table/errors';
import { CANAL_METADATA, DEBEZIUM_METADATA, MAXWELL_METADATA, metadataReader } from '#table/formats/change-metadata';
import { jsonRowDecoder, jsonRowEncoder, parseJsonText, type JsonDecodeOptions, type JsonEncodeOptions } from '#table/formats/json-values';
import { booleanFormatOption, choiceFormatOption, type FormatRequest, type RecordDecoder, type TableFormat } from '#table/formats/table-format';
import { INSERTS } from '#table/factories/table-factory';
import { isAccumulate, KIND_KEY, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys } from '#table/types/logical-type';

const STANDARDS = ['SQL', 'ISO-8601'] as const;
const ALL_CHANGES = { updates: true, deletes: true, hasUpdateBefore: true };
const COMMON_OPTIONS = ['ignore-parse-errors', 'timestamp-format.standard', 'map-null-key.mode', 'map-null-key.literal', 'encode.decimal-as-plain-number', 'encode.ignore-null-fields'];

function decodeOptions(request: FormatRequest): JsonDecodeOptions {
  const options = {
    failsOnMissingField: booleanFormatOption(request, 'fail-on-missing-field', false), ignoresErrors: booleanFormatOption(request, 'ignore-parse-errors', false),
    timestamps: choiceFormatOption(request, 'timestamp-format.standard', STANDARDS),
  };
  if (options.failsOnMissingField && options.ignoresErrors) request.refuse('fail-on-missing-field', "and ignore-parse-errors shouldn't both be true.");
  return options;
}

function encodeOptions(request: FormatRequest): JsonEncodeOptions {
  return {
    timestamps: choiceFormatOption(request, 'timestamp-format.standard', STANDARDS), nullKeys: choiceFormatOption(request, 'map-null-key.mode', ['FAIL', 'DROP', 'LITERAL']),
    nullKeyLiteral: request.option('map-null-key.literal') ?? 'null', ignoresNullFields: booleanFormatOption(request, 'encode.ignore-null-fields', false),
    hasPlainDecimals: booleanFormatOption(request, 'encode.decimal-as-plain-number', false),
  };
}

/** Records that are no JSON, or no record of the format, are left out where the options say so. */
function decoderOf(request: FormatRequest, decode: (record: Record<string, unknown>) => readonly TableRow[]): RecordDecoder {
  const ignoresErrors = booleanFormatOption(request, 'ignore-parse-errors', false);
  return (text) => {
    if (text.trim() === '') return [];
    try {
      return decode(parseJsonText(text) as Record<string, unknown>);
    } catch (failure) {
      if (ignoresErrors && failure instanceof FunctionError) return [];
      throw failure;
    }
  };
}

export const jsonFormat: TableFormat = {
  kind: 'text',
  identifier: 'json',
  options: [...COMMON_OPTIONS, 'fail-on-missing-field', 'decode.json-parser.enabled'],
  changes: INSERTS,
  createDecoder(request) {
    const decode = jsonRowDecoder(request.rowType, decodeOptions(request));
    return decoderOf(request, (record) => [decode(record)]);
  },
  createEncoder: (request) => jsonRowEncoder(request.rowType, encodeOptions(request)),
};

const withKind = (row: TableRow, kind: RowKind): TableRow => {
  row[KIND_KEY] = kind;
  return row;
};

function withMetadata(rows: readonly TableRow[], metadata: Record<string, unknown> | undefined): readonly TableRow[] {
  if (metadata !== undefined) for (const row of rows) Object.assign(row, metadata);
  return rows;
}

const corrupt = (format: string, record: unknown): never => {
  throw new FunctionError(`Corrupt ${format} JSON message '${JSON.stringify(record)}'.`);
};

export const debeziumJsonFormat: TableFormat = {
  kind: 'text',
  identifier: 'debezium-json',
  metadata: DEBEZIUM_METADATA,
  options: [...COMMON_OPTIONS, 'schema-include'],
  changes: ALL_CHANGES,
  createDecoder(request) {
    const decode = jsonRowDecoder(request.rowType, decodeOptions(request));
    const hasSchema = booleanFormatOption(request, 'schema-include', false);
    const rowsOf = (record: Record<string, unknown>, message: Record<string, unknown>): readonly TableRow[] => {
      const { op, before, after } = message;
      // A snapshot reads rows ('r'); those are new ones here.
      if (op === 'c' || op === 'r') return [withKind(decode(after), RowKind.INSERT)];
      const before_ = (): TableRow => (before === null || before === undefined ? noBefore(String(op)) : decode(before));
      if (op === 'u') return [withKind(before_(), RowKind.UPDATE_BEFORE), withKind(decode(after), RowKind.UPDATE_AFTER)];
      if (op === 'd') return [withKind(before_(), RowKind.DELETE)];
      throw new FunctionError(`Unknown "op" value "${String(op)}". The Debezium JSON message is '${JSON.stringify(record)}'`);
    };
    const metadata = metadataReader(DEBEZIUM_METADATA, request);
    return decoderOf(request, (record) => {
      const message = (hasSchema ? record['payload'] ?? corrupt('Debezium', record) : record) as Record<string, unknown>;
      return withMetadata(rowsOf(record, message), metadata?.(message, record));
    });
  },
  createEncoder(request) {
    if (booleanFormatOption(request, 'schema-include', false)) request.refuse('schema-include', "is true: Debezium JSON serialization doesn't support it, records are written without schema.");
    const encode = jsonRowEncoder(request.rowType, encodeOptions(request));
    return (row) => (isAccumulate(kindOf(row)) ? `{"before":null,"after":${encode(row)},"op":"c"}` : `{"before":${encode(row)},"after":null,"op":"d"}`);
  },
};

function noBefore(operation: string): never {
  throw new FunctionError(`The "before" field of ${operation === 'u' ? 'UPDATE' : 'DELETE'} message is null, if you are using Debezium Postgres Connector, please check the Postgres table has been set REPLICA IDENTITY to FULL level.`);
}

/** What an update does not name in `old` was before as it is now. */
function beforeOf(after: TableRow, oldRow: TableRow, old: Record<string, unknown>, names: readonly string[], keys: readonly string[]): TableRow {
  const row: TableRow = {};
  for (const [index, key] of keys.entries()) row[key] = names[index]! in old ? oldRow[key] : after[key];
  return withKind(row, RowKind.UPDATE_BEFORE);
}

interface ListOrRow {
  readonly format: 'canal' | 'maxwell';
  readonly identifier: string;
  readonly options: readonly string[];
}

/** Both name their kinds by words and give the old values of what an update changed; Canal holds lists of rows, Maxwell one row. */
function changesFormat({ format, identifier, options }: ListOrRow): TableFormat {
  const isList = format === 'canal';
  const word = (kind: string): string => (isList ? kind : kind.toLowerCase());
  return {
    kind: 'text',
    identifier,
    metadata: isList ? CANAL_METADATA : MAXWELL_METADATA,
    options: [...COMMON_OPTIONS, ...options],
    changes: ALL_CHANGES,
    createDecoder(request) {
      const decode = jsonRowDecoder(request.rowType, decodeOptions(request));
      const decodeOld = jsonRowDecoder(request.rowType, { ...decodeOptions(request), failsOnMissingField: false });
      const names = request.rowType.fields.map(({ name }) => name);
      const keys = fieldKeys(request.rowType);
      const wanted = { database: request.option('database.include'), table: request.option('table.include') };
      const metadata = metadataReader(isList ? CANAL_METADATA : MAXWELL_METADATA, request);
      const rowsOf = (record: Record<string, unknown>): readonly TableRow[] => {
        if (wanted.database !== undefined && !new RegExp(`^(?:${wanted.database})$`).test(String(record['database']))) return [];
        if (wanted.table !== undefined && !new RegExp(`^(?:${wanted.table})$`).test(String(record['table']))) return [];
        const type = String(record['type']).toUpperCase();
        if (isList && type === 'CREATE') return [];
        const listOf = (value: unknown): Record<string, unknown>[] => (isList ? (Array.isArray(value) ? value as Record<string, unknown>[] : corrupt('Canal', record)) : [(value ?? corrupt('Maxwell', record)) as Record<string, unknown>]);
        const data = listOf(record['data']);
        if (type === 'INSERT') return data.map((row) => withKind(decode(row), RowKind.INSERT));
        if (type === 'DELETE') return data.map((row) => withKind(decode(row), RowKind.DELETE));
        if (type !== 'UPDATE') throw new FunctionError(`Unknown "type" value "${String(record['type'])}". The ${isList ? 'Canal' : 'Maxwell'} JSON message is '${JSON.stringify(record)}'`);
        const old = listOf(record['old']);
        return data.flatMap((row, index) => {
          const after = withKind(decode(row), RowKind.UPDATE_AFTER);
          return [beforeOf(after, decodeOld(old[index] ?? {}), old[index] ?? {}, names, keys), after];
        });
      };
      return decoderOf(request, (record) => withMetadata(rowsOf(record), metadata?.(record, record)));
    },
    createEncoder(request) {
      const encode = jsonRowEncoder(request.rowType, encodeOptions(request));
      return (row) => `{"data":${isList ? `[${encode(row)}]` : encode(row)},"type":"${word(isAccumulate(kindOf(row)) ? 'INSERT' : 'DELETE')}"}`;
    },
  };
}

export const canalJsonFormat = changesFormat({ format: 'canal', identifier: 'canal-json', options: ['database.include', 'table.include'] });
export const maxwellJsonFormat = changesFormat({ format: 'maxwell', identifier: 'maxwell-json', options: [] });
