import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { afterCheckpoints, committedLines, completedCheckpoints, difference, RecoveryFolder, runRecovery } from './recovery-run.js';

const PROCESS = fileURLToPath(new URL('./recovery-process.js', import.meta.url));

describe('kill and restore', () => {
  let folder: RecoveryFolder;
  let expected: readonly string[];

  before(async () => {
    folder = new RecoveryFolder();
    expected = await folder.undisturbedLines();
    assert.ok(expected.length > 10_000, `${expected.length} lines`);
  });

  after(() => rmSync(folder.path, { recursive: true }));

  test('a run that nobody disturbs gives the same lines with checkpoints', async () => {
    const args = folder.arguments('checkpointed');
    const { error, job } = await runRecovery(args, 2, folder.checkpointSettings());
    assert.equal(error, undefined);
    assert.ok(job.details.checkpoints.completed >= 1);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  });

  test('a job killed at parallelism 2 and again at 3 ends at 1, and loses and doubles nothing', async () => {
    const args = folder.arguments('killed-twice', { gateFiles: [folder.gate('first'), folder.gate('second')] });
    const settings = folder.checkpointSettings();
    const one = await runRecovery(args, 2, settings, afterCheckpoints(3));
    assert.equal(one.error?.code, 'SLOT_WORKER_DIED');
    folder.open('first');
    const two = await runRecovery(args, 3, { ...settings, 'execution.state-recovery.path': one.job.details.checkpoints.latestPath }, afterCheckpoints(3));
    folder.open('second');
    assert.equal(two.error?.code, 'SLOT_WORKER_DIED');
    const three = await runRecovery(args, 1, { ...settings, 'execution.state-recovery.path': two.job.details.checkpoints.latestPath });
    assert.equal(three.error, undefined);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  });

  test('so does one that was killed at parallelism 1 and goes on at 4', async () => {
    const args = folder.arguments('killed-once', { gateFiles: [folder.gate('any'), folder.gate('once')] });
    folder.open('any');
    const settings = folder.checkpointSettings();
    const one = await runRecovery(args, 1, settings, afterCheckpoints(2));
    folder.open('once');
    assert.equal(one.error?.code, 'SLOT_WORKER_DIED');
    assert.equal((await runRecovery(args, 4, { ...settings, 'execution.state-recovery.path': one.job.details.checkpoints.latestPath })).error, undefined);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  });

  const variants = {
    'whose barriers overtake rows, and what was under way is dealt out anew': { 'execution.checkpointing.unaligned.enabled': true },
    'whose snapshots are compressed': { 'execution.checkpointing.snapshot-compression': true },
    'whose checkpoints overlap': { 'execution.checkpointing.interval': '3 ms', 'execution.checkpointing.max-concurrent-checkpoints': 4, 'execution.checkpointing.data-inline-threshold': '0 bytes' },
  };
  for (const [what, more] of Object.entries(variants)) test(`so does one ${what}, killed at 2 and again at 3`, async () => {
    const args = folder.arguments(what, { gateFiles: [folder.gate(`${what}-1`), folder.gate(`${what}-2`)] });
    const settings = { ...folder.checkpointSettings(), ...more };
    const one = await runRecovery(args, 2, settings, afterCheckpoints(3));
    assert.equal(one.error?.code, 'SLOT_WORKER_DIED');
    folder.open(`${what}-1`);
    const two = await runRecovery(args, 3, { ...settings, 'execution.state-recovery.path': one.job.details.checkpoints.latestPath }, afterCheckpoints(3));
    folder.open(`${what}-2`);
    assert.equal(two.error?.code, 'SLOT_WORKER_DIED');
    const three = await runRecovery(args, 1, { ...settings, 'execution.state-recovery.path': two.job.details.checkpoints.latestPath });
    assert.equal(three.error, undefined);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  });

  const localDirectory = (): string => join(folder.path, 'local');
  const restarts = [
    { fault: 'throw', from: 'the newest checkpoint', more: () => ({}) },
    { fault: 'exit', from: 'the newest checkpoint', more: () => ({}) },
    { fault: 'exit', from: 'second copies of the newest checkpoint, of which nothing is left', more: () => ({ 'execution.state-recovery.from-local': true, 'execution.checkpointing.local-backup.dirs': localDirectory(), 'execution.checkpointing.data-inline-threshold': '0 bytes' }) },
  ] as const;
  for (const [index, { fault, from, more }] of restarts.entries()) {
    test(`a job whose function does ${fault} is restarted by its strategy from ${from}`, async () => {
      const name = `${fault}-${index}`;
      const args = folder.arguments(`restarted-${name}`, { fault, marker: join(folder.path, `has-done-${name}`), gateFiles: [folder.gate(name)] });
      const settings = { ...folder.checkpointSettings(), ...more(), 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '1 ms', 'restart-strategy.fixed-delay.attempts': 3 };
      const { error, job } = await runRecovery(args, 2, settings, { isDue: (running) => {
        if (running.details.checkpoints.completed >= 2) folder.open(name);
        return false;
      } });
      assert.equal(error, undefined);
      assert.equal(job.details.restarts, 1);
      assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
      if (existsSync(localDirectory())) assert.deepEqual(readdirSync(localDirectory()), []);
    });
  }

  test('a process that is killed leaves a checkpoint from which another process goes on', async () => {
    const args = folder.arguments('process', { gateFiles: [folder.gate('process')] });
    const root = join(folder.path, 'process-checkpoints');
    const settings = { ...folder.checkpointSettings(), 'execution.checkpointing.dir': root };
    const run = (parallelism: number, more = {}) => spawn(process.execPath, [PROCESS, JSON.stringify({ args, parallelism, settings: { ...settings, ...more } })], { stdio: ['ignore', 'ignore', 'pipe'] });
    const first = run(2);
    const ended = once(first, 'exit');
    while (completedCheckpoints(root).length === 0 && first.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    first.kill('SIGKILL');
    folder.open('process');
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    const second = run(3, { 'execution.state-recovery.path': completedCheckpoints(root).at(-1)! });
    let said = '';
    second.stderr.on('data', (text: Buffer) => { said += text.toString(); });
    assert.deepEqual(await once(second, 'exit'), [0, null], said);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  });
});
