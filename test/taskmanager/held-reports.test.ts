// Whoever hears that a task has finished may rely on it: what user code left to the event loop has been heard before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SlotReport } from '#cluster/messages/slot-messages';
import { NodeClock } from '#platform/clock/node-clock';
import { holdFinishedReports } from '#taskmanager/slots/held-reports';

const finished = { kind: 'task-status', attemptNumber: 0, subtaskId: 'a-0', status: 'FINISHED', error: undefined } as unknown as SlotReport;
const running = { ...finished, status: 'RUNNING' } as SlotReport;
const failed = { kind: 'slot-failed', error: { name: 'Error', message: 'a promise' } } as unknown as SlotReport;

test('the end of a task is told after a turn of the event loop, what follows it behind it, and a failure of the slot before it', async () => {
  const posted: SlotReport[] = [];
  const report = holdFinishedReports((message) => posted.push(message), new NodeClock());
  report(running);
  report(finished);
  report(running);
  assert.deepEqual(posted, [running]);
  report(failed);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(posted, [running, failed, finished, running]);
  report(running);
  assert.equal(posted.length, 5, 'nothing is held any more');
});
