import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { subtaskIdOf } from '#cluster/ids/ids';
import type { SlotReport } from '#cluster/messages/slot-messages';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { simulatedPlatform } from '#platform/simulated-platform';
import type { DeferredSnapshot, DeferredStep, KeyedSectionOutput, SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { SharedFiles } from '#state/checkpoint-storage/shared-files';
import { finishSnapshot } from '#state/snapshot/finish-snapshot';
import { decodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import { DeferredWork } from '#taskmanager/slots/deferred-work';
import { SubtaskCheckpoints } from '#taskmanager/slots/subtask-checkpoints';

const TIMINGS = { alignmentMs: 0, syncMs: 0, bytesProcessedDuringAlignment: 0 };

/** Gives one piece of its section per step, in its script's order. */
class ScriptedPart implements DeferredSnapshot {
  releases = 0;
  steps = 0;
  readonly #script: (number | (() => Promise<void>))[];
  #section: KeyedSectionOutput | undefined;

  constructor(script: readonly (number | (() => Promise<void>))[]) {
    this.#script = [...script];
  }

  step(output: SnapshotOutput): DeferredStep {
    assert.equal(this.releases, 0, 'no step follows the release');
    this.steps++;
    this.#section ??= output.keyed({ name: 'state/deferred', version: 1, serializers: {} });
    const next = this.#script.shift();
    if (typeof next === 'function') return next();
    if (next === undefined) return 'done';
    this.#section.write(next, Uint8Array.of(next, next));
    return 'more';
  }

  release(): void {
    this.releases++;
  }
}

function createCheckpoints(inlineBytesMax = 0) {
  const { files } = simulatedPlatform({ seed: 3 });
  files.mkdirsSync('/checkpoints/job/chk-7');
  const clock = new SimulatedClock();
  const reports: SlotReport[] = [];
  const pending = { count: 0 };
  const deferred = new DeferredWork(clock);
  const checkpoints = new SubtaskCheckpoints({
    subtaskId: subtaskIdOf('vertex', 1), attemptNumber: 2, checkpointDirectory: '/checkpoints/job', storage: new DirectoryStorage(files), sharedFiles: new SharedFiles(), inlineBytesMax,
    report: (report) => reports.push(report), clock, files, pending, deferred,
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 100 && pending.count > 0; turn++) {
      deferred.run(false);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { files, checkpoints, reports, deferred, settle, clock };
}

function cutOf(...parts: readonly DeferredSnapshot[]) {
  return new Map([['op', { keyed: [{ name: 'state/at-cut', version: 1, serializers: {}, groups: [{ keyGroup: 0, bytes: Uint8Array.of(9) }] }], operator: [], deferred: parts }]]);
}

describe('what is deferred of a snapshot', () => {
  test('is finished step by step before the acknowledgement, and released once', async () => {
    const { checkpoints, reports, settle, files } = createCheckpoints();
    const parts = [new ScriptedPart([1, 2, () => Promise.resolve(), 3]), new ScriptedPart([])];
    checkpoints.begin(7, cutOf(...parts), TIMINGS, 0);
    assert.deepEqual([checkpoints.isSnapshotting, reports], [true, []]);
    await settle();
    assert.deepEqual(parts.map(({ releases }) => releases), [1, 1]);
    assert.equal(checkpoints.isSnapshotting, false);
    assert.equal(reports[0]?.kind, 'checkpoint-acknowledged');
    const read = decodeSubtaskSnapshot(files.readSync('/checkpoints/job/chk-7/vertex_1.state'), 'f').get('op');
    const groups = read?.keyed.map(({ name, groups: pieces }) => [name, pieces.map(({ keyGroup, bytes }) => [keyGroup, ...bytes])]);
    assert.deepEqual(groups, [['state/deferred', [[1, 1, 1], [2, 2, 2], [3, 3, 3]]], ['state/at-cut', [[0, 9]]]]);
  });

  test('a checkpoint that is given up releases it once a promise under way has settled, and acknowledges nothing', async () => {
    const { checkpoints, reports, settle, deferred } = createCheckpoints();
    let finishNative: () => void = () => undefined;
    const waiting = new ScriptedPart([() => new Promise((resolve) => { finishNative = resolve; })]);
    const next = new ScriptedPart([1]);
    checkpoints.begin(7, cutOf(waiting, next), TIMINGS, 0);
    checkpoints.onAborted(7);
    deferred.run(false);
    assert.deepEqual([waiting.releases, next.releases], [0, 0]);
    finishNative();
    await settle();
    assert.deepEqual([waiting.releases, next.releases, next.steps], [1, 1, 0]);
    assert.deepEqual(reports, []);
    assert.equal(deferred.run(false), false);
    assert.equal(deferred.isEmpty, true);
  });

  test('a part that fails, at once or behind its promise, declines the checkpoint and releases all', async () => {
    const thrown = new Error('no more space');
    for (const failure of [() => { throw thrown; }, () => Promise.reject(thrown)]) {
      const { checkpoints, reports, settle } = createCheckpoints();
      const parts = [new ScriptedPart([1, failure]), new ScriptedPart([])];
      checkpoints.begin(7, cutOf(...parts), TIMINGS, 0);
      await settle();
      assert.deepEqual(parts.map(({ releases }) => releases), [1, 1]);
      const [declined] = reports;
      assert.ok(declined?.kind === 'checkpoint-declined');
      assert.equal(declined.reason.code, 'SNAPSHOT_WRITE_FAILED');
      assert.match(declined.reason.message, /no more space/);
    }
  });

  test('takes at most an eighth of the thread while records move, and all of it when none do', () => {
    const clock = new SimulatedClock();
    const deferred = new DeferredWork(clock);
    let spentMs = 0;
    deferred.add({
      advance: (hasTime) => {
        while (hasTime()) {
          clock.advance(0.25);
          spentMs += 0.25;
        }
        return 'more';
      },
    });
    const startMs = clock.monotonicMs();
    for (let round = 0; round < 10_000; round++) {
      deferred.run(true);
      clock.advance(0.1);
    }
    const share = spentMs / (clock.monotonicMs() - startMs);
    assert.ok(share > 0.1 && share <= 0.125, `share ${share}`);
    spentMs = 0;
    for (let round = 0; round < 10; round++) assert.equal(deferred.run(false), true);
    assert.equal(spentMs, 10);
  });

  test('can be finished on the spot, with files seen before they are released', async () => {
    const seen: string[] = [];
    const part: DeferredSnapshot = {
      step: (output) => {
        output.files({ name: 'db', version: 1, serializers: {}, keyGroupRange: { start: 0, end: 3 }, properties: Uint8Array.of(1), files: [{ name: '1.sst', path: '/db/1.sst', bytes: 5, sharedId: 'a-1.sst' }] });
        return 'done';
      },
      release: () => seen.push('released'),
    };
    const finished = await finishSnapshot({ keyed: [], operator: [], deferred: [part] }, (sets) => seen.push(...sets.flatMap(({ files }) => files.map(({ path }) => path))));
    assert.deepEqual(seen, ['/db/1.sst', 'released']);
    assert.deepEqual(finished.fileSets?.map(({ name }) => name), ['db']);
  });
});
