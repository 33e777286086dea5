// Gathers rows and writes them as one transaction. One transaction is under way while the next is gathered; a flush waits for
// both. Invariant: after flush nothing is gathered or under way. Thread: the slot's.
import type { JdbcWrite } from '#connectors/jdbc/sink';
import { DatabaseConnection } from '#platform/database/database-thread';
import type { Cancellable } from '#platform/clock/clock';
import type { SinkWriter, SinkWriterContext } from '#streaming/sink/sink';

export class JdbcSinkWriter<T> implements SinkWriter<T, never, never> {
  readonly #context: SinkWriterContext;
  readonly #write: JdbcWrite<T>;
  readonly #connection: DatabaseConnection;
  #rows: T[] = [];
  readonly #rowsByKey = new Map<string, T>();
  #gathered = 0;
  #underWay: number | undefined;
  #timer: Cancellable | undefined;
  /** What the timer met; thrown where the loop can see it. */
  #failure: unknown;

  constructor(context: SinkWriterContext, write: JdbcWrite<T>) {
    this.#context = context;
    this.#write = write;
    this.#connection = new DatabaseConnection(write.address);
  }

  write(element: T): void {
    this.#throwFailure();
    const { keyOf, bufferRows, bufferMs } = this.#write;
    if (keyOf === undefined) this.#rows.push(element);
    else {
      // To its place at the end: rows are written in the order of their last changes.
      const key = keyOf(element);
      this.#rowsByKey.delete(key);
      this.#rowsByKey.set(key, element);
    }
    if (++this.#gathered >= bufferRows) this.#send();
    else if (bufferMs > 0) this.#timer ??= this.#context.clock.schedule(bufferMs, () => this.#onTimer(), { isBackground: true });
  }

  writeWatermark(): void {
    this.#throwFailure();
  }

  flush(): void {
    this.#throwFailure();
    this.#send();
    this.#settle();
  }

  /** What a timer found is thrown at the latest here. */
  get isReady(): boolean {
    this.#throwFailure();
    return true;
  }

  close(): void {
    this.#timer?.cancel();
    this.#connection.close();
  }

  #onTimer(): void {
    try {
      this.#send();
    } catch (thrown) {
      this.#failure = thrown;
    }
  }

  /** Waits for the transaction before. */
  #send(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#gathered === 0) return;
    this.#settle();
    const rows = this.#write.keyOf === undefined ? this.#rows : [...this.#rowsByKey.values()];
    this.#rows = [];
    this.#rowsByKey.clear();
    this.#gathered = 0;
    this.#underWay = this.#connection.post({ kind: 'transaction', statements: this.#write.statementsOf(rows), retriesMax: this.#write.retriesMax });
    this.#context.count('numRecordsSend', rows.length);
  }

  #settle(): void {
    if (this.#underWay === undefined) return;
    const id = this.#underWay;
    this.#underWay = undefined;
    this.#connection.take(id);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }
}
