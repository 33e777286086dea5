// Makes the bytes of one subtask's cut, part after part: what is deferred first, since it holds on to memory or files, then
// what the cut brought along. Invariant: every part is released exactly once: after its last step, after a promise it gave
// has settled, and after its files are stored. Thread: the slot's.
import type { StateOutput, SubtaskStateWriter } from '#state/checkpoint-storage/subtask-state-writer';
import type { DeferredSnapshot } from '#state/snapshot/deferred-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { SlicedWork } from '#taskmanager/slots/deferred-work';
import { CutSections } from '#taskmanager/slots/cut-sections';

interface Part {
  readonly output: StateOutput;
  readonly snapshot: DeferredSnapshot;
}

export class SubtaskSnapshotWork implements SlicedWork {
  /** True when the writer has got everything, false when the work was canceled. Rejects with what a part threw. */
  readonly finished: Promise<boolean>;
  readonly #parts: Part[];
  #resolve: (isWhole: boolean) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #isWaiting = false;
  /** The first part has been done and waits for its files. */
  #isDone = false;
  #isOver = false;

  constructor(cut: ReadonlyMap<string, OperatorSnapshot>, writer: Pick<SubtaskStateWriter, 'outputOf'>) {
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const operators = [...cut].map(([operatorId, snapshot]) => ({ output: writer.outputOf(operatorId), snapshot }));
    this.#parts = [
      ...operators.flatMap(({ output, snapshot: { deferred = [] } }) => deferred.map((part) => ({ output, snapshot: part }))),
      ...operators.map(({ output, snapshot }) => ({ output, snapshot: new CutSections(snapshot, output) })),
    ];
  }

  /** Nothing is deferred, or all of it has been made. */
  get isOver(): boolean {
    return this.#isOver;
  }

  advance(hasTime: () => boolean): 'more' | 'waiting' | 'over' {
    if (this.#isWaiting) return 'waiting';
    if (this.#isOver) return 'over';
    try {
      while (this.#parts.length > 0) {
        const { snapshot, output } = this.#parts[0]!;
        if (!this.#isDone && output.isFull) return 'waiting';
        const step = this.#isDone ? 'done' : snapshot.step(output, hasTime);
        if (step instanceof Promise) return this.#await(step);
        if (step === 'done') {
          this.#isDone = true;
          const { filesStored } = output;
          if (filesStored !== undefined) return this.#await(filesStored);
          this.#release();
        }
        if (!hasTime() && this.#parts.length > 0) return 'more';
      }
    } catch (error) {
      return this.#fail(error);
    }
    this.#isOver = true;
    this.#resolve(true);
    return 'over';
  }

  /** The checkpoint was given up, or the task ends. Idempotent. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#isWaiting) this.#releaseAll();
    this.#resolve(false);
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
    this.#isDone = false;
    this.#parts.shift()!.snapshot.release();
  }

  #releaseAll(): void {
    while (this.#parts.length > 0) this.#release();
  }
}
