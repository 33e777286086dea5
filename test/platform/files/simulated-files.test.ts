import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { SimulatedFiles } from '#platform/files/simulated-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { asyncCalls, bytesOf, failsWith, syncCalls, textOf } from '../files-contract.js';

function create(): SimulatedFiles {
  return new SimulatedFiles({ clock: new SimulatedClock(), random: new SeededRandom(1) });
}

describe('a simulated host that crashes', () => {
  test('loses bytes that were not synced and keeps those that were', () => {
    const files = create();
    const handle = files.openWriteSync('/a');
    files.syncDirectorySync('/');
    handle.appendSync(bytesOf('synced'));
    handle.fsyncSync();
    handle.appendSync(bytesOf(' lost'));
    files.crash();
    assert.equal(textOf(files.readSync('/a')), 'synced');
  });

  test('loses names whose directory was not synced: new, moved and removed ones', () => {
    const files = create();
    files.mkdirsSync('/d');
    files.atomicWriteSync('/d/moved', bytesOf('m'));
    files.atomicWriteSync('/d/removed', bytesOf('r'));
    const handle = files.openWriteSync('/d/new');
    handle.appendSync(bytesOf('n'));
    handle.fsyncSync();
    files.renameSync('/d/moved', '/d/elsewhere');
    files.deleteSync('/d/removed');
    files.crash();
    assert.deepEqual(files.listSync('/d').map((entry) => entry.name), ['moved', 'removed']);
    assert.equal(textOf(files.readSync('/d/moved')), 'm');
  });

  test('closes every handle', async () => {
    const files = create();
    const handle = files.openWriteSync('/a');
    files.crash();
    await failsWith('FILE_HANDLE_CLOSED', () => handle.append(bytesOf('x')));
  });

  test('between any two steps of an atomic write, leaves the old or the new file, whole', async () => {
    for (const kind of ['asynchronous', 'synchronous'] as const) {
      let outcomes = '';
      for (let n = 1; n < 100; n++) {
        const files = create();
        const calls = kind === 'asynchronous' ? asyncCalls(files) : syncCalls(files);
        await calls.atomicWrite('/a', bytesOf('old'));
        files.crashAt(n);
        const isDone = await Promise.resolve().then(() => calls.atomicWrite('/a', bytesOf('new'))).then(() => true, () => false);
        files.clearFaults();
        const seen = textOf(files.readSync('/a'));
        assert.match(seen, /^(old|new)$/);
        outcomes += `${seen} `;
        if (isDone) {
          files.crash();
          assert.equal(textOf(files.readSync('/a')), 'new', 'a finished write is durable');
          break;
        }
      }
      // Open, append, fsync, rename, sync of the directory; then the write is done before the crash comes.
      assert.equal(outcomes, 'old old old old old new ');
    }
  });

  test('in an exclusive creation, leaves nothing or the whole file', async () => {
    for (let n = 1; n <= 7; n++) {
      const files = create();
      files.crashAt(n);
      const result = await files.createExclusive('/leader', bytesOf('one')).catch(() => 'crashed');
      files.clearFaults();
      files.crash();
      const names = files.listSync('/').map((entry) => entry.name);
      assert.deepEqual([result, names], n < 7 ? ['crashed', []] : [true, ['leader']]);
    }
  });

  test('tells the call in which it happened', async () => {
    const files = create();
    files.crashAt(2);
    files.openWriteSync('/a');
    await failsWith('FILE_STORAGE_CRASHED', () => files.readSync('/a'));
  });
});

describe('a planted fault', () => {
  test('hits the n-th call and no other', async () => {
    const files = create();
    const noSpace = Object.assign(new Error('full'), { code: 'ENOSPC' });
    files.failAt(3, noSpace);
    const handle = files.openWriteSync('/a');
    handle.appendSync(bytesOf('1'));
    await failsWith('FILE_NO_SPACE', () => handle.append(bytesOf('2')));
    handle.appendSync(bytesOf('3'));
    assert.equal(textOf(files.readSync('/a')), '13');
    assert.equal(files.calls, 5);
  });

  test('tears an append when asked', async () => {
    const files = create();
    const handle = files.openWriteSync('/a');
    files.failAt(1, new Error('cable'), { tornBytes: 2 });
    await failsWith('FILE_IO_FAILED', () => handle.append(bytesOf('torn')));
    assert.equal(textOf(files.readSync('/a')), 'to');
  });

  test('at any step of an atomic write leaves the old file and no other name', async () => {
    for (let n = 1; n <= 4; n++) {
      const files = create();
      files.atomicWriteSync('/a', bytesOf('old'));
      files.failAt(n, Object.assign(new Error('full'), { code: 'ENOSPC' }));
      await failsWith('FILE_NO_SPACE', () => files.atomicWrite('/a', bytesOf('new')));
      assert.deepEqual(files.listSync('/').map((entry) => entry.name), ['a']);
      assert.equal(textOf(files.readSync('/a')), 'old');
    }
  });
});

test('two simulated processes share a disk', () => {
  const first = create();
  const second = new SimulatedFiles({ clock: new SimulatedClock(), random: new SeededRandom(2), disk: first.disk });
  first.atomicWriteSync('/a', bytesOf('shared'));
  assert.equal(textOf(second.readSync('/a')), 'shared');
});
