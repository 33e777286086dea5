// A Nexmark query as a DataStream program: events in, rows of the query's result out, and how a row is printed.
import type { NexmarkEvent } from '#connectors/nexmark/event';
import { formatTimestamp } from '#core/time/format-timestamp';
import type { DataStream } from '#datastream/stream/data-stream';

export interface NexmarkColumn {
  readonly name: string;
  /** timestamp: epoch ms, printed as text; decimal3: printed as text with three decimals. */
  readonly kind: 'plain' | 'timestamp' | 'decimal3';
}

export interface NexmarkQuery {
  /** Of the canonical row, in this order. */
  readonly columns: readonly NexmarkColumn[];
  /** Rows with the properties of `columns`. */
  readonly build: (events: DataStream<NexmarkEvent>) => DataStream<any>; // any: each query has rows of its own
}

/** Columns by name; `dateTime!` marks a timestamp, `price#` a decimal with three places. */
export function columnsOf(...names: readonly string[]): readonly NexmarkColumn[] {
  return names.map((name) => {
    const kind = name.endsWith('!') ? 'timestamp' : name.endsWith('#') ? 'decimal3' : 'plain';
    return { name: name.replace(/[!#]$/, ''), kind };
  });
}

/** One JSON object without blanks, keys in the order of the columns. */
export function canonicalRow(columns: readonly NexmarkColumn[], row: Readonly<Record<string, unknown>>): string {
  return `{${columns.map(({ name, kind }) => `${JSON.stringify(name)}:${canonicalValue(kind, row[name])}`).join(',')}}`;
}

function canonicalValue(kind: NexmarkColumn['kind'], value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (kind === 'timestamp') return JSON.stringify(formatTimestamp(value as number));
  return kind === 'decimal3' ? JSON.stringify((value as number).toFixed(3)) : JSON.stringify(value);
}
