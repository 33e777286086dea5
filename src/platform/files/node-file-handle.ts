// Read and write handles over file descriptors. Invariant: a closed handle fails with FILE_HANDLE_CLOSED instead of
// touching a descriptor that the host may have given to somebody else.
import { close, closeSync, fdatasync, fdatasyncSync, read, readSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { fileError, handleClosed } from '#platform/errors';
import type { ReadHandle, WriteHandle } from '#platform/files/files';

const readAsync = promisify(read);
const writeAsync = promisify(write);
const fdatasyncAsync = promisify(fdatasync);
const closeAsync = promisify(close);

const CLOSED = -1;

class NodeFileHandle {
  readonly path: string;
  #fd: number;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  protected get fd(): number {
    if (this.#fd === CLOSED) throw handleClosed(this.path);
    return this.#fd;
  }

  async close(): Promise<void> {
    const fd = this.#takeFd();
    if (fd !== CLOSED) await closeAsync(fd).catch((error: unknown) => { throw fileError('cannot close', this.path, error); });
  }

  closeSync(): void {
    const fd = this.#takeFd();
    if (fd !== CLOSED) this.attempt('cannot close', () => closeSync(fd));
  }

  protected attempt<T>(operation: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw fileError(operation, this.path, error);
    }
  }

  #takeFd(): number {
    const fd = this.#fd;
    this.#fd = CLOSED;
    return fd;
  }
}

export class NodeReadHandle extends NodeFileHandle implements ReadHandle {
  async readRange(offset: number, into: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await readAsync(this.fd, into, filled, into.length - filled, offset + filled)
        .catch((error: unknown) => { throw fileError('cannot read', this.path, error); });
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  readRangeSync(offset: number, into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length) {
      const bytesRead = this.attempt('cannot read', () => readSync(this.fd, into, filled, into.length - filled, offset + filled));
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }
}

export class NodeWriteHandle extends NodeFileHandle implements WriteHandle {
  #bytesWritten: number;

  /** @param bytesWritten length of the file, where the next bytes go. */
  constructor(path: string, fd: number, bytesWritten: number) {
    super(path, fd);
    this.#bytesWritten = bytesWritten;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await writeAsync(this.fd, bytes, done, bytes.length - done, this.#bytesWritten)
        .catch((error: unknown) => { throw fileError('cannot write', this.path, error); });
      done += bytesWritten;
      this.#bytesWritten += bytesWritten;
    }
  }

  appendSync(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const written = this.attempt('cannot write', () => writeSync(this.fd, bytes, done, bytes.length - done, this.#bytesWritten));
      done += written;
      this.#bytesWritten += written;
    }
  }

  async fsync(): Promise<void> {
    // fdatasync also makes the length durable, and spares writing the times.
    await fdatasyncAsync(this.fd).catch((error: unknown) => { throw fileError('cannot sync', this.path, error); });
  }

  fsyncSync(): void {
    this.attempt('cannot sync', () => fdatasyncSync(this.fd));
  }
}
