#!/usr/bin/env node
// Brings a fresh clone to a state in which every command works: installs dependencies when the lock
// file's hash differs from the installed one, and with --build compiles and bundles. No dependencies:
// it must run before anything is installed. Two at once are kept apart by a lock directory.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.millrace-lock-hash');
const LOCK_STALE_MS = 10 * 60_000;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`[SETUP_NODE_TOO_OLD] Millrace needs Node 20.19 or newer, this is ${process.versions.node}: install a newer Node`);
  process.exit(1);
}

await withLock(async () => {
  const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).update(process.versions.modules).digest('hex');
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (installed !== wanted) {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const done = spawnSync(npm, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
    if (done.status !== 0) {
      console.error('[SETUP_INSTALL_FAILED] npm ci failed (see above): check the network and the registry settings, then run again');
      process.exit(1);
    }
    writeFileSync(stamp, wanted);
  }
  // Without the addon the heap backend is there; buildAddon says in one line why.
  const { buildAddon } = await import('./build-addon.mjs');
  await buildAddon();
  if (process.argv.includes('--build')) {
    const { build } = await import('./build.mjs');
    if (!(await build())) process.exit(1);
  }
});

async function withLock(action) {
  const lock = join(root, '.cache', 'setup.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      try {
        if (Date.now() - statSync(lock).mtimeMs > LOCK_STALE_MS) rmSync(lock, { recursive: true, force: true });
      } catch { /* the other set-up has just finished */ }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.on('exit', release);
  process.on('SIGINT', () => process.exit(130));
  await action();
}
