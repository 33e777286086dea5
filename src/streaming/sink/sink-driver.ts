// Runs one sink writer in a chain, and its committer: what is prepared at a checkpoint is committed when it is complete.
// Committables of checkpoints not known to be complete are kept in the snapshot, so that a restore commits them again.
import { decodePlain, encodePlain } from '#core/serialization/plain-value';
import type { OperatorSection, OperatorSnapshot, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import type { Committer, Sink, SinkWriter, SinkWriterContext } from '#streaming/sink/sink';

const WRITER_SECTION = 'sink/writer';
const COMMITTABLES_SECTION = 'sink/committables';
const SECTION_VERSION = 1;

export class SinkDriver {
  readonly writer: SinkWriter<unknown, unknown, unknown>;
  readonly #committer: Committer<unknown> | undefined;
  readonly #prepared = new Map<number, readonly unknown[]>();
  /** Prepared at the end of input; belongs to the next checkpoint. */
  #last: readonly unknown[] = [];

  constructor(sink: Sink, context: SinkWriterContext, restored: RestoredOperatorState | undefined) {
    this.writer = sink.createWriter(context);
    this.#committer = sink.createCommitter?.(context);
    if (restored === undefined) return;
    const committables = restored.operator(COMMITTABLES_SECTION).flatMap((item) => decodePlain(item.bytes) as unknown[]);
    if (committables.length > 0) this.#committer?.commit(committables);
    this.writer.restore?.(restored.operator(WRITER_SECTION).map((item) => decodePlain(item.bytes)));
  }

  /** The first half of two-phase commit and the writer's state; called before the barrier goes on. */
  snapshot(checkpointId: number): OperatorSnapshot {
    this.writer.flush(false);
    const prepared = [...this.#last, ...(this.writer.prepareCommit?.(checkpointId) ?? [])];
    this.#last = [];
    if (prepared.length > 0) this.#prepared.set(checkpointId, prepared);
    const states = this.writer.snapshot?.(checkpointId) ?? [];
    const sections: OperatorSection[] = [];
    if (states.length > 0) sections.push({ name: WRITER_SECTION, version: SECTION_VERSION, mode: this.writer.stateMode ?? 'split', items: states.map(encodePlain) });
    const pending = [...this.#prepared.values()].filter((committables) => committables.length > 0);
    if (pending.length > 0) sections.push({ name: COMMITTABLES_SECTION, version: SECTION_VERSION, mode: 'split', items: pending.map(encodePlain) });
    return { keyed: [], operator: sections };
  }

  checkpointComplete(checkpointId: number): void {
    for (const [id, committables] of [...this.#prepared].sort(([a], [b]) => a - b)) {
      if (id > checkpointId) continue;
      this.#committer?.commit(committables);
      this.#prepared.delete(id);
    }
  }

  /** Everything is written. Without checkpoints it is committed now, else with the next one. */
  finish(isCheckpointed: boolean): void {
    this.writer.flush(true);
    this.#last = this.writer.prepareCommit?.(Number.MAX_SAFE_INTEGER) ?? [];
    if (isCheckpointed) return;
    this.checkpointComplete(Number.MAX_SAFE_INTEGER);
    if (this.#last.length > 0) this.#committer?.commit(this.#last);
    this.#last = [];
  }

  /** Some of what was prepared is not committed yet. */
  get hasUncommitted(): boolean {
    return this.#committer !== undefined && (this.#last.length > 0 || this.#prepared.size > 0);
  }

  close(): void {
    this.writer.close();
    this.#committer?.close();
  }
}
