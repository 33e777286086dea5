// Directories for files that nobody needs after their process. Each holds a socket at which its process listens: the kernel
// refuses connections to it from the moment the process is gone, however it went, also for processes of other containers that
// share the folder, whose pids say nothing. Whoever opens one removes those of the dead. Thread: main.
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { ScratchDirectory } from '#platform/process/process';

const PREFIX = 'millrace-scratch-';
const REMOVED = '.removed';
const NAME = /^millrace-scratch-[A-Za-z0-9]{6}(?:\.removed)*$/;
const SOCKET = 'owner';
/** Longer names of sockets are cut: a directory without one is removed by its own process only. */
const SOCKET_PATH_BYTES_MAX = 100;

/** Removed when the process ends without closing them. */
const open = new Set<string>();

/** Where none can be made, `root` itself, which stays. */
export function openScratchDirectory(root: string): ScratchDirectory {
  const path = makeDirectory(root);
  if (path === undefined) return { path: root, close: () => Promise.resolve() };
  if (open.size === 0) process.on('exit', removeOpen);
  open.add(path);
  const owner = createServer((client) => client.destroy()).unref();
  owner.on('error', () => undefined); // without a socket the directory is left alone
  const socket = join(path, SOCKET);
  if (Buffer.byteLength(socket) <= SOCKET_PATH_BYTES_MAX) owner.listen(socket);
  const removingOrphans = removeOrphans(root);
  return {
    path,
    async close() {
      if (!open.delete(path)) return;
      if (open.size === 0) process.off('exit', removeOpen);
      await removingOrphans;
      owner.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

function makeDirectory(root: string): string | undefined {
  try {
    return mkdtempSync(join(root, PREFIX));
  } catch {
    return undefined; // a job that writes no such files can do without
  }
}

function removeOpen(): void {
  for (const path of open) rmSync(path, { recursive: true, force: true });
}

/** Never rejects: what cannot be removed is no reason not to start. */
async function removeOrphans(root: string): Promise<void> {
  for (const name of await readdir(root).catch(() => [])) {
    const path = join(root, name);
    if (!NAME.test(name) || open.has(path)) continue;
    await removeWhenDead(path).catch(() => undefined); // others remove it too, or it is another user's
  }
}

async function removeWhenDead(path: string): Promise<void> {
  // It belongs to whoever renames it; one of that name was left by a process that was killed meanwhile.
  if (path.endsWith(REMOVED)) return rm(path, { recursive: true, force: true });
  if (!(await isDead(join(path, SOCKET)))) return;
  await rename(path, path + REMOVED);
  await rm(path + REMOVED, { recursive: true, force: true });
}

function isDead(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(socket, () => {
      client.destroy();
      resolve(false);
    });
    client.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
