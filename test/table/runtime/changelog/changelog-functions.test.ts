import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stepsOf } from '../streaming-steps.js';

describe('changes as rows, and rows as changes', () => {
  it('TO_CHANGELOG names each change, and leaves out those without a code', async () => {
    const tables = { t: { ddl: ['name STRING', 'score INT'], changelogMode: 'I,UB,UA,D' } };
    const steps = [['t', 'a', 1], ['-U t', 'a', 1], ['+U t', 'a', 2], ['-D t', 'a', 2]] as const;
    assert.deepEqual(await stepsOf(tables, 'SELECT * FROM TO_CHANGELOG(input => TABLE t)', steps), ['0 +I["INSERT","a",1]', '1 +I["UPDATE_BEFORE","a",1]', '2 +I["UPDATE_AFTER","a",2]', '3 +I["DELETE","a",2]']);
    const flagged = "SELECT * FROM TO_CHANGELOG(input => TABLE t, op => DESCRIPTOR(gone), op_mapping => MAP['INSERT, UPDATE_AFTER', 'no', 'DELETE', 'yes'])";
    assert.deepEqual(await stepsOf(tables, flagged, steps), ['0 +I["no","a",1]', '2 +I["no","a",2]', '3 +I["yes","a",2]']);
    assert.deepEqual(await stepsOf(tables, "SELECT * FROM TABLE(TO_CHANGELOG((SELECT score FROM t), DEFAULT, DEFAULT, DEFAULT, 'my-id'))", steps.slice(0, 2)), ['0 +I["INSERT",1]', '1 +I["UPDATE_BEFORE",1]']);
    await assert.rejects(stepsOf(tables, "SELECT * FROM TO_CHANGELOG(input => TABLE t, op_mapping => MAP['INSERT, DELETE', 'x', 'DELETE', 'y'])", []), /mapped twice/);
  });

  it('FROM_CHANGELOG makes changes by code, and fails at a code that it does not know', async () => {
    const tables = { t: { ddl: ['id INT', 'op STRING', 'name STRING'] } };
    const query = "SELECT * FROM FROM_CHANGELOG(input => TABLE t, op_mapping => MAP['c, r', 'INSERT', 'ub', 'UPDATE_BEFORE', 'ua', 'UPDATE_AFTER', 'd', 'DELETE'])";
    assert.deepEqual(await stepsOf(tables, query, [['t', 1, 'c', 'a'], ['t', 2, 'r', 'b'], ['t', 1, 'ub', 'a'], ['t', 1, 'ua', 'x'], ['t', 2, 'd', 'b']]), ['0 +I[1,"a"]', '1 +I[2,"b"]', '2 -U[1,"a"]', '3 +U[1,"x"]', '4 -D[2,"b"]']);
    await assert.rejects(stepsOf(tables, query, [['t', 1, 'q', 'a']]), /invalid op code 'q'/);
  });
});
