// Databases that a killed process has left: nobody comes back for them, since checkpoints are what survives. A slot looks for
// them when it opens its first database. Whether one is in use is asked of RocksDB's own lock, which ends with its process and
// holds across containers that share the folder. Thread: the slot's.
import { PlatformError } from '#platform/errors';
import type { Files } from '#platform/files/files';
import type { RocksDbSlot } from '#state/rocksdb/rocksdb-slot';

const PREFIX = 'millrace-rocksdb-';
const NAME = /^millrace-rocksdb-[0-9a-f]{12}$/;
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
      if (!files.existsSync(`${path}/db/LOCK`) || !addon.tryDestroyDatabase(`${path}/db`)) return;
      files.deleteSync(path);
      left--;
    });
  }
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
