// The deferred snapshot of a timer service: its timers at the cut, chunk by chunk, while timers are registered and fire.
// Keys and namespaces stay in their rows meanwhile. hot path. Thread: the slot's.
//   group = | key | has namespace: byte | namespace, if it has | timestamp: float64 |*
import type { DeferredSnapshot, DeferredStep, SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import { GroupedOutput } from '#state/snapshot/grouped-output';
import { ChunkWalk } from '#state/tables/chunk-walk';
import type { TimerBuckets } from '#state/tables/timer-buckets';
import { forEachTimer } from '#state/tables/timer-entries';
import { TIMER_SECTION_VERSION, timerSerializers, type TimerSectionFormat } from '#state/timers/timer-sections';

export interface TimerCutOptions {
  readonly format: TimerSectionFormat;
  /** By section name. */
  readonly timers: ReadonlyMap<string, TimerBuckets>;
  /** Keys and namespaces may be swept again. Called once. */
  readonly onRead: () => void;
}

interface Section {
  readonly walk: ChunkWalk;
  readonly output: GroupedOutput;
  isRead: boolean;
}

export class TimerSnapshot implements DeferredSnapshot {
  readonly #sections: readonly Section[];
  readonly #onRead: () => void;
  #isClosed = false;

  constructor({ format, timers, onRead }: TimerCutOptions) {
    this.#onRead = onRead;
    this.#sections = [...timers].map(([name, buckets]) => {
      const output = new GroupedOutput({ name, version: TIMER_SECTION_VERSION, serializers: timerSerializers(format) }, format.keyGroupRange);
      const write = (timestamp: number, keyRow: number, namespaceRow: number): void => writeTimer(format, output, timestamp, keyRow, namespaceRow);
      const walk = new ChunkWalk((settleNow) => buckets.cutChunks(settleNow), (views) => forEachTimer(views, write));
      return { walk, output, isRead: false };
    });
  }

  step(output: SnapshotOutput, hasTime: () => boolean): DeferredStep {
    for (const section of this.#sections) {
      while (!section.isRead) {
        if (output.isFull) return 'more';
        section.isRead = section.walk.step(hasTime);
        section.output.giveFull(output);
        if (!section.isRead && !hasTime()) return 'more';
      }
    }
    for (const section of this.#sections) section.output.giveAll(output);
    return 'done';
  }

  /** Reads all that is left into memory, so that another cut may be made. */
  finishReading(): void {
    if (this.#isClosed) return;
    for (const section of this.#sections) {
      if (!section.isRead) section.walk.finish();
      section.isRead = true;
    }
    this.release();
  }

  /** Idempotent. */
  release(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { walk } of this.#sections) walk.close();
    this.#onRead();
  }
}

function writeTimer(format: TimerSectionFormat, grouped: GroupedOutput, timestamp: number, keyRow: number, namespaceRow: number): void {
  const key = format.keyAt(keyRow);
  const namespace = format.namespaceAt(namespaceRow);
  const keyGroup = format.keyGroupOf(key);
  const output = grouped.begin(keyGroup);
  format.keySerializer.write(key, output);
  output.writeBoolean(namespace !== undefined);
  if (namespace !== undefined) format.namespaceSerializer.write(namespace, output);
  output.writeFloat64(timestamp);
  grouped.end(keyGroup, output);
}
