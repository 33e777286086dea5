// What changelogs of Debezium, Canal and Maxwell say of a change beside its rows: metadata columns by Flink's keys.
import { FunctionError } from '#table/errors';
import type { FormatRequest } from '#table/formats/table-format';
import { LogicalTypes, type LogicalType } from '#table/types/logical-type';
import { castImplementation } from '#table/values/cast-value';

type Message = Readonly<Record<string, unknown>>;

export interface ChangeMetadata {
  readonly type: LogicalType;
  /** Undefined and null are NULL. `envelope` is what the change may be wrapped in. */
  readonly read: (message: Message, envelope: Message) => unknown;
}

const { STRING } = LogicalTypes;
const INSTANT = LogicalTypes.TIMESTAMP_LTZ(3);
const TEXTS = LogicalTypes.MAP(STRING, STRING);

const textOf = (value: unknown): unknown => (value === undefined || value === null || typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value as number));
const instantOf = (value: unknown): unknown => (value === undefined || value === null ? null : Number(textOf(value)));
const text = (name: string): ChangeMetadata => ({ type: STRING, read: (message) => textOf(message[name]) });
const instant = (name: string): ChangeMetadata => ({ type: INSTANT, read: (message) => instantOf(message[name]) });
const texts = (name: string): ChangeMetadata => ({ type: LogicalTypes.ARRAY(STRING), read: (message) => (Array.isArray(message[name]) ? message[name].map(textOf) : null) });

const sourceOf = (message: Message): Message => (typeof message['source'] === 'object' && message['source'] !== null ? message['source'] as Message : {});
const source = (name: string): ChangeMetadata => ({ type: STRING, read: (message) => textOf(sourceOf(message)[name]) });

export const DEBEZIUM_METADATA: ReadonlyMap<string, ChangeMetadata> = new Map([
  ['schema', { type: STRING, read: (_message, envelope) => textOf(envelope['schema']) }],
  ['ingestion-timestamp', instant('ts_ms')],
  ['source.timestamp', { type: INSTANT, read: (message) => instantOf(sourceOf(message)['ts_ms']) }],
  ['source.database', source('db')], ['source.schema', source('schema')], ['source.table', source('table')],
  ['source.properties', { type: TEXTS, read: (message) => (message['source'] === undefined || message['source'] === null ? null : new Map(Object.entries(sourceOf(message)).map(([name, value]) => [name, textOf(value) ?? null]))) }],
]);

export const CANAL_METADATA: ReadonlyMap<string, ChangeMetadata> = new Map([
  ['database', text('database')], ['table', text('table')], ['pk-names', texts('pkNames')], ['ingestion-timestamp', instant('ts')], ['event-timestamp', instant('es')],
  ['sql-type', { type: LogicalTypes.MAP(STRING, LogicalTypes.INT), read: ({ sqlType }: Message) => (typeof sqlType === 'object' && sqlType !== null ? new Map(Object.entries(sqlType).map(([name, value]) => [name, Number(textOf(value))])) : null) }],
]);

export const MAXWELL_METADATA: ReadonlyMap<string, ChangeMetadata> = new Map([
  ['database', text('database')], ['table', text('table')], ['primary-key-columns', texts('primary_key_columns')], ['ingestion-timestamp', instant('ts')],
]);

/** Values of the metadata columns of a request, by key of the row. Throws FunctionError where a column cannot have the type it is given. */
export function metadataReader(known: ReadonlyMap<string, ChangeMetadata>, { metadata = [], timeZone }: FormatRequest): ((message: Message, envelope: Message) => Record<string, unknown>) | undefined {
  if (metadata.length === 0) return undefined;
  const columns = metadata.map(({ key, name, type }) => {
    const found = known.get(name);
    if (found === undefined) throw new FunctionError(`the format has no metadata '${name}'`);
    const cast = castImplementation(found.type, type, timeZone);
    return { key, read: (message: Message, envelope: Message) => {
      const value = found.read(message, envelope);
      return value === undefined || value === null ? null : cast(value) as unknown;
    } };
  });
  return (message, envelope) => Object.fromEntries(columns.map(({ key, read }) => [key, read(message, envelope)]));
}

