// Jobs whose checkpoints lie in an object store, and the verbs on them there: claim, dispose, reading as data.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createNodePlatform } from '#client/platform';
import { SavepointReader } from '#client/savepoint/savepoint-reader';
import { Configuration } from '#core/config/configuration';
import { disposeSavepoint } from '#jobmanager/job-master/savepoint-files';
import { NodeFiles } from '#platform/files/node-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { createCheckpointStorage } from '#state/checkpoint-storage/storage-by-path';
import { addonTest } from '../native-bindings/addon-fixture.js';
import { startMoto } from '../state/checkpoint-storage/moto-server.js';
import { cancelWhen, committedLines, RecoveryFolder, runSmall, SMALL } from './recovery-run.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const moto = await startMoto();
if (typeof moto === 'string') {
  console.error(`SKIPPED: jobs with checkpoints in S3 are not tested here: ${moto}`);
  test('checkpoints in S3', { skip: moto }, () => undefined);
} else {
  describe('checkpoints in S3', () => {
    const folder = new RecoveryFolder();
    after(() => {
      moto.stop();
      rmSync(folder.path, { recursive: true });
    });

    test('a job goes on from its newest one at another parallelism; subsumed ones and, at its end, all are removed', async () => {
      const client = new S3Client({ endpoint: moto.endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: 'key', secretAccessKey: 'secret' } });
      await client.send(new CreateBucketCommand({ Bucket: 'jobs' }));
      const s3 = { 's3.endpoint': moto.endpoint, 's3.path.style.access': true, 's3.access-key': 'key', 's3.secret-key': 'secret' };
      const settings = {
        ...SMALL, ...s3, 'execution.checkpointing.interval': '200 ms', 'execution.checkpointing.dir': 's3://jobs/checkpoints', 'execution.checkpointing.data-inline-threshold': '0 b',
        'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION', 'restart-strategy.type': 'none',
      };
      const args = { outputDirectory: join(folder.path, 'out'), rows: 3000, ratePerSecond: 600 };
      const { error, job } = await runSmall(args, 2, settings, cancelWhen((running) => running.details.checkpoints.completed >= 2));
      assert.equal(error?.code, 'JOB_CANCELED');
      const path = job.details.checkpoints.latestPath!;
      assert.match(path, /^s3:\/\/jobs\/checkpoints\/[0-9a-f]{32}\/chk-\d+$/);
      const storage = createCheckpointStorage(new NodeFiles(new SeededRandom(1)), Configuration.fromMap(s3));
      assert.deepEqual((await storage.list(`s3://jobs/checkpoints/${job.details.jobId}`)).map(({ name }) => name), [path.split('/').at(-1)]);
      const names = (await storage.list(path)).map(({ name }) => name);
      assert.ok(names.includes('_metadata') && names.some((name) => name.endsWith('.state')), names.join());
      // Read as data where it lies.
      const reader = await SavepointReader.read(path, { ...createNodePlatform(), storage });
      assert.deepEqual([reader.directory, reader.operators.length > 0], [path, true]);
      const text = await promisify(execFile)(process.execPath, [join(root, 'bin', 'millrace.mjs'), 'state', 'ls', ...Object.entries(s3).flatMap(([key, value]) => ['-D', `${key}=${value}`]), path]);
      assert.match(text.stdout, /uid|operator/i);
      const second = await runSmall({ ...args, ratePerSecond: 5000 }, 3, { ...settings, 'execution.state-recovery.path': path });
      assert.equal(second.error, undefined);
      const lines = committedLines(args.outputDirectory);
      assert.equal(lines.length, 3000);
      assert.equal(new Set(lines).size, 3000);
      assert.deepEqual(await storage.list(`s3://jobs/checkpoints/${second.job.details.jobId}`), [], 'a finished job leaves none');
      assert.ok((await storage.list(path)).length > 0, 'what it started from is not its own');

      const claiming = { ...settings, 'execution.state-recovery.path': path, 'execution.state-recovery.claim-mode': 'CLAIM' };
      const third = await runSmall({ ...args, outputDirectory: join(folder.path, 'claimed') }, 2, claiming, cancelWhen((running) => running.details.checkpoints.completed >= 2));
      assert.equal(third.error?.code, 'JOB_CANCELED');
      assert.deepEqual(await storage.list(path), [], 'a claimed one goes when another has taken its place');
      const last = third.job.details.checkpoints.latestPath!;
      await disposeSavepoint(storage, last);
      assert.deepEqual(await storage.list(last), []);
      await assert.rejects(disposeSavepoint(storage, last), { code: 'CHECKPOINT_NOT_FOUND' });
    });

    for (const [backend, testOf] of [['hashmap', test], ['rocksdb', addonTest]] as const) {
      testOf(`a job on ${backend} whose worker dies goes on from local copies of merged files, and from the bucket when these are gone`, async () => {
        const s3 = { 's3.endpoint': moto.endpoint, 's3.path.style.access': true, 's3.access-key': 'key', 's3.secret-key': 'secret' };
        const copies = join(folder.path, `copies-${backend}`);
        const settings = {
          ...SMALL, ...s3, 'state.backend.type': backend, 'execution.checkpointing.incremental': true, 'execution.checkpointing.interval': '200 ms', 'execution.checkpointing.dir': `s3://jobs/${backend}`,
          'execution.checkpointing.data-inline-threshold': '0 b', 'execution.checkpointing.file-merging.enabled': true, 'execution.state-recovery.from-local': true,
          'execution.checkpointing.local-backup.dirs': copies, 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.attempts': 5, 'restart-strategy.fixed-delay.delay': '10 ms',
        };
        const args = { outputDirectory: join(folder.path, `out-${backend}`), rows: 3000, ratePerSecond: 1000, gateFile: join(folder.path, `gate-${backend}`) };
        const deaths: number[] = [];
        const { error, job } = await runSmall(args, 2, settings, {
          isDue: ({ details: { checkpoints } }) => {
            if (deaths.length === 2 || checkpoints.completed < 2 * (deaths.length + 1)) return false;
            if (deaths.length === 1) {
              rmSync(copies, { recursive: true });
              writeFileSync(args.gateFile, '');
            }
            deaths.push(checkpoints.completed);
            return true;
          },
        });
        assert.equal(error, undefined);
        assert.equal(deaths.length, 2, `${job.details.checkpoints.completed} checkpoints`);
        const lines = committedLines(args.outputDirectory);
        assert.equal(lines.length, 3000);
        assert.equal(new Set(lines).size, 3000);
      });
    }
  });
}
