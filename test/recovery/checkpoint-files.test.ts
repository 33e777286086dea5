import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createNodePlatform } from '#client/platform';
import { SavepointReader } from '#client/savepoint/savepoint-reader';
import { afterCheckpoints, cancelWhen, committedLines, completedCheckpoints, difference, RecoveryFolder, runSmall, SMALL } from './recovery-run.js';
import type { SmallArguments } from './small-job.js';

/** What the small job writes. */
function expectedLines({ rows, burst = 0, fewRows = 0 }: SmallArguments): readonly string[] {
  const sums = new Map<number, number>();
  const lines: string[] = [];
  for (let index = 0; index < rows; index++) {
    sums.set(index % 13, (sums.get(index % 13) ?? 0) + index);
    lines.push(`sums: ${index % 13} ${sums.get(index % 13)}`);
  }
  for (let value = 0; value < burst; value += 1000) lines.push(`burst: burst ${value}`);
  for (let index = 0; index < fewRows; index++) lines.push(`few: few ${index}`);
  return lines.toSorted();
}

describe('checkpoint files', () => {
  let folder: RecoveryFolder;
  beforeEach(() => { folder = new RecoveryFolder(); });
  afterEach(() => rmSync(folder.path, { recursive: true }));

  const small = (more: Partial<SmallArguments> = {}): SmallArguments => ({ outputDirectory: join(folder.path, 'out'), rows: 3000, ratePerSecond: 1500, ...more });

  test('a canceled job leaves <dir>/<job id>/chk-N with _metadata, as many as are retained, and nothing else', async () => {
    const { error, job } = await runSmall(small(), 2, { ...folder.checkpointSettings(), 'execution.checkpointing.num-retained': 2 },
      cancelWhen((running) => running.details.checkpoints.completed >= 4));
    assert.equal(error?.code, 'JOB_CANCELED');
    const kept = completedCheckpoints(folder.checkpoints);
    assert.deepEqual(readdirSync(folder.checkpoints), [job.details.jobId]);
    assert.equal(kept.length, 2);
    assert.deepEqual(readdirSync(join(folder.checkpoints, job.details.jobId)).toSorted(), [...kept.map((path) => path.split('/').at(-1)!), 'shared', 'taskowned'].toSorted());
    assert.equal(kept.at(-1), job.details.checkpoints.latestPath);
    for (const path of kept) assert.deepEqual(readdirSync(path), ['_metadata'], 'small state lies in the metadata');
  });

  test('who keeps checkpoints for a failure only has them after a failure and not after a cancel', async () => {
    const settings = { ...folder.checkpointSettings(), 'execution.checkpointing.externalized-checkpoint-retention': 'DELETE_ON_CANCELLATION' };
    await runSmall(small(), 2, settings, cancelWhen((running) => running.details.checkpoints.completed >= 2));
    assert.deepEqual(readdirSync(folder.checkpoints), []);
    const failed = await runSmall(small(), 2, settings, afterCheckpoints(2));
    assert.equal(failed.error?.code, 'SLOT_WORKER_DIED');
    assert.equal(completedCheckpoints(folder.checkpoints).length, 1);
  });

  test('a damaged checkpoint is refused with one clear error, whichever of its files it is', async () => {
    const settings = { ...folder.checkpointSettings(), 'execution.checkpointing.data-inline-threshold': '0 b' };
    await runSmall(small(), 2, settings, cancelWhen((running) => running.details.checkpoints.completed >= 2));
    const path = folder.newestCheckpoint()!;
    const restore = async (more = {}) => (await runSmall(small(), 2, { ...settings, 'execution.state-recovery.path': path, ...more })).error;
    const state = join(path, readdirSync(path).find((name) => name.endsWith('.state'))!);
    const whole = readFileSync(state);
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 3]! ^= 1;
    writeFileSync(state, flipped);
    const corrupt = await restore({ 'restart-strategy.type': 'exponential-delay' });
    assert.equal(corrupt?.code, 'SNAPSHOT_CORRUPT', 'a restart would not help');
    assert.ok(corrupt.message.includes(state), corrupt.message);
    truncateSync(state, 10);
    assert.equal((await restore())?.code, 'SNAPSHOT_CORRUPT');
    rmSync(state);
    assert.equal((await restore())?.code, 'SNAPSHOT_READ_FAILED');
    writeFileSync(state, whole);
    truncateSync(join(path, '_metadata'), 100);
    assert.equal((await restore())?.code, 'CHECKPOINT_METADATA_DAMAGED');
    rmSync(join(path, '_metadata'));
    assert.equal((await restore())?.code, 'CHECKPOINT_NOT_FOUND');
  });

  test('with file merging the subtasks of a slot share a file, from which a job goes on at another parallelism', async () => {
    const settings = { ...folder.checkpointSettings(), 'execution.checkpointing.data-inline-threshold': '0 b' };
    const stateFiles = (path: string): readonly string[] => readdirSync(path).filter((name) => name.endsWith('.state'));
    const plain = await runSmall(small({ outputDirectory: join(folder.path, 'plain') }), 2, settings, cancelWhen((running) => running.details.checkpoints.completed >= 2));
    const merging = { ...settings, 'execution.checkpointing.file-merging.enabled': true, 'execution.checkpointing.file-merging.pool-blocking': true };
    const args = small();
    const { job } = await runSmall(args, 2, merging, cancelWhen((running) => running.details.checkpoints.completed >= 3));
    const path = job.details.checkpoints.latestPath!;
    assert.ok(stateFiles(path).length < stateFiles(plain.job.details.checkpoints.latestPath!).length, stateFiles(path).join());
    assert.ok((await SavepointReader.read(path, createNodePlatform())).operators.length > 0);
    const { error } = await runSmall(args, 3, { ...settings, 'execution.state-recovery.path': path });
    assert.equal(error, undefined);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expectedLines(args)), []);
    const state = join(path, stateFiles(path)[0]!);
    const flipped = readFileSync(state);
    for (let at = 20; at < flipped.length; at += 40) flipped[at]! ^= 1;
    writeFileSync(state, flipped);
    assert.equal((await runSmall(args, 3, { ...settings, 'execution.state-recovery.path': path })).error?.code, 'SNAPSHOT_CORRUPT');
    truncateSync(state, flipped.length - 1);
    assert.ok(['SNAPSHOT_CORRUPT', 'SNAPSHOT_READ_FAILED'].includes((await runSmall(args, 3, { ...settings, 'execution.state-recovery.path': path })).error?.code ?? ''));
  });

  test('a restore above the max parallelism is refused, and so is a program without an operator that has state, unless that is wanted', async () => {
    const settings = folder.checkpointSettings();
    const args = small({ maxParallelism: 2 });
    await runSmall(args, 2, settings, cancelWhen((running) => running.details.checkpoints.completed >= 2));
    const restore = { ...SMALL, 'execution.state-recovery.path': folder.newestCheckpoint()! };
    await assert.rejects(runSmall(args, 3, restore), { code: 'PARALLELISM_ABOVE_MAX' });
    const { maxParallelism: _max, ...free } = args;
    assert.equal((await runSmall(free, 3, restore)).error?.code, 'RESTORE_MAX_PARALLELISM_CHANGED');
    assert.equal((await runSmall({ ...args, isWithoutReduce: true }, 2, restore)).error?.code, 'RESTORE_OPERATOR_MISSING');
    const changed = await runSmall({ ...args, isWithoutReduce: true }, 2, { ...restore, 'execution.state-recovery.ignore-unclaimed-state': true });
    assert.equal(changed.error, undefined);
    assert.ok(committedLines(args.outputDirectory).includes('sums: 9 2999'), 'rows as they are');
  });

  test('a checkpoint that meets a record which makes millions of rows completes behind it', async () => {
    const args = small({ rows: 1, ratePerSecond: 5000, burst: 3_000_000 });
    const { error, job } = await runSmall(args, 1, folder.checkpointSettings());
    assert.equal(error, undefined);
    assert.ok(job.details.checkpoints.completed >= 1);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expectedLines(args)), []);
  });

  test('at least once loses nothing', async () => {
    const args = small();
    const settings = { ...folder.checkpointSettings(), 'execution.checkpointing.mode': 'AT_LEAST_ONCE' };
    const { job } = await runSmall(args, 2, settings, afterCheckpoints(3));
    await runSmall(args, 3, { ...settings, 'execution.state-recovery.path': job.details.checkpoints.latestPath });
    const keys = new Set(committedLines(args.outputDirectory).map((line) => line.split(' ')[1]));
    assert.equal(keys.size, 13);
    const highest = (key: number) => Math.max(...committedLines(args.outputDirectory).filter((line) => line.startsWith(`sums: ${key} `)).map((line) => Number(line.split(' ')[2])));
    for (let key = 0; key < 13; key++) assert.ok(highest(key) >= Math.max(...expectedLines(args).filter((line) => line.startsWith(`sums: ${key} `)).map((line) => Number(line.split(' ')[2]))));
  });
});

describe('the end of bounded input', () => {
  let folder: RecoveryFolder;
  beforeEach(() => { folder = new RecoveryFolder(); });
  afterEach(() => rmSync(folder.path, { recursive: true }));

  test('a job whose checkpoints are far apart does not wait for the next one', async () => {
    const args: SmallArguments = { outputDirectory: join(folder.path, 'out'), rows: 200, ratePerSecond: 10_000 };
    const { error, job } = await runSmall(args, 2, { ...folder.checkpointSettings(), 'execution.checkpointing.interval': '1 h' });
    assert.equal(error, undefined);
    assert.equal(job.details.checkpoints.completed, 1, 'the one that commits what came last');
    assert.deepEqual(difference(committedLines(args.outputDirectory), expectedLines(args)), []);
    assert.deepEqual(readdirSync(folder.checkpoints), []);
  });

  test('a kill between the end of one input and the end of the job doubles nothing of that input', async () => {
    const args: SmallArguments = { outputDirectory: join(folder.path, 'out'), rows: 3000, ratePerSecond: 3000, fewRows: 500 };
    const settings = { ...folder.checkpointSettings(), 'execution.checkpointing.interval': '300 ms' };
    const isFewVisible = (): boolean => committedLines(args.outputDirectory).some((line) => line.startsWith('few'));
    const kill = { isDone: false };
    const first = await runSmall(args, 2, settings, { isDue: () => {
      if (kill.isDone || !isFewVisible()) return false;
      kill.isDone = true;
      return true;
    } });
    assert.equal(first.error?.code, 'SLOT_WORKER_DIED');
    const newest = folder.newestCheckpoint();
    const second = await runSmall(args, 3, { ...settings, ...(newest === undefined ? {} : { 'execution.state-recovery.path': newest }) });
    assert.equal(second.error, undefined);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expectedLines(args)), []);
  });

  test('a place that takes no checkpoints ends the job, which commits nothing', async () => {
    mkdirSync(join(folder.path, 'file'));
    writeFileSync(join(folder.path, 'file', 'checkpoints'), '');
    const args: SmallArguments = { outputDirectory: join(folder.path, 'out'), rows: 500, ratePerSecond: 2000 };
    const { error } = await runSmall(args, 2, { ...folder.checkpointSettings(), 'execution.checkpointing.dir': join(folder.path, 'file', 'checkpoints') });
    assert.equal(error?.code, 'CHECKPOINT_DIRECTORY_UNUSABLE');
    assert.deepEqual(committedLines(args.outputDirectory), []);
  });
});
