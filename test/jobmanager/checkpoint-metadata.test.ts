import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { decodeCheckpointMetadata, encodeCheckpointMetadata, type CheckpointMetadata } from '#jobmanager/checkpoint/checkpoint-metadata';

const METADATA: CheckpointMetadata = {
  checkpointId: 7, jobId: 'ab', jobName: 'job — ü', timestamp: 12,
  operators: [{ operatorId: 'op', parallelism: 2, maxParallelism: 128, subtasks: [{ subtaskIndex: 0, file: 'op_0.state', bytes: 3 }] }],
  enumerators: [{ operatorId: 'op', state: 'AAA=' }], inlined: { 'op_1.state': 'AQI=' }, sharedFiles: [{ path: '../shared/7-a.sst', bytes: 4 }],
};

describe('checkpoint metadata', () => {
  test('comes back as it was written', () => {
    assert.deepEqual(decodeCheckpointMetadata(encodeCheckpointMetadata(METADATA), 'path'), METADATA);
  });

  test('any changed or missing byte is refused', () => {
    const bytes = encodeCheckpointMetadata(METADATA);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 1;
      assert.throws(() => decodeCheckpointMetadata(changed, 'chk-7/_metadata'), { name: 'JobManagerError' }, `byte ${at}`);
      assert.throws(() => decodeCheckpointMetadata(bytes.subarray(0, at), 'chk-7/_metadata'), { code: 'CHECKPOINT_METADATA_DAMAGED' }, `cut at ${at}`);
    }
  });

  test('one of the first version, without inlined and shared files, stays readable', () => {
    const { inlined: _inlined, sharedFiles: _sharedFiles, ...first } = METADATA;
    const body = JSON.stringify(first);
    const text = `millrace-checkpoint 1 ${createHash('sha256').update(body).digest('hex')}\n${body}\n`;
    assert.deepEqual(decodeCheckpointMetadata(Buffer.from(text), 'p'), { ...first, inlined: {}, sharedFiles: [] });
  });

  test('a later version is told from damage', () => {
    const text = Buffer.from(encodeCheckpointMetadata(METADATA)).toString('utf8').replace('millrace-checkpoint 2 ', 'millrace-checkpoint 9 ');
    assert.throws(() => decodeCheckpointMetadata(Buffer.from(text), 'p'), { code: 'CHECKPOINT_VERSION_UNSUPPORTED', message: /version 9/ });
  });
});
