// Which function object a subtask runs: its own, in inline jobs too, where all subtasks live on one thread.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { perSubtask, RichFilterFunction, RichFlatMapFunction, RichMapFunction, StreamExecutionEnvironment, type Collector, type RuntimeContext } from '#index';

const ROWS = Array.from({ length: 40 }, (_, index) => index);

function inline(): StreamExecutionEnvironment {
  return StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 2 });
}

const numbers = (a: readonly number[]): number[] => a.toSorted((x, y) => x - y);

/** A subtask of two that counts alone counts to 20; one shared object would count to 40. */
const COUNTED_APART = numbers([...ROWS.slice(0, 20), ...ROWS.slice(0, 20)]);

describe('rich functions of one record at parallelism 2 on one thread', () => {
  test('a mapper counts for its subtask alone, and knows which one that is', async () => {
    class Counting extends RichMapFunction<number, string> {
      seen = 0;
      map(): string {
        return `${this.getRuntimeContext().getTaskInfo().getIndexOfThisSubtask()}/${this.seen++}`;
      }
    }
    const rows = await inline().fromData(ROWS).rebalance().map(new Counting()).executeAndCollect();
    assert.deepEqual(new Set(rows), new Set([0, 1].flatMap((subtask) => Array.from({ length: 20 }, (_, seen) => `${subtask}/${seen}`))));
  });

  test('so does a filter', async () => {
    class FirstThree extends RichFilterFunction<number> {
      seen = 0;
      filter(): boolean {
        return this.seen++ < 3;
      }
    }
    assert.equal((await inline().fromData(ROWS).rebalance().filter(new FirstThree()).executeAndCollect()).length, 6);
  });

  test('so does a flatMap', async () => {
    class Counting extends RichFlatMapFunction<number, number> {
      seen = 0;
      flatMap(_value: number, out: Collector<number>): void {
        out.collect(this.seen++);
      }
    }
    assert.deepEqual(numbers(await inline().fromData(ROWS).rebalance().flatMap(new Counting()).executeAndCollect()), COUNTED_APART);
  });

  test('a rich mapper of a keyed stream has its own runtime context', async () => {
    class Where extends RichMapFunction<number, number> {
      map(): number {
        return this.getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      }
    }
    assert.deepEqual(new Set(await inline().fromData(ROWS).keyBy((value) => value).map(new Where()).executeAndCollect()), new Set([0, 1]));
  });

  test('perSubtask makes one for each subtask, private fields and all, and closes each', async () => {
    const closed: number[] = [];
    class Counting {
      #seen = 0;
      #subtask = -1;
      open(context: RuntimeContext): void {
        this.#subtask = context.getTaskInfo().getIndexOfThisSubtask();
      }
      map(_value: number): number {
        return this.#seen++;
      }
      close(): void {
        closed.push(this.#subtask);
      }
    }
    const rows = await inline().fromData(ROWS).rebalance().map(perSubtask(() => new Counting())).executeAndCollect();
    assert.deepEqual(numbers(rows), COUNTED_APART);
    assert.deepEqual(numbers(closed), [0, 1]);
  });
});
