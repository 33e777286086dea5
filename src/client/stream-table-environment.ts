// A table environment whose tables and the streams of its program become each other, within one job.
import { DataStream } from '#datastream/stream/data-stream';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { TableEnvironment, type TableEnvironmentOptions } from '#table/api/table-environment';
import { INSERTS, type SourceChanges } from '#table/factories/table-factory';
import { Table } from '#table/fluent/table';
import type { Schema } from '#table/fluent/schema';
import type { RowKind } from '#table/runtime/row-kind';
import { resolveStreamTable } from '#table/streams/stream-schema';
import { StatementValidator } from '#table/validator/statement-validator';

const CHANGES: SourceChanges = { updates: true, deletes: true, hasUpdateBefore: true };
const UPSERTS: SourceChanges = { updates: true, deletes: true, hasUpdateBefore: false };

/** A record of a changelog: the columns, and which change it is. None = an insert. */
export type ChangelogRecord<T = Record<string, any>> = T & { readonly $kind?: RowKind }; // any: columns of every type

export class StreamTableEnvironment extends TableEnvironment {
  readonly #environment: StreamExecutionEnvironment;

  constructor(options: Omit<TableEnvironmentOptions, 'environment'> & { readonly environment: StreamExecutionEnvironment }) {
    super(options);
    this.#environment = options.environment;
  }

  /**
   * The records as rows, inserts only. Columns are those of the schema or, without one, of the stream's type. A schema may add computed
   * columns, `columnByMetadata('rowtime', 'TIMESTAMP_LTZ(3)')` for the timestamps of records, and a watermark; `SOURCE_WATERMARK()` means
   * the stream's own.
   */
  fromDataStream(stream: DataStream<any>, schema?: Schema): Table { // any: records of every program
    return this.#tableOf(stream, schema, INSERTS);
  }

  /** Records with `$kind`. `mode: 'upsert'`: updates come without -U, and the schema has a primary key. */
  fromChangelogStream(stream: DataStream<any>, schema?: Schema, options: { readonly mode?: 'all' | 'upsert' } = {}): Table { // any: as above
    return this.#tableOf(stream, schema, options.mode === 'upsert' ? UPSERTS : CHANGES);
  }

  /** A table or a stream under a name. */
  override createTemporaryView(path: string, source: Table | DataStream<any>, schema?: Schema): void { // any: as above
    super.createTemporaryView(path, source instanceof DataStream ? this.fromDataStream(source, schema) : source);
  }

  /** Rows as objects by column name, values as in `collect()`. Throws TABLE_CHANGELOG_MISMATCH where rows are updated. */
  toDataStream<T = Record<string, any>>(table: Table): DataStream<T> { // any: columns of every type
    return new DataStream<T>(this.#environment, this.executor.streamOf(table.logicalPlan, { isChangelog: false }));
  }

  /** Every change, its kind in `$kind`; where a table only inserts, records have none. */
  toChangelogStream<T = Record<string, any>>(table: Table): DataStream<ChangelogRecord<T>> { // any: as above
    return new DataStream<ChangelogRecord<T>>(this.#environment, this.executor.streamOf(table.logicalPlan, { isChangelog: true }));
  }

  #tableOf(stream: DataStream<any>, schema: Schema | undefined, changes: SourceChanges): Table { // any: as above
    const table = resolveStreamTable(stream.transformation, schema, changes, this.session);
    return new Table(new StatementValidator('', this.session).scanOf(table), this.context);
  }
}
