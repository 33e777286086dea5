// Databases that a killed process has left: nobody comes back for them, since checkpoints are what survives. A slot looks for
// them when it opens its first database. Whether one is in use is asked of RocksDB's own lock, which ends with its process and
// holds across containers that share the folder. Asking makes files in the folder for a moment, so who removes a database, its
// owner as well, first gives it a name by which nobody asks. Thread: the slot's.
import { PlatformError } from '#platform/errors';
import type { Files } from '#platform/files/files';
import type { RocksDbSlot } from '#state/rocksdb/rocksdb-slot';

const PREFIX = 'millrace-rocksdb-';
const REMOVED = '.removed';
/** One ending for each process that ended while it removed the database. */
const NAME = /^millrace-rocksdb-[0-9a-f]{12}(?:\.removed)*$/;
/** Removing takes milliseconds each; more of them wait for the next start. */
const REMOVED_MAX = 256;

/** @param random in [0, 1) */
export function databaseDirectoryName(random: () => number): string {
  return PREFIX + Math.floor(random() * 2 ** 48).toString(16).padStart(12, '0');
}

/** Never throws for a folder that cannot be read or emptied: that is no reason not to start. */
export function removeOrphanedDatabases({ addon, directory }: Pick<RocksDbSlot, 'addon' | 'directory'>, files: Files): void {
  let left = REMOVED_MAX;
  for (const { name, path } of orNothing(() => files.listSync(directory)) ?? []) {
    if (!NAME.test(name) || left === 0) continue;
    orNothing(() => {
      // Without a lock file it is being made, or its files are being brought for a restore.
      if (!name.endsWith(REMOVED) && (!files.existsSync(`${path}/db/LOCK`) || !addon.tryDestroyDatabase(`${path}/db`))) return;
      removeDatabaseDirectory(path, files);
      left--;
    });
  }
}

/**
 * Removes the directory of a closed database. Idempotent, also beside others that remove it: it belongs to whoever renames it.
 * @throws PlatformError what is in it cannot be removed.
 */
export function removeDatabaseDirectory(path: string, files: Files): void {
  const aside = path + REMOVED;
  try {
    files.renameSync(path, aside);
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'FILE_NOT_FOUND') return;
    throw error;
  }
  files.deleteSync(aside);
}

/** Other slots look at the same time, and other users' folders are not ours to remove. */
function orNothing<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
