// Handles of SimulatedFiles. Invariant: a handle dies with the crash of its disk, like a descriptor with its process.
import { fileError, handleClosed } from '#platform/errors';
import type { ReadHandle, WriteHandle } from '#platform/files/files';
import type { DiskFile } from '#platform/files/simulated-disk';
import type { SimulatedFiles } from '#platform/files/simulated-files';

class SimulatedFileHandle {
  readonly path: string;
  protected readonly files: SimulatedFiles;
  protected readonly file: DiskFile;
  readonly #crashes: number;
  #isClosed = false;

  constructor(files: SimulatedFiles, path: string, file: DiskFile) {
    this.files = files;
    this.path = path;
    this.file = file;
    this.#crashes = files.disk.crashes;
  }

  closeSync(): void {
    this.#isClosed = true;
  }

  async close(): Promise<void> {
    this.closeSync();
  }

  /** Refuses a dead handle, then counts the call. */
  protected begin(operation: string, tear?: (bytes: number) => void): void {
    if (this.#isClosed || this.#crashes !== this.files.disk.crashes) {
      throw handleClosed(this.path);
    }
    this.files.count(operation, this.path, tear);
  }
}

export class SimulatedReadHandle extends SimulatedFileHandle implements ReadHandle {
  readRangeSync(offset: number, into: Uint8Array): number {
    this.begin('cannot read');
    const bytes = Math.max(0, Math.min(into.length, this.file.length - offset));
    into.set(this.file.bytes.subarray(offset, offset + bytes));
    return bytes;
  }

  readRange(offset: number, into: Uint8Array): Promise<number> {
    return this.files.later(() => this.readRangeSync(offset, into));
  }
}

export class SimulatedWriteHandle extends SimulatedFileHandle implements WriteHandle {
  #bytesWritten: number;

  constructor(files: SimulatedFiles, path: string, file: DiskFile) {
    super(files, path, file);
    this.#bytesWritten = file.length;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  appendSync(bytes: Uint8Array): void {
    this.begin('cannot write', (tornBytes) => this.#write(bytes.subarray(0, tornBytes)));
    this.#write(bytes);
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.files.later(() => this.appendSync(bytes));
  }

  fsyncSync(): void {
    this.begin('cannot sync');
    this.file.sync();
  }

  fsync(): Promise<void> {
    return this.files.later(() => this.fsyncSync());
  }

  #write(bytes: Uint8Array): void {
    // Another handle may have cut the file meanwhile; writes of one handle are positioned, as on the host.
    if (this.file.length !== this.#bytesWritten) throw fileError('cannot write', this.path, new Error('two handles write the same simulated file'));
    this.file.append(bytes);
    this.file.modifiedMs = this.files.nowMs();
    this.#bytesWritten = this.file.length;
  }
}
