// Opens the database of a subtask from the files of a checkpoint: those that hold most of its key groups become its own, by
// links; what does not belong to it is deleted as ranges; the rest comes from the other files, entry by entry.
// Invariant: afterwards the database holds exactly the entries of the subtask's key groups. Thread: the slot's.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';
import { DataOutput } from '#core/serialization/data-output';
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import type { Files } from '#platform/files/files';
import { StateError } from '#state/errors';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import { groupBytesOf, writeKeyGroup } from '#state/rocksdb/tier-key';
import { type FamilyDescription, TierStore, type TierStoreOptions } from '#state/rocksdb/tier-store';
import type { RestoredFileSet, SnapshotFile } from '#state/snapshot/file-set';

export const FILE_SET_NAME = 'rocksdb';
export const FILE_SET_VERSION = 1;

/** A state as the files hold it. */
export interface StoredState extends FamilyDescription {
  /** By role. */
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
  /** No list of it is longer. */
  readonly listBytesMax: number;
}

export interface TierRestoreOptions {
  readonly store: Omit<TierStoreOptions, 'families' | 'sharedIds'>;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
}

const COPY_BYTES = 1 << 20;

export function encodeStates(states: readonly StoredState[]): Uint8Array {
  return Buffer.from(JSON.stringify({ states }), 'utf8');
}

/** Throws SNAPSHOT_VERSION_UNSUPPORTED (StateError). */
export function decodeStates(set: RestoredFileSet): readonly StoredState[] {
  if (set.version !== FILE_SET_VERSION) {
    throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `RocksDB files were written in format ${set.version}, this engine reads ${FILE_SET_VERSION}: restore them with the engine that wrote them`);
  }
  const { states } = JSON.parse(Buffer.from(set.properties).toString('utf8')) as { states: readonly StoredState[] };
  return states;
}

/** @param sets not empty; each overlaps the key groups. */
export function restoreTierStore(sets: readonly RestoredFileSet[], options: TierRestoreOptions): TierStore {
  const { keyGroupRange, store: { slot, directory } } = options;
  const base = chooseBase(sets, keyGroupRange, slot.settings.overlapFractionMin);
  const store = base === undefined ? new TierStore({ ...options.store, families: [] }) : openLinked(base, options.store);
  if (base !== undefined) cutToRange(store, base, options);
  sets.filter((set) => set !== base).forEach((set, index) => importSet(store, set, options, `${directory}/import-${index}`));
  return store;
}

/** A store on links of the set's files. */
function openLinked(set: RestoredFileSet, options: TierRestoreOptions['store']): TierStore {
  const { files, directory, slot } = options;
  files.mkdirsSync(`${directory}/db`);
  for (const file of set.files) linkOrCopy(files, file, `${directory}/db/${file.name}`);
  const states = decodeStates(set);
  const sharedIds = new Map(set.files.flatMap(({ name, sharedId }) => (sharedId === undefined ? [] : [[name, sharedId] as const])));
  // Made while the checkpoint was: nothing of the cut is in them.
  const later = slot.addon.listColumnFamilies(`${directory}/db`).filter((name) => name !== 'default' && states.every((state) => state.name !== name));
  const store = new TierStore({ ...options, families: [...states, ...later.map((name) => ({ name, shape: 'value', ttlMs: undefined }) as const)], sharedIds });
  for (const name of later) store.dropFamily(name);
  for (const state of states) store.family(state).listBytesMax += state.listBytesMax;
  return store;
}

function overlapOf(set: RestoredFileSet, range: KeyGroupRange): number {
  return Math.min(set.keyGroupRange.end, range.end) - Math.max(set.keyGroupRange.start, range.start) + 1;
}

/** The set with most of the key groups, if enough of its own are wanted. */
function chooseBase(sets: readonly RestoredFileSet[], range: KeyGroupRange, fractionMin: number): RestoredFileSet | undefined {
  let best: RestoredFileSet | undefined;
  for (const set of sets) {
    const fraction = overlapOf(set, range) / (set.keyGroupRange.end - set.keyGroupRange.start + 1);
    if (fraction >= fractionMin && (best === undefined || overlapOf(set, range) > overlapOf(best, range))) best = set;
  }
  return best;
}

/** Tables are never written again, so a link will do; the other files of a database change. */
function linkOrCopy(files: Files, file: SnapshotFile, to: string): void {
  if (file.name.endsWith('.sst')) {
    try {
      files.hardLinkSync(file.path, to);
      return;
    } catch {
      // Another file system, or one without links: a copy does the same.
    }
  }
  const from = files.openReadSync(file.path);
  const into = files.openWriteSync(to);
  try {
    const buffer = new Uint8Array(COPY_BYTES);
    for (let offset = 0; offset < file.bytes; ) {
      const read = from.readRangeSync(offset, buffer);
      if (read === 0) break;
      into.appendSync(buffer.subarray(0, read));
      offset += read;
    }
    assert(into.bytesWritten === file.bytes, `the file ${file.name} is copied whole: ${into.bytesWritten} of ${file.bytes} bytes`);
  } finally {
    from.closeSync();
    into.closeSync();
  }
}

function cutToRange(store: TierStore, base: RestoredFileSet, { keyGroupRange, maxParallelism, store: { slot } }: TierRestoreOptions): void {
  const groupBytes = groupBytesOf(maxParallelism);
  const { start, end } = base.keyGroupRange;
  const foreign: [from: number, to: number][] = [];
  if (start < keyGroupRange.start) foreign.push([start, keyGroupRange.start]);
  if (end > keyGroupRange.end) foreign.push([keyGroupRange.end + 1, end + 1]);
  if (foreign.length === 0) return;
  const { bytes, layout } = store.tier.rows;
  for (const [from, to] of foreign) {
    bytes.set(writeKeyGroup(from, groupBytes), layout.lower);
    bytes.set(writeKeyGroup(to, groupBytes), layout.upper);
    for (const { family } of store.families) {
      if (slot.settings.isDeleteFilesInRangeUsed) family.deleteFilesInRange(layout.lower, groupBytes, layout.upper, groupBytes);
      family.deleteRange(layout.lower, groupBytes, layout.upper, groupBytes);
    }
  }
  // It goes on beside the records; a failure would show in the next write.
  if (slot.settings.isCompactedAfterRescale) for (const { family } of store.families) family.compact().catch(() => {});
}

function importSet(store: TierStore, set: RestoredFileSet, options: TierRestoreOptions, directory: string): void {
  const groupBytes = groupBytesOf(options.maxParallelism);
  const states = decodeStates(set);
  const from = openLinked(set, { ...options.store, directory, owner: `${options.store.owner}: restore` });
  const range = {
    lower: writeKeyGroup(Math.max(set.keyGroupRange.start, options.keyGroupRange.start), groupBytes),
    upper: writeKeyGroup(Math.min(set.keyGroupRange.end, options.keyGroupRange.end) + 1, groupBytes),
  };
  const output = new DataOutput();
  const { tier } = store;
  try {
    for (const state of states) {
      const family = store.family(state);
      const listBytesMax = Math.max(family.listBytesMax, state.listBytesMax);
      from.scan.run(from.family(state), range, Number.POSITIVE_INFINITY, (bytes, keyOffset, keyLength, valueOffset, valueLength) => {
        tier.reserveKey(keyLength);
        tier.rows.bytes.set(bytes.subarray(keyOffset, keyOffset + keyLength));
        output.reset();
        output.writeBytes(bytes, valueOffset, valueLength);
        tier.put(family, keyLength, tier.sealKey(keyLength), output);
      });
      family.listBytesMax = listBytesMax;
    }
  } finally {
    from.close();
  }
}
