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

  test('unaligned checkpoints are refused at several at a time', () => {
    assert.throws(() => readCheckpointSettings(Configuration.fromMap({ [CONCURRENT]: 2, 'execution.checkpointing.unaligned.enabled': true })), { code: 'CHECKPOINT_SETTINGS_CONFLICT' });
  });
});
