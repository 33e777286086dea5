import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ndjsonFormat } from '#connectors/files/line-format';
import { FileSource } from '#connectors/files/source';
import { SourceCoordinator } from '#jobmanager/job-master/source-coordinator';
import { simulatedPlatform } from '#platform/simulated-platform';
import type { Source } from '#streaming/source/source';

/** Two readers of four files; what they are sent is noted as `subtask: file`. */
function fourFiles(source: unknown = FileSource.forLines('/in')) {
  const { files, clock } = simulatedPlatform({ seed: 1 });
  files.mkdirsSync('/in');
  for (const name of ['a', 'b', 'c', 'd']) files.atomicWriteSync(`/in/${name}`, Buffer.from('line\n'));
  const sent: string[] = [];
  const coordinator = new SourceCoordinator({
    operatorId: 'source', vertexId: 'vertex', source: source as Source, parallelism: 2, files, clock, restored: undefined, restoredCheckpointId: 0,
    sendMail: (subtask, mail) => sent.push(`${subtask}: ${mail.kind === 'add-splits' ? (mail.splits[0] as { readonly path: string }).path.slice(4) : mail.kind}`),
    onFailure: (error) => { throw error; },
    onBacklogChanged: () => sent.push('backlog changed'),
  });
  coordinator.start();
  for (const subtask of [0, 1]) coordinator.onReaderRegistered(subtask);
  return { coordinator, taken: () => sent.splice(0) };
}

describe('source coordinator', () => {
  test('a reader that starts again without a checkpoint leaves its splits to whoever asks', () => {
    const { coordinator, taken } = fourFiles();
    for (const subtask of [0, 1, 0]) coordinator.onSplitRequested(subtask);
    assert.deepEqual(taken(), ['0: a', '1: b', '0: c']);
    coordinator.onReaderReset(0, 0);
    for (let i = 0; i < 2; i++) coordinator.onSplitRequested(1);
    assert.deepEqual(taken(), ['1: a', '1: c']);
    coordinator.onReaderRegistered(0);
    for (let i = 0; i < 2; i++) coordinator.onSplitRequested(0);
    assert.deepEqual(taken(), ['0: d', '0: no-more-splits']);
  });

  test('one that starts again from a checkpoint gives back only what it was handed after it', () => {
    const { coordinator, taken } = fourFiles();
    coordinator.onSplitRequested(0);
    coordinator.beginCheckpoint(7, [0, 1]);
    coordinator.onSplitRequested(0);
    assert.deepEqual(taken(), ['0: a'], 'held while the checkpoint is taken');
    for (const subtask of [0, 1]) coordinator.onReaderAcknowledged(subtask, 7);
    coordinator.onCheckpointComplete(7);
    assert.deepEqual(taken(), ['0: b']);
    coordinator.onReaderReset(0, 7);
    for (let i = 0; i < 4; i++) coordinator.onSplitRequested(1);
    assert.deepEqual(taken(), ['1: b', '1: c', '1: d', '1: no-more-splits']);
  });

  test('with several checkpoints under way, splits wait until the reader has acknowledged all', () => {
    const { coordinator, taken } = fourFiles();
    coordinator.beginCheckpoint(1, [0, 1]);
    coordinator.beginCheckpoint(2, [0, 1]);
    coordinator.onSplitRequested(0);
    assert.equal(coordinator.isSettled, false);
    for (const subtask of [0, 1]) coordinator.onReaderAcknowledged(subtask, 1);
    coordinator.onReaderAcknowledged(0, 2);
    assert.deepEqual(taken(), []);
    coordinator.onReaderEnded(1);
    assert.deepEqual([taken(), coordinator.isSettled], [['0: a'], true]);
  });

  test('files that were there at the start are a backlog until a reader has come to their end, where new ones are looked for', () => {
    const { coordinator, taken } = fourFiles(FileSource.forFormat<unknown>('/in', ndjsonFormat(), { monitorIntervalMs: 1000 }));
    assert.deepEqual([taken(), coordinator.isProcessingBacklog], [['backlog changed'], true]);
    for (let i = 0; i < 4; i++) coordinator.onSplitRequested(0);
    assert.deepEqual([taken(), coordinator.isProcessingBacklog], [['0: a', '0: b', '0: c', '0: d'], true]);
    coordinator.onSplitRequested(0);
    assert.deepEqual([taken(), coordinator.isProcessingBacklog], [['backlog changed'], false]);
    coordinator.close();
    assert.equal(fourFiles().coordinator.isProcessingBacklog, false);
  });

  test('what was held for a reader that is gone is not sent to its successor', () => {
    const { coordinator, taken } = fourFiles();
    coordinator.beginCheckpoint(1, [0, 1]);
    coordinator.onSplitRequested(0);
    coordinator.onReaderReset(0, 0);
    coordinator.endCheckpoint(1);
    coordinator.onReaderRegistered(0);
    assert.deepEqual(taken(), []);
    for (let i = 0; i < 4; i++) coordinator.onSplitRequested(1);
    assert.deepEqual(taken(), ['1: a', '1: b', '1: c', '1: d']);
  });
});
