import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import { committedLines, difference, RecoveryFolder, runRecovery, type Disturbance } from './recovery-run.js';

/** A disk of its own, small enough to be filled; undefined where nobody may mount one. */
class SmallDisk {
  readonly path: string;
  #filling: NodeJS.Timeout | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  static mount(path: string): SmallDisk | undefined {
    mkdirSync(path, { recursive: true });
    return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'ignore' }).status === 0 ? new SmallDisk(path) : undefined;
  }

  /** Takes what room there is: again and again, since older checkpoints are removed. */
  fill(): void {
    const file = openSync(join(this.path, 'filler'), 'a');
    const zeros = Buffer.alloc(65_536);
    try {
      for (let bytes = zeros.length; bytes > 0;) bytes = writeSync(file, zeros, 0, Math.min(bytes, zeros.length));
    } catch {
      // Full.
    } finally {
      closeSync(file);
    }
  }

  /** Keeps the disk full until it is freed. */
  keepFull(): void {
    this.fill();
    this.#filling = setInterval(() => this.fill(), 2);
  }

  free(): void {
    clearInterval(this.#filling);
    rmSync(join(this.path, 'filler'));
  }

  remount(mode: 'ro' | 'rw'): void {
    // Somebody has a file open for writing for a moment, now and then.
    for (let tries = 0; tries < 2000; tries++) if (spawnSync('mount', ['-o', `remount,${mode}`, this.path], { stdio: 'ignore' }).status === 0) return;
    throw new Error(`${this.path} cannot be mounted ${mode}`);
  }

  unmount(): void {
    spawnSync('umount', [this.path], { stdio: 'ignore' });
  }
}

/** Steps that follow one another; each begins when its condition holds. The last answer of a step says whether a worker is ended. */
function steps(...all: readonly { readonly when: (job: LocalJobClient) => boolean; readonly act: () => boolean }[]): Disturbance & { readonly isDone: () => boolean } {
  let next = 0;
  return {
    isDone: () => next === all.length,
    isDue: (job) => {
      const step = all[next];
      if (step === undefined || !step.when(job)) return false;
      next++;
      return step.act();
    },
  };
}

const diskFolder = mkdtempSync(join(tmpdir(), 'millrace-disk-'));
const disk = process.platform === 'linux' ? SmallDisk.mount(diskFolder) : undefined;

describe('a disk that fails', { skip: disk === undefined && 'no small disk can be mounted here: run the tests as root on Linux' }, () => {
  let folder: RecoveryFolder;
  let expected: readonly string[];

  before(async () => {
    folder = new RecoveryFolder();
    expected = await folder.undisturbedLines();
  });

  after(() => {
    disk!.unmount();
    rmSync(diskFolder, { recursive: true });
    rmSync(folder.path, { recursive: true });
  });

  const settings = (name: string, more = {}): Record<string, unknown> => ({
    ...folder.checkpointSettings(), 'execution.checkpointing.dir': join(disk!.path, name), 'execution.checkpointing.tolerable-failed-checkpoints': 1_000_000,
    'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '20 ms', 'restart-strategy.fixed-delay.attempts': 1_000_000, ...more,
  });
  const completed = (job: LocalJobClient): number => job.details.checkpoints.completed;
  const act = (action: () => void, isWorkerEnded = false) => (): boolean => {
    action();
    return isWorkerEnded;
  };

  for (const [fault, begin, end] of [['full', () => disk!.keepFull(), () => disk!.free()], ['read-only', () => disk!.remount('ro'), () => disk!.remount('rw')]] as const) {
    test(`while the disk of the checkpoints is ${fault}, checkpoints fail and the job goes on; then they complete again`, async () => {
      const args = folder.arguments(`checkpoints-${fault}`, { gateFiles: [folder.gate(`first-${fault}`), folder.gate(`second-${fault}`)] });
      let failedBefore = 0;
      let completedBefore = 0;
      const disturbance = steps(
        { when: (job) => completed(job) >= 2, act: act(() => begin()) },
        { when: (job) => { failedBefore = job.details.checkpoints.failed; completedBefore = completed(job); return true; }, act: act(() => folder.open(`first-${fault}`)) },
        // The worker's successor starts from a checkpoint of before, on a disk that takes no new one.
        { when: (job) => job.details.checkpoints.failed >= failedBefore + 3, act: act(() => undefined, true) },
        { when: (job) => job.details.restarts === 1 && job.details.status === 'RUNNING' && job.details.checkpoints.failed >= failedBefore + 5, act: act(() => end()) },
        { when: (job) => completed(job) > completedBefore, act: act(() => folder.open(`second-${fault}`)) },
      );
      const { error, job } = await runRecovery(args, 2, settings(`of-${fault}`), disturbance);
      assert.equal(error, undefined);
      assert.equal(disturbance.isDone(), true);
      assert.equal(job.details.restarts, 1, 'a checkpoint that fails restarts nothing');
      assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
    });
  }

  test('while the disk of the output is full, the job restarts, and ends when there is room', async () => {
    const output = join(disk!.path, 'output');
    const args = { ...folder.arguments('unused', { gateFiles: [folder.gate('output'), folder.gate('output')] }), outputDirectory: output };
    const disturbance = steps(
      { when: (job) => completed(job) >= 2, act: act(() => { disk!.keepFull(); folder.open('output'); }) },
      { when: (job) => job.details.restarts >= 3, act: act(() => disk!.free()) },
    );
    const { error, job } = await runRecovery(args, 2, settings('unused', { 'execution.checkpointing.dir': folder.checkpoints }), disturbance);
    assert.equal(error, undefined);
    assert.equal(disturbance.isDone(), true);
    assert.ok(job.details.exceptions.some((entry) => /FILE_NO_SPACE|no space is left/.test(`${entry.error.code} ${entry.error.message}`)), JSON.stringify(job.details.exceptions.map((entry) => entry.error.message)));
    assert.deepEqual(difference(committedLines(output), expected), []);
  });
});
