// The door to memory that several threads see. Invariant: bytesAllocated is the sum of what this door gave out and did
// not get back. Reserving costs no resident memory; the first touch of a page does.

export interface SharedMemory {
  /**
   * `bytes` zeroed bytes, shared between threads.
   * @throws PlatformError SHARED_MEMORY_EXHAUSTED.
   */
  allocate(bytes: number): SharedArrayBuffer;
  /** The caller lets go of a buffer from allocate; the host frees it when no thread holds it any more. */
  release(buffer: SharedArrayBuffer): void;
  /** Makes the pages that hold bytes [from, to) resident, contents unchanged; about 0.44 ms per MiB: do it in steps. */
  touch(buffer: SharedArrayBuffer, from: number, to: number): void;
  /** Gives buffers a name under which this thread, and every thread that starts from now on, finds them; undefined forgets them. */
  publish(name: string, buffers: readonly SharedArrayBuffer[] | undefined): void;
  /** What was published under `name` by this thread, or before it started by the one that started it. */
  published(name: string): readonly SharedArrayBuffer[] | undefined;
  readonly bytesAllocated: number;
}
