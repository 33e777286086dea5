// Sink of simulated jobs into the external system's transactions. It can be slow: then rows wait in channels.
import type { Committer, Sink, SinkWriter, SinkWriterContext } from '#streaming/sink/sink';
import type { World } from './world.js';

interface Committable {
  readonly id: string;
}

export interface SinkPace {
  /** ms that the sink takes no more after this many rows; 0 rows: never. */
  readonly pauseMs: number;
  readonly rowsBetweenPauses: number;
}

export class TransactionSink implements Sink<string, never, Committable> {
  readonly name = 'Transactions';
  readonly #world: World;
  readonly #pace: SinkPace;

  constructor(world: World, pace: SinkPace) {
    this.#world = world;
    this.#pace = pace;
  }

  createWriter(context: SinkWriterContext): SinkWriter<string, never, Committable> {
    return new TransactionWriter(context, this.#world, this.#pace);
  }

  createCommitter(): Committer<Committable> {
    const committer: Committer<Committable> = {
      commit: (committables) => {
        for (const { id } of committables) this.#world.log.commit(id, committer);
      },
      close: () => undefined,
    };
    return committer;
  }
}

class TransactionWriter implements SinkWriter<string, never, Committable> {
  readonly #context: SinkWriterContext;
  readonly #world: World;
  readonly #pace: SinkPace;
  readonly #id: number;
  #rows: string[] = [];
  #count = 0;
  #transactions = 0;
  #readyMs = 0;

  constructor(context: SinkWriterContext, world: World, pace: SinkPace) {
    this.#context = context;
    this.#world = world;
    this.#pace = pace;
    this.#id = world.newId();
  }

  write(row: string): void {
    this.#rows.push(row);
    const { rowsBetweenPauses, pauseMs } = this.#pace;
    if (rowsBetweenPauses > 0 && ++this.#count % rowsBetweenPauses === 0) this.#readyMs = this.#context.clock.now() + pauseMs;
  }

  get isReady(): boolean {
    return this.#context.clock.now() >= this.#readyMs;
  }

  flush(): void {}

  prepareCommit(): readonly Committable[] {
    if (this.#rows.length === 0) return [];
    const id = `${this.#context.operatorId.slice(0, 4)}-${this.#context.subtaskIndex}-${this.#id}-${this.#transactions++}`;
    this.#world.log.write(id, this.#rows);
    this.#rows = [];
    return [{ id }];
  }

  close(): void {}
}
