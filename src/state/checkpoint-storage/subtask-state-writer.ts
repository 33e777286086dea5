// Writes one subtask's part of one checkpoint while its bytes are being made: pieces are gathered and appended beside the
// record thread, files of file sets are stored. A small part stays in memory and goes into the metadata or a merged file.
// Invariant: nothing is left in storage unless finish() has resolved; what it names is durable then. Thread: the slot's.
import { DataOutput } from '#core/serialization/data-output';
import { resolveStoragePath, type StorageWriter } from '#state/checkpoint-storage/checkpoint-storage';
import { FileSetStore, type FileSetStoreOptions, type StoredSharedFile } from '#state/checkpoint-storage/file-set-store';
import type { MergedFiles, MergedPart } from '#state/checkpoint-storage/merged-files';
import type { ItemsSectionHeader, KeyedSectionHeader, KeyedSectionOutput, SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import type { FileSet } from '#state/snapshot/file-set';
import { SnapshotEncoder } from '#state/snapshot/snapshot-encoder';

/** Bytes under way to storage above which no more should be made. */
const QUEUED_BYTES_MAX = 16 * 2 ** 20;
/** An append ends in a turn of the event loop, of which a busy slot has one in 10 ms. */
const APPEND_BYTES = 4 * 2 ** 20;

export interface SubtaskStateWriterOptions extends FileSetStoreOptions {
  /** A part of at most so many bytes gets no file of its own. */
  readonly inlineBytesMax: number;
  /** Whether what is no file of a backend is compressed. Default: not. */
  readonly isCompressed?: boolean;
  /** Where a part goes that is too large for the metadata and needs no file of its own. Default: there is no such place. */
  readonly mergedFiles?: MergedFiles | undefined;
}

export interface WrittenState {
  /** Of the state file and of the shared files that were stored for this checkpoint. */
  readonly bytes: number;
  /** Of all that the checkpoint needs, also of files stored earlier. */
  readonly fullBytes: number;
  /** The whole part, when it is small: then there is no file. */
  readonly inline: Uint8Array | undefined;
  /** Where it lies in a merged file. */
  readonly merged: MergedPart | undefined;
  readonly sharedFiles: readonly StoredSharedFile[];
}

/** The sections of one operator, and when its files need not be kept any more. */
export interface StateOutput extends SnapshotOutput {
  /** Resolves when files given so far are stored; undefined when there is nothing to wait for. Rejects with the first failure. */
  readonly filesStored: Promise<void> | undefined;
}

export class SubtaskStateWriter {
  readonly #options: SubtaskStateWriterOptions;
  readonly #encoder: SnapshotEncoder;
  readonly #fileSets: FileSetStore;
  #gathered = new DataOutput();
  /** What has been appended. Used again: V8 collects the whole heap for every few dozen MiB of new buffers. */
  readonly #appended: DataOutput[] = [];
  #bytes = 0;
  #queuedBytes = 0;
  #writer: StorageWriter | undefined;
  /** Appends, one after the other. */
  #appends: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  /** Whoever would merge this part with others knows of it. */
  #isSettled = false;

  constructor(options: SubtaskStateWriterOptions) {
    this.#options = options;
    this.#fileSets = new FileSetStore(options);
    this.#encoder = new SnapshotEncoder((bytes) => this.#gather(bytes), options);
  }

  /** Where an operator's sections go. Throws what writing has failed with. */
  outputOf(operatorId: string): StateOutput {
    return new OperatorOutput(operatorId, this.#encoder, this.#fileSets, () => this.#isFull());
  }

  /** All sections have been given: resolves when they are durable. */
  async finish(): Promise<WrittenState> {
    await this.#fileSets.settled();
    this.#encoder.finish();
    const { inlineBytesMax, sharedFiles, sharedDirectory, checkpointId, mergedFiles, file } = this.#options;
    let inline: Uint8Array | undefined;
    let merged: MergedPart | undefined;
    const isGathered = this.#writer === undefined && this.#queuedBytes === 0;
    if (isGathered && this.#bytes <= inlineBytesMax) {
      inline = this.#gathered.toBytes();
    } else if (isGathered && mergedFiles !== undefined && this.#bytes <= mergedFiles.partBytesMax) {
      this.#isSettled = true;
      merged = await mergedFiles.add(checkpointId, file, this.#gathered.toBytes());
    } else {
      this.#append();
      await this.#appends;
      if (this.#failure !== undefined) throw this.#failure.error;
      await this.#writer!.commit();
    }
    this.#withhold();
    if (sharedDirectory !== undefined) sharedFiles.onStored(checkpointId, this.#fileSets.byId);
    const stored = this.#fileSets.stored;
    const newBytes = stored.reduce((sum, { bytes, isNew }) => sum + (isNew ? bytes : 0), 0);
    return { bytes: this.#bytes + newBytes, fullBytes: this.#bytes + stored.reduce((sum, { bytes }) => sum + bytes, 0), inline, merged, sharedFiles: stored };
  }

  /** Removes what has been written. */
  async abort(): Promise<void> {
    this.#withhold();
    this.#failure ??= { error: new Error('the checkpoint was given up') };
    await this.#appends;
    await this.#writer?.abort();
    await this.#fileSets.abort();
  }

  #withhold(): void {
    if (!this.#isSettled) this.#options.mergedFiles?.withhold(this.#options.checkpointId, this.#options.file);
    this.#isSettled = true;
  }

  #isFull(): boolean {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#queuedBytes >= QUEUED_BYTES_MAX;
  }

  #gather(bytes: Uint8Array): void {
    this.#gathered.writeBytes(bytes);
    this.#bytes += bytes.length;
    if (this.#gathered.length >= APPEND_BYTES) this.#append();
  }

  #append(): void {
    const gathered = this.#gathered;
    this.#gathered = this.#appended.pop() ?? new DataOutput();
    const bytes = gathered.view();
    this.#queuedBytes += bytes.length;
    this.#appends = this.#appends.then(async () => {
      try {
        if (this.#failure !== undefined) return;
        this.#writer ??= await this.#options.storage.create(resolveStoragePath(await this.#options.directory, this.#options.file));
        await this.#writer.append(bytes);
        gathered.reset();
        this.#appended.push(gathered);
      } catch (error) {
        this.#failure ??= { error };
      } finally {
        this.#queuedBytes -= bytes.length;
      }
    });
  }
}

/** The sections of one operator. */
class OperatorOutput implements StateOutput {
  readonly #operatorId: string;
  readonly #encoder: SnapshotEncoder;
  readonly #fileSets: FileSetStore;
  readonly #checkFull: () => boolean;

  constructor(operatorId: string, encoder: SnapshotEncoder, fileSets: FileSetStore, checkFull: () => boolean) {
    this.#operatorId = operatorId;
    this.#encoder = encoder;
    this.#fileSets = fileSets;
    this.#checkFull = checkFull;
  }

  get isFull(): boolean {
    return this.#checkFull();
  }

  keyed(header: KeyedSectionHeader): KeyedSectionOutput {
    const run = this.#encoder.section({ ...header, operatorId: this.#operatorId, mode: 'keyed' });
    return { write: (keyGroup, bytes) => run.add(keyGroup, bytes) };
  }

  items(header: ItemsSectionHeader): (item: Uint8Array) => void {
    const run = this.#encoder.section({ ...header, operatorId: this.#operatorId });
    return (item) => run.add(-1, item);
  }

  files(fileSet: FileSet): void {
    this.#fileSets.add(this.#operatorId, fileSet, this.#encoder);
  }

  get filesStored(): Promise<void> | undefined {
    return this.#fileSets.isIdle ? undefined : this.#fileSets.settled();
  }
}
