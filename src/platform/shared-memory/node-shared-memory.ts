// SharedMemory from V8. Main thread allocates; any thread may touch.
import { getEnvironmentData, setEnvironmentData, type Serializable } from 'node:worker_threads';
import { assert } from '#core/assert';
import { PlatformError } from '#platform/errors';
import type { SharedMemory } from '#platform/shared-memory/shared-memory';

const PAGE_BYTES = 4096;
/** Environment data of threads belongs to whole processes. */
const NAME_PREFIX = 'millrace/shared/';

export class NodeSharedMemory implements SharedMemory {
  #bytesAllocated = 0;

  get bytesAllocated(): number {
    return this.#bytesAllocated;
  }

  allocate(bytes: number): SharedArrayBuffer {
    assert(Number.isSafeInteger(bytes) && bytes >= 0, `a size is a whole number of bytes, got ${bytes}`);
    let buffer: SharedArrayBuffer;
    try {
      buffer = new SharedArrayBuffer(bytes);
    } catch (cause) {
      throw new PlatformError('SHARED_MEMORY_EXHAUSTED', `the host gives no ${bytes} bytes of shared memory: choose smaller memory sizes (see millrace explain-memory)`, { cause, context: { bytes } });
    }
    this.#bytesAllocated += bytes;
    return buffer;
  }

  release(buffer: SharedArrayBuffer): void {
    assert(buffer.byteLength <= this.#bytesAllocated, 'a buffer is released once, at the door that made it');
    this.#bytesAllocated -= buffer.byteLength;
  }

  touch(buffer: SharedArrayBuffer, from: number, to: number): void {
    assert(from >= 0 && to <= buffer.byteLength, `[${from}, ${to}) lies within ${buffer.byteLength} bytes`);
    const words = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
    for (let page = from - (from % PAGE_BYTES); page < to; page += PAGE_BYTES) {
      // Adding nothing is a write to the page, and harmless to a thread that writes the cell at the same time.
      const index = page / 4;
      if (index < words.length) Atomics.add(words, index, 0);
    }
  }

  publish(name: string, buffers: readonly SharedArrayBuffer[] | undefined): void {
    setEnvironmentData(NAME_PREFIX + name, buffers as Serializable | undefined);
  }

  published(name: string): readonly SharedArrayBuffer[] | undefined {
    return getEnvironmentData(NAME_PREFIX + name) as unknown as readonly SharedArrayBuffer[] | undefined;
  }
}
