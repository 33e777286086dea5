import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { RegionArguments } from './region-job.js';
import { committedLines, difference, RecoveryFolder, runRegions, type RunOutcome } from './recovery-run.js';

const ROWS = 3000;

function expectedLines(): readonly string[] {
  return Array.from({ length: ROWS }, (_, index) => [`forwarded: ${index % 7} ${index}`, `keyed: ${index % 7} ${Math.floor(index / 7) + 1}`]).flat().toSorted();
}

/** Attempt of each task, by pipeline and subtask. */
function attempts({ job }: RunOutcome): Record<string, number> {
  return Object.fromEntries(job.details.executions.map(({ taskName, attemptNumber }) => [taskName.replace(/^Source: /, '').replace(/ ->.*\(/, ' ('), attemptNumber]));
}

describe('restart of pipelined regions', () => {
  let folder: RecoveryFolder;
  beforeEach(() => { folder = new RecoveryFolder(); });
  afterEach(() => rmSync(folder.path, { recursive: true }));

  const run = async (more: Pick<RegionArguments, 'faulty' | 'fault'>, settings: Record<string, unknown> = {}): Promise<RunOutcome> => {
    const args = { outputDirectory: join(folder.path, 'out'), rows: ROWS, ratePerSecond: 2500, marker: join(folder.path, 'marker'), ...more };
    const outcome = await runRegions(args, 2, { ...folder.checkpointSettings(), 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '20 ms', ...settings });
    assert.equal(outcome.error, undefined);
    assert.deepEqual(difference(committedLines(join(folder.path, 'out')), expectedLines()), []);
    return outcome;
  };

  test('the tasks of a failed region start again in their slots, the others run on', async () => {
    const outcome = await run({ faulty: 'keyed', fault: 'throw' });
    assert.deepEqual(attempts(outcome), { 'keyed (1/2)': 1, 'keyed (2/2)': 1, 'Keyed Reduce (1/2)': 1, 'Keyed Reduce (2/2)': 1, 'forwarded (1/2)': 0, 'forwarded (2/2)': 0 });
    const { exceptions, restarts } = outcome.job.details;
    assert.equal(restarts, 1);
    assert.equal(exceptions.length, 1);
    assert.match(exceptions[0]!.error.message, /broken once/);
    assert.match(exceptions[0]!.task!.taskName, /keyed/);
  });

  test('a region of one subtask starts again alone', async () => {
    const outcome = await run({ faulty: 'forwarded', fault: 'throw' });
    const counts = Object.values(attempts(outcome)).toSorted();
    assert.deepEqual(counts, [0, 0, 0, 0, 0, 1]);
  });

  test('a worker that ends takes all tasks of its slot with it, and the regions they belong to', async () => {
    const { job, error } = await run({ faulty: 'forwarded', fault: 'exit' });
    assert.equal(error, undefined);
    const failedSlot = job.details.exceptions[0]!.task!.slotIndex;
    for (const { taskName, slotIndex, attemptNumber } of job.details.executions) {
      assert.equal(attemptNumber, taskName.includes('forwarded') && slotIndex !== failedSlot ? 0 : 1, taskName);
    }
    assert.equal(job.details.exceptions[0]!.error.code, 'SLOT_WORKER_DIED');
  });

  test('without a checkpoint a region starts from its beginning, and nothing of the lost attempt is seen', async () => {
    const outcome = await run({ faulty: 'keyed', fault: 'throw' }, { 'execution.checkpointing.interval': '1 h' });
    assert.equal(attempts(outcome)['forwarded (1/2)'], 0);
  });

  test('with the strategy full all tasks start again', async () => {
    const outcome = await run({ faulty: 'forwarded', fault: 'throw' }, { 'jobmanager.execution.failover-strategy': 'full' });
    assert.deepEqual(new Set(Object.values(attempts(outcome))), new Set([1]));
  });

  test('an unknown strategy is refused', async () => {
    await assert.rejects(run({ faulty: 'keyed', fault: 'throw' }, { 'jobmanager.execution.failover-strategy': 'some' }), { code: 'CONFIG_VALUE_INVALID' });
  });
});
