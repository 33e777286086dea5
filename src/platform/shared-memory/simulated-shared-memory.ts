// SharedMemory with a limit, so that running out can be met on purpose. One thread.
import { assert } from '#core/assert';
import { PlatformError } from '#platform/errors';
import type { SharedMemory } from '#platform/shared-memory/shared-memory';

export class SimulatedSharedMemory implements SharedMemory {
  readonly #limitBytes: number;
  readonly #published = new Map<string, readonly SharedArrayBuffer[]>();
  #bytesAllocated = 0;
  #bytesTouched = 0;

  /** @param options.limitBytes what the simulated host has, default unlimited. */
  constructor(options: { readonly limitBytes?: number } = {}) {
    this.#limitBytes = options.limitBytes ?? Infinity;
  }

  get bytesAllocated(): number {
    return this.#bytesAllocated;
  }

  /** Sum of all ranges touched ahead. */
  get bytesTouched(): number {
    return this.#bytesTouched;
  }

  allocate(bytes: number): SharedArrayBuffer {
    assert(Number.isSafeInteger(bytes) && bytes >= 0, `a size is a whole number of bytes, got ${bytes}`);
    if (bytes > this.#limitBytes - this.#bytesAllocated || bytes > 2 ** 40) {
      throw new PlatformError('SHARED_MEMORY_EXHAUSTED', `the simulated host gives no ${bytes} bytes of shared memory: ${this.#bytesAllocated} of ${this.#limitBytes} are in use`, { context: { bytes } });
    }
    this.#bytesAllocated += bytes;
    return new SharedArrayBuffer(bytes);
  }

  release(buffer: SharedArrayBuffer): void {
    assert(buffer.byteLength <= this.#bytesAllocated, 'a buffer is released once, at the door that made it');
    this.#bytesAllocated -= buffer.byteLength;
  }

  touch(buffer: SharedArrayBuffer, from: number, to: number): void {
    assert(from >= 0 && to <= buffer.byteLength, `[${from}, ${to}) lies within ${buffer.byteLength} bytes`);
    this.#bytesTouched += to - from;
  }

  publish(name: string, buffers: readonly SharedArrayBuffer[] | undefined): void {
    if (buffers === undefined) this.#published.delete(name);
    else this.#published.set(name, buffers);
  }

  published(name: string): readonly SharedArrayBuffer[] | undefined {
    return this.#published.get(name);
  }
}
