import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import { committedLines, difference, RecoveryFolder, runRecovery, SMALL, type Disturbance } from './recovery-run.js';

/** Every vertex whose parallelism the program does not set. */
function allAt(job: LocalJobClient, parallelism: number): Record<string, number> {
  return Object.fromEntries(job.details.vertices.filter((vertex) => !vertex.isParallelismSet).map((vertex) => [vertex.id, parallelism]));
}

/** Rescales the job from one parallelism to the next once it runs, then lets its input go on. */
function rescaling(parallelisms: readonly number[], then: () => void): Disturbance & { readonly done: Promise<unknown> } {
  let resolve: (done: unknown) => void = () => undefined;
  const done = new Promise((settle) => { resolve = settle; });
  let hasBegun = false;
  return {
    done,
    isDue: (job) => {
      if (hasBegun || job.details.checkpoints.completed < 1) return false;
      hasBegun = true;
      resolve((async () => {
        const seen: number[][] = [];
        for (const parallelism of parallelisms) {
          await job.rescale(allAt(job, parallelism));
          seen.push([...new Set(job.details.vertices.filter((vertex) => !vertex.isParallelismSet).map((vertex) => vertex.parallelism))]);
        }
        then();
        return seen;
      })().finally(then));
      return false;
    },
  };
}

describe('a running job', () => {
  let folder: RecoveryFolder;
  let expected: readonly string[];

  before(async () => {
    folder = new RecoveryFolder();
    expected = await folder.undisturbedLines();
  });

  after(() => rmSync(folder.path, { recursive: true }));

  test('is rescaled up and down, and loses and doubles nothing', async () => {
    const args = folder.arguments('rescaled', { gateFiles: [folder.gate('rescaled')] });
    const rescaled = rescaling([3, 1, 2], () => folder.open('rescaled'));
    const { error, job } = await runRecovery(args, 2, { ...folder.checkpointSettings(), 'taskmanager.numberOfTaskSlots': 3 }, rescaled);
    assert.equal(error, undefined);
    assert.deepEqual(await rescaled.done, [[3], [1], [2]]);
    assert.equal(job.details.restarts, 3);
    assert.deepEqual(job.details.exceptions, [], 'to be rescaled is no failure');
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
  });

  test('that cannot have so many slots, or is asked while it is rescaled, goes on as it was', async () => {
    const args = folder.arguments('refused', { gateFiles: [folder.gate('refused')] });
    let refusals: Promise<PromiseSettledResult<void>[]> | undefined;
    const { error, job } = await runRecovery(args, 2, { ...folder.checkpointSettings(), 'taskmanager.numberOfTaskSlots': 2 }, {
      isDue: (running) => {
        if (refusals !== undefined || running.details.checkpoints.completed < 1) return false;
        refusals = Promise.allSettled([running.rescale(allAt(running, 3)), running.rescale(allAt(running, 1)), running.rescale(allAt(running, 1))]);
        void refusals.then(() => folder.open('refused'));
        return false;
      },
    });
    assert.equal(error, undefined);
    assert.deepEqual((await refusals!).map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'done')), ['NOT_ENOUGH_SLOTS', 'done', 'RESCALE_REFUSED']);
    assert.equal(job.details.restarts, 1);
    assert.deepEqual(difference(committedLines(args.outputDirectory), expected), []);
    await assert.rejects(job.rescale(allAt(job, 2)), { code: 'RESCALE_REFUSED', message: /it is FINISHED/ });
  });

  test('without a place for a checkpoint is not rescaled', async () => {
    const args = folder.arguments('no-checkpoint');
    let refusal: Promise<unknown> | undefined;
    const { error } = await runRecovery(args, 1, SMALL, {
      isDue: (running) => {
        if (running.details.status === 'RUNNING') refusal ??= running.rescale(allAt(running, 2)).catch((thrown: unknown) => thrown);
        return false;
      },
    });
    assert.equal(error, undefined);
    assert.equal((await refusal as { code?: string }).code, 'CHECKPOINT_DIRECTORY_MISSING');
  });
});
