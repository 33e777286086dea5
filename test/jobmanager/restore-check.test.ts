import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RestoreDescriptor } from '#cluster/messages/slot-messages';
import type { JobPlanVertex } from '#jobmanager/job-master/job-plan';
import { fitToRestore } from '#jobmanager/job-master/restore-check';

const RESTORE: RestoreDescriptor = { checkpointId: 3, directory: '/c/chk-3', inlined: {}, operators: [{ operatorId: 'sum', parallelism: 2, maxParallelism: 128, subtasks: [] }] };
const VERTEX: JobPlanVertex = { id: 'sum', name: 'Sum', parallelism: 4, maxParallelism: 128, isMaxParallelismDerived: true, isParallelismSet: false, slotSharingGroup: 'default', operatorIds: ['sum', 'sink'] };
const STRICT = { isUnclaimedStateIgnored: false };

describe('fit to restore', () => {
  test('a derived max parallelism gives way to that of the checkpoint', () => {
    const [fitted] = fitToRestore(RESTORE, [{ ...VERTEX, maxParallelism: 256 }], STRICT);
    assert.equal(fitted?.maxParallelism, 128);
  });

  test('a max parallelism that the program sets must be that of the checkpoint', () => {
    assert.throws(() => fitToRestore(RESTORE, [{ ...VERTEX, maxParallelism: 64, isMaxParallelismDerived: false }], STRICT), { code: 'RESTORE_MAX_PARALLELISM_CHANGED', message: /"Sum" has max parallelism 64.*128/ });
    assert.throws(() => fitToRestore(RESTORE, [{ ...VERTEX, parallelism: 200, maxParallelism: 512 }], STRICT), { code: 'RESTORE_MAX_PARALLELISM_CHANGED', message: /parallelism 200/ });
  });

  test('operators that are one chain now must have had the same max parallelism', () => {
    const two = { ...RESTORE, operators: [...RESTORE.operators, { operatorId: 'sink', parallelism: 1, maxParallelism: 64, subtasks: [] }] };
    assert.throws(() => fitToRestore(two, [VERTEX], STRICT), { code: 'RESTORE_MAX_PARALLELISM_CHANGED', message: /"Sum" is one chain now.*128 and 64/ });
  });

  test('state of an operator that the job does not have is refused, unless it may be dropped', () => {
    const other = [{ ...VERTEX, operatorIds: ['other'] }];
    assert.throws(() => fitToRestore(RESTORE, other, STRICT), { code: 'RESTORE_OPERATOR_MISSING', message: /operator sum/ });
    const ofStatement = { ...RESTORE, operators: [{ ...RESTORE.operators[0]!, uid: 'sql-0a1b_group-aggregate' }] };
    assert.throws(() => fitToRestore(ofStatement, other, STRICT), { code: 'RESTORE_OPERATOR_MISSING', message: /the statement has changed.*COMPILE PLAN/ });
    assert.deepEqual(fitToRestore(RESTORE, other, { isUnclaimedStateIgnored: true }), other);
  });
});
