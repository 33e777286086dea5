// Writes rows into a table of a database, at least once: what was written since the last checkpoint is written again after a
// failure, which changes nothing where rows have keys. Thread: the slot's.
import { JdbcSinkWriter } from '#connectors/jdbc/writer';
import type { DatabaseAddress, DatabaseStatement } from '#platform/database/database-messages';
import type { Sink, SinkWriterContext } from '#streaming/sink/sink';

export interface JdbcWrite<T> {
  readonly address: DatabaseAddress;
  /** Carried out as one transaction. Of rows with keys each key is there once. */
  readonly statementsOf: (rows: readonly T[]) => readonly DatabaseStatement[];
  /** Of rows with equal keys the last one counts. Undefined: rows are appended. */
  readonly keyOf: ((row: T) => string) | undefined;
  /** Rows are written when there are so many, … */
  readonly bufferRows: number;
  /** … or when the first of them is so old. 0: with checkpoints, or when there are enough. */
  readonly bufferMs: number;
  readonly retriesMax: number;
}

export class JdbcSink<T> implements Sink<T, never, never> {
  readonly name = 'JDBC Sink';
  readonly #write: JdbcWrite<T>;

  constructor(write: JdbcWrite<T>) {
    this.#write = write;
  }

  createWriter(context: SinkWriterContext): JdbcSinkWriter<T> {
    return new JdbcSinkWriter(context, this.#write);
  }
}
