// Streaming gunzip without leaving the call: slots read compressed files inside their loop. Invariant: memory is one
// input piece and one output piece, however large the file. Several members after each other count as one file.
//
// Node offers synchronous gunzip for whole buffers only; the streaming step exists as the binding behind zlib.Gunzip,
// unchanged in Node 20, 22 and 24. When its shape differs, SyncGunzip gathers the file and unpacks it in one go.
import { constants, createGunzip, gunzipSync, type Gunzip } from 'node:zlib';
import { assert } from '#core/assert';
import { PlatformError } from '#platform/errors';

interface InflateBinding {
  writeSync(flush: number, input: Uint8Array | null, inputOffset: number, inputBytes: number, output: Uint8Array, outputOffset: number, outputBytes: number): void;
  onerror: (message: string, errno: number, code: string) => void;
  close(): void;
}

interface GunzipInternals {
  readonly _handle: InflateBinding;
  /** After a step: [bytes left free in the output, bytes of input not used]. */
  readonly _writeState: Uint32Array;
}

export interface SyncGunzip {
  /** Gives the next packed bytes; only after pull() has returned undefined. They must not change until then. */
  push(packed: Uint8Array): void;
  /** No packed bytes follow. */
  finish(): void;
  /**
   * The next unpacked piece, undefined when more input is needed or, after finish(), at the end.
   * @throws PlatformError FILE_GZIP_DAMAGED.
   */
  pull(): Uint8Array | undefined;
  close(): void;
}

export function createSyncGunzip(path: string, chunkBytes: number): SyncGunzip {
  const gunzip = createGunzip();
  const internals = gunzip as unknown as Partial<GunzipInternals>;
  if (typeof internals._handle?.writeSync === 'function' && internals._writeState instanceof Uint32Array) {
    return new BindingGunzip(path, chunkBytes, gunzip, internals as GunzipInternals);
  }
  gunzip.close();
  return new WholeFileGunzip(path, chunkBytes);
}

class BindingGunzip implements SyncGunzip {
  readonly #chunkBytes: number;
  readonly #gunzip: Gunzip;
  readonly #binding: InflateBinding;
  readonly #state: Uint32Array;
  #input: Uint8Array | null = null;
  #inputOffset = 0;
  #hasMoreOutput = false;
  #isFinished = false;
  #isPastEnd = false;
  #isEmpty = true;
  #failure: PlatformError | undefined;

  constructor(path: string, chunkBytes: number, gunzip: Gunzip, internals: GunzipInternals) {
    this.#chunkBytes = chunkBytes;
    this.#gunzip = gunzip;
    this.#binding = internals._handle;
    this.#state = internals._writeState;
    this.#binding.onerror = (message) => (this.#failure ??= damaged(path, message));
  }

  push(packed: Uint8Array): void {
    assert(this.#input === null && !this.#isFinished, 'packed bytes are taken after the last ones were used up');
    if (packed.length === 0 || this.#isPastEnd) return;
    this.#input = packed;
    this.#inputOffset = 0;
    this.#isEmpty = false;
  }

  finish(): void {
    assert(this.#input === null, 'all packed bytes were used up');
    this.#isFinished = true;
    this.#hasMoreOutput = !this.#isEmpty;
  }

  pull(): Uint8Array | undefined {
    while (this.#input !== null || this.#hasMoreOutput) {
      const output = new Uint8Array(this.#chunkBytes);
      const made = this.#step(output);
      if (made > 0) return output.subarray(0, made);
    }
    return undefined;
  }

  close(): void {
    this.#gunzip.close();
  }

  /** Unpacks once into `output`; returns the bytes made. */
  #step(output: Uint8Array): number {
    const input = this.#input;
    const inputBytes = input === null ? 0 : input.length - this.#inputOffset;
    // Only the finishing flush reports a file that is cut short.
    const flush = this.#isFinished ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
    this.#binding.writeSync(flush, input, this.#inputOffset, inputBytes, output, 0, output.length);
    if (this.#failure !== undefined) throw this.#failure;
    const outputFree = this.#state[0]!;
    this.#inputOffset += inputBytes - this.#state[1]!;
    this.#hasMoreOutput = outputFree === 0;
    const made = output.length - outputFree;
    if (!this.#hasMoreOutput) {
      // With room left in the output, bytes not taken are padding after the last member: ignored with all behind it.
      this.#isPastEnd ||= this.#state[1]! > 0;
      this.#input = null;
    }
    return made;
  }
}

/** The way out when Node's binding has changed its shape: memory for the whole file, packed and unpacked. */
export class WholeFileGunzip implements SyncGunzip {
  readonly #path: string;
  readonly #chunkBytes: number;
  readonly #packed: Uint8Array[] = [];
  #unpacked: Uint8Array | undefined;
  #offset = 0;

  constructor(path: string, chunkBytes: number) {
    this.#path = path;
    this.#chunkBytes = chunkBytes;
  }

  push(packed: Uint8Array): void {
    this.#packed.push(packed.slice());
  }

  finish(): void {
    if (this.#packed.length === 0) return;
    try {
      this.#unpacked = gunzipSync(Buffer.concat(this.#packed));
    } catch (error) {
      throw damaged(this.#path, (error as Error).message);
    }
  }

  pull(): Uint8Array | undefined {
    const unpacked = this.#unpacked;
    if (unpacked === undefined || this.#offset === unpacked.length) return undefined;
    const piece = unpacked.slice(this.#offset, this.#offset + this.#chunkBytes);
    this.#offset += piece.length;
    return piece;
  }

  close(): void {
    this.#packed.length = 0;
  }
}

function damaged(path: string, reason: string): PlatformError {
  return new PlatformError('FILE_GZIP_DAMAGED', `cannot unpack ${path}: ${reason}: check that it is a complete gzip file`, { context: { path, reason } });
}
