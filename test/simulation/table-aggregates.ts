// Table aggregate functions of simulated jobs, one of each way to emit. Their rows depend on the group's values alone, not on their order.
import type { UserTableAggregateFunction } from '#table/functions/user-table-aggregate-function';

interface Highest { best: number | null; runner: number | null }

/** The two highest values and their places. */
export const HIGHEST: UserTableAggregateFunction<Highest> = {
  kind: 'table-aggregate', arguments: ['INT'], result: 'ROW<high INT, place INT>', accumulator: 'ROW<best INT, runner INT>',
  create: () => ({ best: null, runner: null }),
  accumulate(kept, value: number) {
    if (kept.best === null || value > kept.best) [kept.best, kept.runner] = [value, kept.best];
    else if (kept.runner === null || value > kept.runner) kept.runner = value;
  },
  * emitValue({ best, runner }) {
    if (best !== null) yield { high: best, place: 1 };
    if (runner !== null) yield { high: runner, place: 2 };
  },
};

interface Extent { counts: Map<number, number>; low: number | null; high: number | null }

/** The lowest and the highest of values that may be taken back; only an edge that has moved is emitted. */
export const EXTENT: UserTableAggregateFunction<Extent> = {
  kind: 'table-aggregate', arguments: ['INT'], result: 'ROW<edge STRING, score INT>', accumulator: 'ROW<counts MAP<INT NOT NULL, INT NOT NULL> NOT NULL, low INT, high INT>',
  create: () => ({ counts: new Map(), low: null, high: null }),
  accumulate({ counts }, value: number) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  },
  retract({ counts }, value: number) {
    const left = counts.get(value)! - 1;
    if (left === 0) counts.delete(value);
    else counts.set(value, left);
  },
  emitUpdateWithRetract(kept, out) {
    const values = [...kept.counts.keys()];
    const edges = { low: values.length === 0 ? null : Math.min(...values), high: values.length === 0 ? null : Math.max(...values) };
    for (const edge of ['low', 'high'] as const) {
      if (edges[edge] === kept[edge]) continue;
      if (kept[edge] !== null) out.retract({ edge, score: kept[edge] });
      if (edges[edge] !== null) out.collect({ edge, score: edges[edge] });
      kept[edge] = edges[edge];
    }
  },
};
