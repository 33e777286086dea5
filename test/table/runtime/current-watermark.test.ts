import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, stepsOf } from './streaming-steps.js';

const EVENTS = { e: { ddl: ['k STRING', 'ts TIMESTAMP(3)', 'v INT', "WATERMARK FOR ts AS ts - INTERVAL '2' SECOND"] } };

describe('CURRENT_WATERMARK', () => {
  it('is NULL before the first watermark, then what the operator has reached', async () => {
    assert.deepEqual(await stepsOf(EVENTS, 'SELECT k, CURRENT_WATERMARK(ts) FROM e', [['e', 'a', at(5), 1], ['e', 'b', at(9), 1], ['e', 'c', at(1), 1]]), [
      `0 +I["a",null]`, `1 +I["b","${at(3)}"]`, `2 +I["c","${at(7)}"]`,
    ]);
  });

  it('in a filter keeps late rows apart', async () => {
    const late = 'SELECT k FROM e WHERE CURRENT_WATERMARK(ts) IS NOT NULL AND ts <= CURRENT_WATERMARK(ts)';
    assert.deepEqual(await stepsOf(EVENTS, late, [['e', 'a', at(5), 1], ['e', 'b', at(9), 1], ['e', 'c', at(1), 1], ['e', 'd', at(8), 1]]), ['2 +I["c"]']);
  });

  it('takes a rowtime attribute only', async () => {
    const plain = { e: { ddl: ['k STRING', 'ts TIMESTAMP(3)', 'far TIMESTAMP(6)'] } };
    await assert.rejects(stepsOf(plain, 'SELECT CURRENT_WATERMARK(ts) FROM e', []), /must be a rowtime attribute, but was/);
    await assert.rejects(stepsOf(plain, 'SELECT CURRENT_WATERMARK(far) FROM e', []), /cannot be a time attribute/);
    await assert.rejects(stepsOf(plain, 'SELECT CURRENT_WATERMARK(k) FROM e', []), /cannot be a time attribute/);
  });
});
