import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { Sink } from '#streaming/sink/sink';
import { StepResult } from '#streaming/task/task-description';
import { chain, map, sink } from '../task/chains.js';
import { TaskHarness } from '../task/task-harness.js';

interface Transaction {
  readonly id: string;
  readonly rows: readonly unknown[];
}

/** A store outside of the job, where a commit twice of one transaction changes nothing. */
class Store {
  readonly committed = new Map<string, readonly unknown[]>();
  readonly commits: string[] = [];

  get rows(): unknown[] {
    return [...this.committed.values()].flat();
  }
}

/** Two phases: rows are prepared at each checkpoint; the count of rows so far is the writer's state. */
class StoreSink implements Sink<unknown, number, Transaction> {
  readonly name = 'store';
  readonly closed: string[] = [];
  restoredCounts: readonly number[] | undefined;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  createWriter(): ReturnType<Sink<unknown, number, Transaction>['createWriter']> {
    let rows: unknown[] = [];
    let count = 0;
    return {
      write: (element) => { rows.push(element); count++; },
      flush: () => undefined,
      prepareCommit: (checkpointId) => {
        const prepared = rows;
        rows = [];
        return prepared.length === 0 ? [] : [{ id: `${checkpointId}-${count}`, rows: prepared }];
      },
      snapshot: () => [count],
      restore: (states) => {
        this.restoredCounts = states;
        count = states.reduce((sum, one) => sum + one, 0);
      },
      close: () => void this.closed.push('writer'),
    };
  }

  createCommitter(): { commit(transactions: readonly Transaction[]): void; close(): void } {
    return {
      commit: (transactions) => {
        for (const { id, rows } of transactions) {
          this.#store.commits.push(id);
          this.#store.committed.set(id, rows);
        }
      },
      close: () => void this.closed.push('committer'),
    };
  }
}

type Snapshots = ReadonlyMap<string, OperatorSnapshot>;

const CHECKPOINTED = { 'execution.checkpointing.interval': '1 s', 'execution.checkpointing.dir': '/chk' };

function start(store: Store, restored?: readonly Snapshots[], subtaskIndex = 0, parallelism = 1, configuration: Readonly<Record<string, unknown>> = {}): { harness: TaskHarness; made: StoreSink } {
  const made = new StoreSink(store);
  const harness = new TaskHarness({ operators: chain(map('same', (value) => value), sink('store', made)), inputs: [1], subtaskIndex, parallelism, configuration, ...(restored === undefined ? {} : { restored }) }).open();
  return { harness, made };
}

function checkpoint(harness: TaskHarness, id: number): Snapshots {
  harness.feeds[0]!.barrier(id);
  harness.settle();
  return harness.acknowledged.get(id)!;
}

describe('two-phase commit', () => {
  test('nothing is visible before its checkpoint is complete', () => {
    const store = new Store();
    const { harness } = start(store);
    harness.feeds[0]!.rows(1, 2);
    checkpoint(harness, 1);
    harness.feeds[0]!.rows(3);
    harness.settle();
    assert.deepEqual(store.rows, []);
    harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 1 });
    assert.deepEqual(store.rows, [1, 2]);
    harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 1 });
    assert.deepEqual(store.commits, ['1-2']);
    harness.task.close();
  });

  test('at the end of input what was written last is committed at once when there are no checkpoints', () => {
    const store = new Store();
    const { harness } = start(store);
    harness.feeds[0]!.rows(1, 2);
    harness.feeds[0]!.end();
    assert.equal(harness.settle(), StepResult.DONE);
    assert.deepEqual(store.rows, [1, 2]);
    assert.deepEqual(harness.awaited, []);
    harness.task.close();
  });

  test('with checkpoints it waits for one that knows of it, since a failure elsewhere would have it written again', () => {
    const store = new Store();
    const { harness } = start(store, undefined, 0, 1, CHECKPOINTED);
    harness.feeds[0]!.rows(1);
    checkpoint(harness, 1);
    harness.feeds[0]!.rows(2);
    harness.feeds[0]!.end();
    assert.equal(harness.settle(), StepResult.IDLE);
    assert.deepEqual(harness.awaited, [1], 'it asks once');
    harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 1 });
    assert.deepEqual(store.rows, [1]);
    harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 2, timestamp: 7, flags: 0 });
    assert.equal(harness.settle(), StepResult.IDLE);
    assert.deepEqual(store.rows, [1]);
    harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 2 });
    assert.deepEqual(store.rows, [1, 2]);
    assert.equal(harness.settle(), StepResult.DONE);
    harness.task.close();
    const second = start(store, [harness.acknowledged.get(2)!], 0, 1, CHECKPOINTED);
    second.harness.feeds[0]!.end();
    assert.equal(second.harness.settle(), StepResult.DONE, 'after a restore nothing is left to commit');
    assert.deepEqual(store.rows, [1, 2]);
    second.harness.task.close();
  });

  test('a writer hears that it is restored also when none of the states is for it', () => {
    const { made, harness } = start(new Store(), [new Map()]);
    assert.deepEqual(made.restoredCounts, []);
    harness.task.close();
    const fresh = start(new Store());
    assert.equal(fresh.made.restoredCounts, undefined);
    fresh.harness.task.close();
  });

  test('a checkpoint that was aborted is committed with the next one, in order', () => {
    const store = new Store();
    const { harness } = start(store);
    harness.feeds[0]!.rows(1);
    checkpoint(harness, 1);
    harness.task.deliver({ kind: 'checkpoint-aborted', checkpointId: 1 });
    harness.feeds[0]!.rows(2);
    checkpoint(harness, 2);
    harness.feeds[0]!.rows(3);
    checkpoint(harness, 3);
    harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 2 });
    assert.deepEqual(store.rows, [1, 2]);
    harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 3 });
    assert.deepEqual(store.rows, [1, 2, 3]);
    harness.task.close();
  });

  test('a restore commits again what the checkpoint had prepared, and drops what came after it', () => {
    const store = new Store();
    const first = start(store);
    first.harness.feeds[0]!.rows(1, 2);
    const snapshot = checkpoint(first.harness, 1);
    first.harness.feeds[0]!.rows(3);
    first.harness.settle();
    first.harness.task.deliver({ kind: 'cancel' });
    first.harness.task.close();
    assert.deepEqual(store.rows, []);
    const second = start(store, [snapshot]);
    assert.deepEqual(store.rows, [1, 2]);
    assert.deepEqual(second.made.restoredCounts, [2]);
    second.harness.feeds[0]!.rows(4);
    checkpoint(second.harness, 2);
    second.harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 2 });
    assert.deepEqual(store.rows, [1, 2, 4]);
    second.harness.task.close();
  });

  test('what was committed between the snapshot and the failure is committed once more under the same id', () => {
    const store = new Store();
    const first = start(store);
    first.harness.feeds[0]!.rows(1);
    const snapshot = checkpoint(first.harness, 1);
    first.harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 1 });
    first.harness.task.close();
    const second = start(store, [snapshot]);
    assert.deepEqual(store.commits, ['1-1', '1-1']);
    assert.deepEqual(store.rows, [1]);
    second.harness.task.close();
  });

  test('committables and writer states arrive once each when the parallelism changes', () => {
    const store = new Store();
    const snapshots = [0, 1, 2].map((subtask) => {
      const { harness } = start(store, undefined, subtask, 3);
      harness.feeds[0]!.rows(...Array.from({ length: subtask + 1 }, (_, i) => subtask * 10 + i));
      const snapshot = checkpoint(harness, 1);
      harness.task.close();
      return snapshot;
    });
    const counts: number[] = [];
    for (const subtask of [0, 1]) {
      const { harness, made } = start(store, snapshots, subtask, 2);
      counts.push(...(made.restoredCounts ?? []));
      harness.task.close();
    }
    assert.deepEqual([...store.rows].sort((a, b) => (a as number) - (b as number)), [0, 10, 11, 20, 21, 22]);
    assert.deepEqual(counts.sort(), [1, 2, 3]);
    assert.equal(store.commits.length, 3);
  });

  test('the end of the input commits what no later checkpoint will, and closes both ends', () => {
    const store = new Store();
    const { harness, made } = start(store);
    harness.feeds[0]!.rows(1);
    harness.feeds[0]!.end();
    harness.settle();
    harness.task.close();
    assert.deepEqual(store.rows, [1]);
    assert.deepEqual(made.closed, ['writer', 'committer']);
  });
});
