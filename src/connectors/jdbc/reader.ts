// Reads splits one after the other through a cursor; the next rows are fetched while the last ones are handed out. Thread: the slot's.
import type { JdbcScan, JdbcSplit } from '#connectors/jdbc/source';
import { SplitReader } from '#connectors/splits/split-reader';
import { DatabaseConnection } from '#platform/database/database-thread';
import type { DatabaseCells } from '#platform/database/database-messages';
import { ReadStatus, type ReaderOutput, type RowSourceReader, type SourceReaderContext } from '#streaming/source/source';

/** How often an answer is looked for. */
const POLL_MS = 1;

export class JdbcSourceReader<T> extends SplitReader<JdbcSplit> implements RowSourceReader<T, JdbcSplit> {
  readonly kind = 'rows';
  readonly #context: SourceReaderContext;
  readonly #scan: JdbcScan<T>;
  #connection: DatabaseConnection | undefined;
  /** The first is the one that is read. */
  #splits: JdbcSplit[] = [];
  /** What was asked and not answered yet, in order. */
  #asked: number[] = [];
  #rows: readonly DatabaseCells[] = [];
  #next = 0;
  #isOpen = false;
  /** The server has no more rows of the split. */
  #isDrained = false;

  constructor(context: SourceReaderContext, scan: JdbcScan<T>) {
    super();
    this.#context = context;
    this.#scan = scan;
  }

  addSplits(splits: readonly JdbcSplit[]): void {
    this.#splits.push(...splits);
  }

  get nextPollMs(): number {
    return this.#asked.length === 0 ? Number.POSITIVE_INFINITY : this.#context.clock.now() + POLL_MS;
  }

  poll(output: ReaderOutput<T>): ReadStatus {
    const [split] = this.#splits;
    if (split === undefined) return this.isLastSplitKnown ? ReadStatus.END : ReadStatus.NOTHING;
    if (!this.#isOpen) this.#openCursor(split);
    if (this.#next === this.#rows.length && !this.#isDrained && !this.#takeRows()) return ReadStatus.NOTHING;
    const left = this.#scan.limit - split.offset;
    const count = Math.min(output.room, this.#rows.length - this.#next, left);
    for (let handed = 0; handed < count; handed++) output.collect(this.#scan.toRow(this.#rows[this.#next++]!), Number.NaN, split.id);
    this.#splits[0] = { ...split, offset: split.offset + count };
    if (count === left || (this.#isDrained && this.#next === this.#rows.length)) this.#finish(split);
    return ReadStatus.MORE;
  }

  snapshot(): readonly JdbcSplit[] {
    return [...this.#splits];
  }

  close(): void {
    this.#connection?.close();
  }

  #openCursor({ index, offset }: JdbcSplit): void {
    this.#connection ??= new DatabaseConnection(this.#scan.address);
    this.#asked = [this.#connection.post({ kind: 'open-cursor', statement: this.#scan.statements[index]!, offset })];
    this.#fetch();
    this.#isOpen = true;
    this.#isDrained = false;
  }

  #fetch(): void {
    this.#asked.push(this.#connection!.post({ kind: 'fetch', rows: this.#scan.fetchRows }));
  }

  /** False while the server has not answered. */
  #takeRows(): boolean {
    while (this.#asked.length > 0) {
      const rows = this.#connection!.tryTake(this.#asked[0]!);
      if (rows === undefined) return false;
      this.#asked.shift();
      // The answer to the opening has no rows either, but another one behind it.
      if (rows.length === 0 && this.#asked.length > 0) continue;
      this.#rows = rows;
      this.#next = 0;
      this.#isDrained = rows.length < this.#scan.fetchRows;
      if (!this.#isDrained) this.#fetch();
      return true;
    }
    return true;
  }

  #finish(split: JdbcSplit): void {
    // Rows that were fetched and are not wanted: the connection's next cursor comes behind them.
    for (const id of this.#asked.splice(0)) this.#connection!.take(id);
    this.#rows = [];
    this.#next = 0;
    this.#isOpen = false;
    this.markFinished(split);
    this.#splits.shift();
  }
}
