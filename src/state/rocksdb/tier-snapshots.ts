// What a RocksDB backend defers of a snapshot. Both kinds begin with the cut: rows dirty at the barrier are written between
// batches. Then either the database makes a checkpoint of hard links, whose files are the snapshot, or scans that were
// opened at that moment give the sections that any backend reads. Thread: the slot's.
import type { Files } from '#platform/files/files';
import type { BoundedIterator } from '#state/rocksdb/native/rocksdb-addon';
import type { TierKey } from '#state/rocksdb/tier-key';
import { TierSectionWriter, type TierState } from '#state/rocksdb/tier-sections';
import type { TierStore } from '#state/rocksdb/tier-store';
import { visitNext } from '#state/rocksdb/tier/tier-scan';
import type { DeferredSnapshot, DeferredStep, SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import type { FileSet } from '#state/snapshot/file-set';

/** Rows written, or entries read, between two looks at the clock: 20 to 100 us. */
const ROWS_PER_SLICE = 32;
const ENTRIES_PER_SLICE = 128;

/** Of the cut of which a part is deferred: `drain` goes on with it. */
abstract class AfterCut implements DeferredSnapshot {
  protected readonly store: TierStore;
  #isDrained = false;
  #isReleased = false;

  /** Cuts. */
  constructor(store: TierStore) {
    this.store = store;
    store.tier.writer.cut(() => {
      this.#isDrained = true;
      this.onDrained();
    });
  }

  step(output: SnapshotOutput, hasTime: () => boolean): DeferredStep {
    while (!this.#isDrained) {
      this.store.tier.writer.drain(ROWS_PER_SLICE);
      if (!hasTime() && !this.#isDrained) return 'more';
    }
    return this.finish(output, hasTime);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    // With the database all of it is gone.
    if (this.store.database.isClosed) return;
    if (!this.#isDrained) this.store.tier.writer.giveUpCut();
    else this.giveBack();
  }

  /** The database holds what it must, and nothing else. */
  protected abstract onDrained(): void;
  protected abstract finish(output: SnapshotOutput, hasTime: () => boolean): DeferredStep;
  protected abstract giveBack(): void;
}

/** What a file set is made of besides its files. */
export type FileSetHeader = Omit<FileSet, 'files'>;

export class TierFilesSnapshot extends AfterCut {
  readonly #files: Files;
  readonly #directory: string;
  readonly #header: FileSetHeader;
  #made: Promise<void> | undefined;
  #isMade = false;

  /** @param directory for the checkpoint; it must not exist. */
  constructor(store: TierStore, files: Files, directory: string, header: FileSetHeader) {
    super(store);
    this.#files = files;
    this.#directory = directory;
    this.#header = header;
  }

  protected onDrained(): void {
    this.#made = this.store.database.checkpoint(this.#directory);
    // Whoever awaits it hears of a failure; who has given the snapshot up need not.
    this.#made.then(() => { this.#isMade = true; }, () => {});
  }

  protected finish(output: SnapshotOutput): DeferredStep {
    if (!this.#isMade) return this.#made!;
    const entries = this.#files.listSync(this.#directory).filter((entry) => !entry.isDirectory);
    output.files({
      ...this.#header,
      files: entries.map(({ name, path, bytes }) => ({ name, path, bytes, ...(name.endsWith('.sst') ? { sharedId: this.store.sharedIdOf(name) } : {}) })),
    });
    return 'done';
  }

  protected giveBack(): void {
    // A checkpoint that is still being made would write into what is removed.
    if (!this.#isMade) this.store.database.awaitWritable();
    this.#files.deleteSync(this.#directory);
  }
}

interface OpenScan {
  readonly state: TierState;
  readonly iterator: BoundedIterator;
}

export class TierSectionsSnapshot extends AfterCut {
  readonly #states: readonly TierState[];
  readonly #key: TierKey;
  #scans: OpenScan[] = [];
  #writer: TierSectionWriter | undefined;

  constructor(store: TierStore, states: readonly TierState[], key: TierKey) {
    super(store);
    this.#states = states;
    this.#key = key;
  }

  /** Scans see the state as it is now, whatever is written while they go on. */
  protected onDrained(): void {
    this.#scans = this.#states.map((state) => ({ state, iterator: state.cell.family.family.openIterator({ isCacheFilled: false }) }));
  }

  protected finish(output: SnapshotOutput, hasTime: () => boolean): DeferredStep {
    while (this.#scans.length > 0) {
      const { state, iterator } = this.#scans[0]!;
      this.#writer ??= this.#begin(output, state);
      const writer = this.#writer;
      const count = visitNext(this.store.tier, this.store.database, iterator, ENTRIES_PER_SLICE, (bytes, keyOffset, keyLength, valueOffset, valueLength) => {
        writer.add(bytes, keyOffset, keyLength, valueOffset, valueLength);
      });
      if (count === 0) this.#end();
      if (this.#scans.length > 0 && (output.isFull || !hasTime())) return 'more';
    }
    return 'done';
  }

  protected giveBack(): void {
    for (const { iterator } of this.#scans.splice(0)) iterator.close();
  }

  #begin(output: SnapshotOutput, { section: name, version, serializers, cell }: TierState): TierSectionWriter {
    const section = output.keyed({ name, version, serializers });
    return new TierSectionWriter(cell, this.#key, (keyGroup, bytes) => section.write(keyGroup, bytes));
  }

  #end(): void {
    this.#writer!.finish();
    this.#writer = undefined;
    this.#scans.shift()!.iterator.close();
  }
}
