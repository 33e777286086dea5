// What a killed process leaves of its databases goes when the next slot opens one; what is in use stays.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { NodeFiles } from '#platform/files/node-files';
import { NodeRandom } from '#platform/random/node-random';
import { openBackendIn, openState } from './one-state.js';
import { withAddon } from './rocksdb-fixture.js';

/** Opens a database below the folder in a process of its own, says so, and waits to be killed. */
const VICTIM = `
const { openBackendIn, openState } = await import(process.argv[1]);
openState(openBackendIn(process.argv[2], 0.75));
process.stdout.write('open');
setInterval(() => {}, 1000);
`;
const FIXTURE = new URL('./one-state.js', import.meta.url).href;

withAddon(() => {
  test('a database of a killed process is removed at the next start, one that is open is not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-orphans-'));
    const victim = spawn(process.execPath, ['--input-type=module', '-e', VICTIM, FIXTURE, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise<void>((resolve, reject) => {
        victim.stdout.on('data', () => resolve());
        victim.on('exit', () => reject(new Error('the process ended early')));
      });
      const orphan = join(folder, 'millrace-rocksdb-c00000000000');
      assert.ok(existsSync(orphan));
      mkdirSync(join(folder, 'millrace-rocksdb-000000000001', 'db'), { recursive: true });
      mkdirSync(join(folder, 'something-else', 'db'), { recursive: true });
      writeFileSync(join(folder, 'something-else', 'db', 'LOCK'), '');
      const first = openBackendIn(folder, 0.25);
      const { state, release } = openState(first);
      assert.ok(existsSync(orphan), 'it belongs to a process that lives');

      const ended = new Promise((resolve) => victim.on('close', resolve));
      victim.kill('SIGKILL');
      await ended;
      const second = openBackendIn(folder, 0.5);
      const another = openState(second);
      assert.deepEqual(readdirSync(folder).sort(), ['millrace-rocksdb-000000000001', 'millrace-rocksdb-400000000000', 'millrace-rocksdb-800000000000', 'something-else']);
      assert.equal(state.value(), 5);
      release();
      another.release();
      first.close();
      second.close();
    } finally {
      victim.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a database that is being removed has no name by which another slot would try it, and what a killed process has left of it goes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-orphans-'));
    try {
      const removed: string[] = [];
      class ObservedFiles extends NodeFiles {
        override deleteSync(path: string): void {
          if (path.startsWith(folder)) removed.push(basename(path));
          assert.ok(!existsSync(join(folder, 'millrace-rocksdb-400000000000')), 'a slot that looks now must not find it');
          super.deleteSync(path);
        }
      }
      mkdirSync(join(folder, 'millrace-rocksdb-c00000000000.removed', 'db'), { recursive: true });
      const backend = openBackendIn(folder, 0.25, new ObservedFiles(new NodeRandom()));
      openState(backend).release();
      backend.close();
      assert.deepEqual(removed, ['millrace-rocksdb-c00000000000.removed.removed', 'millrace-rocksdb-400000000000.removed']);
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a folder that is not there keeps no slot from starting', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'millrace-orphans-')), 'later');
    const backend = openBackendIn(folder, 0.5);
    const { state, release } = openState(backend);
    assert.equal(state.value(), 5);
    release();
    backend.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });
});
