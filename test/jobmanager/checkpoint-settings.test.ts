import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { readCheckpointSettings } from '#jobmanager/checkpoint/checkpoint-settings';

const CONCURRENT = 'execution.checkpointing.max-concurrent-checkpoints';

describe('checkpoint settings', () => {
  test('a pause between checkpoints means one at a time', () => {
    assert.equal(readCheckpointSettings(Configuration.fromMap({ [CONCURRENT]: 3 })).concurrentMax, 3);
    assert.equal(readCheckpointSettings(Configuration.fromMap({ [CONCURRENT]: 3, 'execution.checkpointing.min-pause': '1 ms' })).concurrentMax, 1);
  });

  test('the interval during a backlog is no shorter than the other; 0 is none', () => {
    const during = (value: string) => readCheckpointSettings(Configuration.fromMap({ 'execution.checkpointing.interval': '10 s', 'execution.checkpointing.dir': '/c', 'execution.checkpointing.interval-during-backlog': value })).intervalDuringBacklogMs;
    assert.deepEqual([during('1 min'), during('0 ms')], [60_000, Infinity]);
    assert.throws(() => during('9 s'), { code: 'CHECKPOINT_SETTINGS_CONFLICT' });
  });

  test('unaligned checkpoints are refused at several at a time', () => {
    assert.throws(() => readCheckpointSettings(Configuration.fromMap({ [CONCURRENT]: 2, 'execution.checkpointing.unaligned.enabled': true })), { code: 'CHECKPOINT_SETTINGS_CONFLICT' });
  });

  test('a directory is one of this host or of S3, and none of it is guessed', () => {
    const directoryOf = (path: string) => readCheckpointSettings(Configuration.fromMap({ 'execution.checkpointing.dir': path })).directory;
    assert.deepEqual(['/a/b', 'file:/a/b', 'file:///a/b', 'a', 's3://bucket/a', 's3a://bucket/a'].map(directoryOf), ['/a/b', '/a/b', '/a/b', 'a', 's3://bucket/a', 's3a://bucket/a']);
    for (const path of ['hdfs://host/a', 'gs://bucket/a', 'file://host/a', 'S4://a', '', ' ']) assert.throws(() => directoryOf(path), { code: 'CHECKPOINT_PATH_UNSUPPORTED' }, path);
  });
});
