// Watches the heap of a slot against its share of memory. V8 counts garbage as used, so one look above the limit proves
// nothing: the job fails when the heap is twice the limit (half of V8's hard one), or when it has not once been below the
// limit for LIMIT_MS, in which a full collection has long taken place. Thread: the slot's, once per turn.
import type { HeapStatistics } from '#platform/process/process';
import { TaskManagerError } from '#taskmanager/errors';

const LIMIT_MS = 10_000;
const FACTOR_AT_ONCE = 2;
/** Time between two looks while the heap is well below the limit. */
const LOOK_MS = 20;

export class HeapGuard {
  readonly #limitBytes: number;
  readonly #heapStatistics: () => HeapStatistics;
  #belowMs = -Infinity;
  #lookedMs = -Infinity;

  constructor(limitBytes: number, heapStatistics: () => HeapStatistics) {
    this.#limitBytes = limitBytes;
    this.#heapStatistics = heapStatistics;
  }

  /** The error that ends the job, or undefined while all is well. @param nowMs monotonic. */
  check(nowMs: number): TaskManagerError | undefined {
    if (nowMs - this.#lookedMs < LOOK_MS) return undefined;
    this.#lookedMs = nowMs;
    const { usedBytes } = this.#heapStatistics();
    if (usedBytes <= this.#limitBytes || this.#belowMs === -Infinity) this.#belowMs = nowMs;
    if (usedBytes <= this.#limitBytes * FACTOR_AT_ONCE && nowMs - this.#belowMs < LIMIT_MS) return undefined;
    return new TaskManagerError('SLOT_HEAP_LIMIT', `the heap of a slot holds ${mebibytes(usedBytes)} MiB, its share is ${mebibytes(this.#limitBytes)} MiB: `
      + 'raise taskmanager.memory.task.heap.size, keep less in functions, or use fewer slots (taskmanager.numberOfTaskSlots)', { context: { usedBytes, limitBytes: this.#limitBytes } });
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 1048576).toFixed(0);
}
