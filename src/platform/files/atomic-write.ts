// Durable whole-file writes over the primitives of Files, for both twins, so that a simulated crash can come between
// any two steps: temporary name, write, fsync, rename (or link), fsync of the directory.
import { basename, dirname, join } from 'node:path';
import { PlatformError } from '#platform/errors';
import type { Files } from '#platform/files/files';
import type { Random } from '#platform/random/random';

/** A hidden name beside `path`, so that a rename stays within one file system. */
export function temporaryName(path: string, random: Random): string {
  return join(dirname(path), `.${basename(path)}.${random.hex(8)}.tmp`);
}

/** `temporary` is a free name in the directory of `path`. */
export async function writeAtomically(files: Files, path: string, temporary: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeSynced(files, temporary, bytes);
    await files.rename(temporary, path);
  } catch (error) {
    await files.delete(temporary).catch(() => undefined); // the first failure is the one to report
    throw error;
  }
  await files.syncDirectory(dirname(path));
}

export function writeAtomicallySync(files: Files, path: string, temporary: string, bytes: Uint8Array): void {
  try {
    writeSyncedSync(files, temporary, bytes);
    files.renameSync(temporary, path);
  } catch (error) {
    deleteQuietly(files, temporary);
    throw error;
  }
  files.syncDirectorySync(dirname(path));
}

/** A link fails when the name is taken, where a rename would replace: so the whole content appears under it at once. */
export async function createExclusively(files: Files, path: string, temporary: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await writeSynced(files, temporary, bytes);
    await files.hardLink(temporary, path);
  } catch (error) {
    await files.delete(temporary).catch(() => undefined);
    if (isTaken(error)) return false;
    throw error;
  }
  await files.delete(temporary);
  await files.syncDirectory(dirname(path));
  return true;
}

export function createExclusivelySync(files: Files, path: string, temporary: string, bytes: Uint8Array): boolean {
  try {
    writeSyncedSync(files, temporary, bytes);
    files.hardLinkSync(temporary, path);
  } catch (error) {
    deleteQuietly(files, temporary);
    if (isTaken(error)) return false;
    throw error;
  }
  files.deleteSync(temporary);
  files.syncDirectorySync(dirname(path));
  return true;
}

async function writeSynced(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const handle = await files.openWrite(path, { mode: 'exclusive' });
  try {
    await handle.append(bytes);
    await handle.fsync();
  } finally {
    await handle.close();
  }
}

function writeSyncedSync(files: Files, path: string, bytes: Uint8Array): void {
  const handle = files.openWriteSync(path, { mode: 'exclusive' });
  try {
    handle.appendSync(bytes);
    handle.fsyncSync();
  } finally {
    handle.closeSync();
  }
}

function deleteQuietly(files: Files, path: string): void {
  try {
    files.deleteSync(path);
  } catch {
    // the first failure is the one to report
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof PlatformError && error.code === 'FILE_EXISTS';
}
