// Watches the memory of a slot outside of managed and network memory: its heap, and its buffers, which V8 does not count
// as heap. V8 counts garbage as used, so one look above a limit proves nothing: the job fails when twice the limit is in
// use (half of V8's hard one), or when use was not once below the limit for LIMIT_MS, in which a full collection has long
// taken place. Thread: the slot's, once per turn.
import type { HeapStatistics } from '#platform/process/process';
import { TaskManagerError } from '#taskmanager/errors';

const LIMIT_MS = 10_000;
const FACTOR_AT_ONCE = 2;
/** Time between two looks. */
const LOOK_MS = 20;
/** The engine's own buffers in a slot (batches, overdraft): framework off-heap memory, beyond the tasks' share. */
const ENGINE_BUFFER_BYTES = 128 * 2 ** 20;

export interface SlotLimits {
  readonly heapBytes: number;
  /** Task off-heap memory of the slot; 0 leaves only the engine's own. */
  readonly offHeapBytes: number;
}

export class HeapGuard {
  readonly #limits: SlotLimits;
  readonly #statistics: () => HeapStatistics;
  readonly #heap: Watch;
  readonly #offHeap: Watch;
  #lookedMs = -Infinity;

  constructor(limits: SlotLimits, statistics: () => HeapStatistics) {
    this.#limits = limits;
    this.#statistics = statistics;
    this.#heap = new Watch(limits.heapBytes);
    this.#offHeap = new Watch(limits.offHeapBytes + ENGINE_BUFFER_BYTES);
  }

  /** The error that ends the job, or undefined while all is well. @param nowMs monotonic. */
  check(nowMs: number): TaskManagerError | undefined {
    if (nowMs - this.#lookedMs < LOOK_MS) return undefined;
    this.#lookedMs = nowMs;
    const { usedBytes, externalBytes } = this.#statistics();
    if (this.#heap.isOver(usedBytes, nowMs)) {
      return new TaskManagerError('SLOT_HEAP_LIMIT', `the heap of a slot holds ${mebibytes(usedBytes)} MiB, its share is ${mebibytes(this.#limits.heapBytes)} MiB: `
        + 'raise taskmanager.memory.task.heap.size, keep less in functions, or use fewer slots (taskmanager.numberOfTaskSlots)', { context: { usedBytes, limitBytes: this.#limits.heapBytes } });
    }
    if (!this.#offHeap.isOver(externalBytes, nowMs)) return undefined;
    return new TaskManagerError('SLOT_OFF_HEAP_LIMIT', `buffers of a slot hold ${mebibytes(externalBytes)} MiB outside of its heap, its share of task off-heap memory is ${mebibytes(this.#limits.offHeapBytes)} MiB: `
      + 'raise taskmanager.memory.task.off-heap.size, or keep fewer Buffers and typed arrays in functions', { context: { externalBytes, limitBytes: this.#limits.offHeapBytes } });
  }
}

class Watch {
  readonly #limitBytes: number;
  #belowMs = -Infinity;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  isOver(bytes: number, nowMs: number): boolean {
    if (bytes <= this.#limitBytes || this.#belowMs === -Infinity) this.#belowMs = nowMs;
    return bytes > this.#limitBytes * FACTOR_AT_ONCE || nowMs - this.#belowMs >= LIMIT_MS;
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
