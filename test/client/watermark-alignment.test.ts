import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DataGeneratorSource, StreamExecutionEnvironment, WatermarkStrategy } from '../../src/index.js';

describe('watermark alignment in a job', () => {
  test('a source that could run to its end waits while the slow one of its group stands still', async () => {
    const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
    const aligned = WatermarkStrategy.forMonotonousTimestamps<{ at: number }>().withTimestampAssigner((row) => row.at).withWatermarkAlignment('group', 1000, 5);
    const fast = env.fromSource(new DataGeneratorSource((index) => ({ at: index * 10 }), 20_000, { ratePerSecond: 10_000 }), aligned, 'fast');
    const slow = env.fromSource(new DataGeneratorSource((index) => ({ at: index * 1_000_000 }), 2, { ratePerSecond: 0.5 }), aligned, 'slow');
    let reached = 0;
    let reachedAtSecondRow = Number.NaN;
    // Looked at in the sources' own tasks: channels in between would hold rows back for their buffer timeout.
    const ahead = fast.map((row) => {
      reached = row.at;
      return row;
    });
    const behind = slow.map((row) => {
      if (row.at > 0) reachedAtSecondRow = reached;
      return row;
    });
    const rows = await ahead.union(behind).executeAndCollect();
    assert.equal(rows.length, 20_002);
    // Two seconds pass before the slow source's second row: unaligned, the fast one has read all of its 200 s by then.
    assert.ok(reachedAtSecondRow < 150_000, `the fast source had reached ${reachedAtSecondRow} ms`);
  });
});
