// What is deferred of one subtask's cut, part after part. Invariant: every part is released exactly once, after its last
// step and after a promise it gave has settled. Thread: the slot's.
import type { DeferredSnapshot } from '#state/snapshot/deferred-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { SnapshotCollector } from '#state/snapshot/snapshot-collector';
import type { SlicedWork } from '#taskmanager/slots/deferred-work';

interface Part {
  readonly output: SnapshotCollector;
  readonly deferred: DeferredSnapshot;
}

export class SubtaskSnapshotWork implements SlicedWork {
  /** Everything the cut covers, by operator id; undefined when it was canceled. Rejects with what a part threw. */
  readonly finished: Promise<ReadonlyMap<string, OperatorSnapshot> | undefined>;
  readonly #cut: ReadonlyMap<string, OperatorSnapshot>;
  readonly #outputs = new Map<string, SnapshotCollector>();
  readonly #parts: Part[];
  #resolve: (snapshots: ReadonlyMap<string, OperatorSnapshot> | undefined) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #isWaiting = false;
  #isOver = false;

  constructor(cut: ReadonlyMap<string, OperatorSnapshot>) {
    this.#cut = cut;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    for (const operatorId of cut.keys()) this.#outputs.set(operatorId, new SnapshotCollector());
    this.#parts = [...cut].flatMap(([operatorId, { deferred = [] }]) => deferred.map((part) => ({ output: this.#outputs.get(operatorId)!, deferred: part })));
  }

  advance(hasTime: () => boolean): 'more' | 'waiting' | 'over' {
    if (this.#isOver) return this.#isWaiting ? 'waiting' : 'over';
    if (this.#isWaiting) return 'waiting';
    try {
      while (this.#parts.length > 0) {
        const { deferred, output } = this.#parts[0]!;
        const step = deferred.step(output, hasTime);
        if (step instanceof Promise) return this.#await(step);
        if (step === 'done') this.#release();
        if (!hasTime() && this.#parts.length > 0) return 'more';
      }
    } catch (error) {
      return this.#fail(error);
    }
    this.#isOver = true;
    this.#resolve(new Map([...this.#cut].map(([operatorId, snapshot]) => [operatorId, this.#outputs.get(operatorId)!.addTo(snapshot)])));
    return 'over';
  }

  /** The checkpoint was given up, or the task ends. Idempotent. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#isWaiting) this.#releaseAll();
    this.#resolve(undefined);
  }

  #await(promise: Promise<void>): 'waiting' {
    this.#isWaiting = true;
    promise.then(() => this.#resume(), (error: unknown) => {
      this.#resume();
      this.#fail(error);
    });
    return 'waiting';
  }

  #resume(): void {
    this.#isWaiting = false;
    if (this.#isOver) this.#releaseAll();
  }

  #fail(error: unknown): 'over' {
    this.#isOver = true;
    this.#releaseAll();
    this.#reject(error);
    return 'over';
  }

  #release(): void {
    this.#parts.shift()!.deferred.release();
  }

  #releaseAll(): void {
    while (this.#parts.length > 0) this.#release();
  }
}
