import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Configuration } from '#core/config/configuration';
import { NodeFiles } from '#platform/files/node-files';
import { SimulatedObjectStore } from '#platform/object-store/simulated-object-store';
import { SeededRandom } from '#platform/random/seeded-random';
import { simulatedPlatform } from '#platform/simulated-platform';
import { ObjectStorage } from '#state/checkpoint-storage/object-storage';
import { createCheckpointStorage } from '#state/checkpoint-storage/storage-by-path';
import { describeCheckpointStorage } from './checkpoint-storage-contract.js';
import { startMoto } from './moto-server.js';

describeCheckpointStorage('an object store in memory', async () => {
  const { files } = simulatedPlatform({ seed: 1 });
  await files.mkdirs('/local');
  return { storage: new ObjectStorage(new SimulatedObjectStore(), files), root: 's3://bucket/root', files, localRoot: '/local' };
});

const moto = await startMoto();
if (typeof moto === 'string') {
  console.error(`SKIPPED: checkpoints in S3 are not tested here: ${moto}`);
  test('checkpoint storage: S3', { skip: moto }, () => undefined);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-s3-'));
  after(() => {
    moto.stop();
    rmSync(folder, { recursive: true });
  });
  const client = new S3Client({ endpoint: moto.endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: 'key', secretAccessKey: 'secret' } });
  await client.send(new CreateBucketCommand({ Bucket: 'checkpoints' }));
  const files = new NodeFiles(new SeededRandom(1));
  const configured = (more: Readonly<Record<string, string>> = {}) => createCheckpointStorage(files, Configuration.fromMap({
    's3.endpoint': moto.endpoint, 's3.path.style.access': 'true', 's3.access-key': 'key', 's3.secret-key': 'secret', ...more,
  }));
  let roots = 0;
  describeCheckpointStorage('S3', async () => ({ storage: configured(), root: `s3://checkpoints/${roots++}`, files, localRoot: mkdtempSync(join(folder, 'local-')) }));

  describe('S3 as checkpoint storage', () => {
    test('more objects than one call lists or deletes are listed and deleted', async () => {
      const storage = configured();
      for (let from = 0; from < 1050; from += 50) await Promise.all(Array.from({ length: 50 }, (_, i) => storage.writeWhole(`s3://checkpoints/many/${String(from + i).padStart(5, '0')}`, Uint8Array.of(1))));
      assert.equal((await storage.list('s3://checkpoints/many')).length, 1050);
      await storage.delete('s3://checkpoints/many');
      assert.deepEqual(await storage.list('s3://checkpoints/many'), []);
    });

    test('a bucket or server that is not there is one clear error', async () => {
      await assert.rejects(configured().writeWhole('s3://no-such-bucket/a', Uint8Array.of(1)), { code: 'OBJECT_STORE_FAILED', message: /s3:\/\/no-such-bucket\/a/ });
      await assert.rejects(configured({ 's3.endpoint': 'http://127.0.0.1:9' }).readWhole('s3://checkpoints/a'), { code: 'OBJECT_STORE_FAILED' });
      await assert.rejects(configured().readWhole('s3://checkpoints/none'), { code: 'FILE_NOT_FOUND' });
    });
  });
}
