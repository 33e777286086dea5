// A disk that fails at the moment a job is started again: the restart strategy has it tried again, where a job that is new is refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deserializeError } from '#core/errors/engine-error';
import { SimulatedDisk } from '#platform/files/simulated-disk';
import { SeededRandom } from '#platform/random/seeded-random';
import { expectedLines } from './job.js';
import { drawScenario, type JobShape } from './scenario.js';
import { SimulatedCluster, type SubmittedJob } from './simulated-cluster.js';
import { World } from './world.js';

const STEPS_MAX = 20_000;
/** File calls of a start that are made to fail, one a run. */
const CALLS = 12;
const { settings } = drawScenario(1, new SeededRandom(1));
const INPUT = { isOnDemand: false, splits: 2, rowsPerSplit: 40, keys: 5, padChars: 0, rowsPerPoll: 3 };
const JOB: JobShape = { pipelines: ['running'], hasTwoRegions: false, first: { ...INPUT, salt: 1 }, second: { ...INPUT, salt: 2 }, pace: { pauseMs: 10, rowsBetweenPauses: 1 }, sink: 'transactions' };
const SETTINGS = {
  ...settings, 'parallelism.default': 2, 'execution.checkpointing.interval': '10 ms', 'execution.checkpointing.min-pause': '0 ms', 'execution.checkpointing.timeout': '10 min',
  'taskmanager.memory.network.min': '1 mb', 'taskmanager.memory.network.max': '1 mb', 'restart-strategy.fixed-delay.attempts': 1000, 'restart-strategy.fixed-delay.delay': '5 ms',
};

class Host {
  readonly world = new World(2);
  readonly #disk = new SimulatedDisk();
  readonly #random = new SeededRandom(7);

  start(startMs: number): SimulatedCluster {
    return new SimulatedCluster({ random: this.#random.split(), disk: this.#disk, startMs, world: this.world, job: JOB, workMsMax: 0.1, stalls: { probability: 0, stepsMax: 1 }, onEvent: () => undefined });
  }
}

async function stepUntil(cluster: SimulatedCluster, holds: () => boolean, before: () => void = () => undefined): Promise<void> {
  for (let steps = 0; !holds(); steps++) {
    assert.ok(steps < STEPS_MAX, 'what is waited for comes');
    before();
    await cluster.step();
  }
}

/** It reads the rest of its input and must have committed what an undisturbed run does. */
async function finish(host: Host, cluster: SimulatedCluster, job: SubmittedJob): Promise<void> {
  host.world.stage = 1;
  await stepUntil(cluster, () => job.outcome !== undefined);
  assert.equal(job.outcome!.status, 'FINISHED', job.outcome!.status === 'FINISHED' ? '' : deserializeError(job.outcome!.error).message);
  assert.deepEqual(host.world.log.violations, []);
  assert.deepEqual(host.world.log.committedRows.toSorted(), expectedLines(JOB).toSorted());
}

const noSpace = (): Error => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

describe('a disk that fails as a job starts', () => {
  test('again after the death of its process: the job goes on, whichever call it was', async () => {
    let retried = 0;
    for (let call = 1; call <= CALLS; call++) {
      const host = new Host();
      const first = host.start(0);
      const job = first.submit(SETTINGS);
      await stepUntil(first, () => (job.point?.completedCheckpoints ?? 0) > 0);
      first.kill();
      const nowMs = first.clock.now() + 1;
      const second = host.start(nowMs);
      second.files.failAt(call, noSpace());
      const again = second.submit(SETTINGS, { point: job.point!, death: { timestamp: nowMs, cause: 'signal SIGKILL' } });
      await finish(host, second, again);
      retried += second.log.events.filter(({ message }) => message === 'job cannot restart yet').length;
    }
    assert.ok(retried > 2, `${retried} starts were tried again`);
  });

  test('again after the death of a slot: the job goes on when its checkpoint can be read', async () => {
    const host = new Host();
    const cluster = host.start(0);
    const job = cluster.submit(SETTINGS);
    const details = () => cluster.dispatcher.details(job.jobId);
    await stepUntil(cluster, () => details().checkpoints.completed > 0);
    cluster.threads.kill(cluster.threads.workers[0]!, undefined, { losesMessages: false });
    const failed = (): number => cluster.log.events.filter(({ message }) => message === 'job cannot restart yet').length;
    await stepUntil(cluster, () => failed() === 3, () => {
      cluster.files.clearFaults();
      if (details().status === 'RESTARTING') cluster.files.failAt(1, noSpace());
    });
    cluster.files.clearFaults();
    await finish(host, cluster, job);
    assert.match(details().exceptions[0]!.error.message, /no space is left/);
  });

  test('for the first time: it is refused', async () => {
    const cluster = new Host().start(0);
    cluster.files.failAt(1, noSpace());
    const job = cluster.submit(SETTINGS);
    await stepUntil(cluster, () => job.outcome !== undefined);
    assert.ok(job.outcome!.status === 'FAILED');
    assert.equal(deserializeError(job.outcome!.error).code, 'CHECKPOINT_DIRECTORY_UNUSABLE');
  });

  test('again and again: the restart strategy has the last word', async () => {
    const host = new Host();
    const first = host.start(0);
    const limited = { ...SETTINGS, 'restart-strategy.fixed-delay.attempts': 3 };
    const job = first.submit(limited);
    await stepUntil(first, () => (job.point?.completedCheckpoints ?? 0) > 0);
    first.kill();
    const nowMs = first.clock.now() + 1;
    const second = host.start(nowMs);
    const again = second.submit(limited, { point: job.point!, death: { timestamp: nowMs, cause: 'signal SIGKILL' } });
    await stepUntil(second, () => again.outcome !== undefined, () => {
      second.files.clearFaults();
      second.files.failAt(1, noSpace());
    });
    assert.ok(again.outcome!.status === 'FAILED');
    assert.match(deserializeError(again.outcome!.error).message, /no space is left/);
    assert.equal(second.log.events.filter(({ message }) => message === 'job cannot restart yet').length, 2);
  });
});
