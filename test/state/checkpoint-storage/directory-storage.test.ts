import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { NodeFiles } from '#platform/files/node-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { simulatedPlatform } from '#platform/simulated-platform';
import { resolveStoragePath } from '#state/checkpoint-storage/checkpoint-storage';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { describeCheckpointStorage } from './checkpoint-storage-contract.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-storage-'));
after(() => rmSync(folder, { recursive: true }));

describeCheckpointStorage('a directory of the host', async () => {
  const files = new NodeFiles(new SeededRandom(1));
  const root = mkdtempSync(join(folder, 'storage-'));
  return { storage: new DirectoryStorage(files), root, files, localRoot: mkdtempSync(join(folder, 'local-')) };
});

describeCheckpointStorage('a simulated directory', async () => {
  const { files } = simulatedPlatform({ seed: 1 });
  await files.mkdirs('/local');
  return { storage: new DirectoryStorage(files), root: '/storage', files, localRoot: '/local' };
});

describe('a directory as checkpoint storage', () => {
  test('a crash at any step leaves the old file or the new one, and no other name but a temporary one', async () => {
    for (let failAt = 1; ; failAt++) {
      const { files } = simulatedPlatform({ seed: 1 });
      const storage = new DirectoryStorage(files);
      await storage.mkdirs('/d');
      await storage.writeWhole('/d/a', Uint8Array.of(1));
      files.failAt(failAt, Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      const error = await storage.writeWhole('/d/a', Uint8Array.of(2, 2)).then(() => undefined, (thrown: unknown) => thrown);
      for (let left = 0; left < 10; left++) await files.exists('/').catch(() => undefined); // a fault that was not reached
      const content = [...(await storage.readWhole('/d/a'))];
      if (error === undefined) {
        assert.ok(failAt > 4, 'every step has been tried');
        assert.deepEqual(content, [2, 2]);
        return;
      }
      assert.ok(content.length === 1 || content.length === 2, content.join());
      assert.deepEqual((await storage.list('/d')).map(({ name }) => name), ['a'], `after a failure of call ${failAt}`);
    }
  });

  test('relative paths go up and down, absolute ones stay', () => {
    assert.equal(resolveStoragePath('/c/job/chk-4', '../shared/4-a'), '/c/job/shared/4-a');
    assert.equal(resolveStoragePath('s3://bucket/c/chk-4', '../shared/./4-a'), 's3://bucket/c/shared/4-a');
    assert.equal(resolveStoragePath('/c', '/other/x'), '/other/x');
    assert.equal(resolveStoragePath('/c', 's3://b/x'), 's3://b/x');
  });
});
