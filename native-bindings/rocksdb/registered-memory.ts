// Memory of one thread that calls read from and write to by offset. Registered once: a call then passes numbers only and
// creates nothing. It must lie on a SharedArrayBuffer, which can be neither moved nor detached under C++.
import type { AddonFunctions, Handle } from './addon-functions.js';
import { RocksDbError } from './errors.js';

export class RegisteredMemory {
  /** What was registered: offset 0 of every call is its first byte. */
  readonly bytes: Uint8Array;
  readonly handle: Handle;
  readonly #native: AddonFunctions;

  constructor(native: AddonFunctions, bytes: Uint8Array) {
    if (!(bytes instanceof Uint8Array) || !(bytes.buffer instanceof SharedArrayBuffer)) {
      throw new RocksDbError('ROCKSDB_ARGUMENT', 'only a Uint8Array over a SharedArrayBuffer can be registered: an ArrayBuffer could be detached while RocksDB uses it');
    }
    this.#native = native;
    this.bytes = bytes;
    this.handle = native.memoryRegister(bytes);
  }

  /** Lets go of the memory. Throws ROCKSDB_ARGUMENT while an open database uses it. Idempotent. */
  release(): void {
    this.#native.memoryRelease(this.handle);
  }
}
