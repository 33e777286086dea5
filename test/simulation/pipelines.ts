// What simulated jobs do with their rows, each with an oracle: the same computed from all rows at once by plain loops.
// Invariant: the lines depend on the rows alone, not on parallelism, interleaving or when watermarks were sent.
import type { AggregateFunction } from '#state/keyed/keyed-state';
import type { DataStream } from '#datastream/stream/data-stream';
import type { ProcessWindowContext } from '#datastream/windowing/process-window-function';
import { EventTimeSessionWindows, SlidingEventTimeWindows, TumblingEventTimeWindows } from '#datastream/windowing/window-assigners';
import type { Collector } from '#streaming/process/process-functions';
import { bucketEndOf, BucketsOfBoth, Buckets, RunningSum } from './functions.js';
import type { Row } from './input.js';

/** Reads one or both inputs, and has a sink of its own. */
export interface JobPart {
  readonly name: string;
  /** None = as many as `build` takes. */
  readonly hasTwoInputs?: boolean;
  build(first: DataStream<Row>, second: DataStream<Row>): DataStream<string>;
}

export interface Pipeline extends JobPart {
  /** @param rows of both inputs, each in the order of its splits. */
  expected(first: readonly Row[], second: readonly Row[]): readonly string[];
}

/** Count and sum of values. */
const TOTALS: AggregateFunction<Row, { count: number; sum: number }, string> = {
  createAccumulator: () => ({ count: 0, sum: 0 }),
  add: (row, { count, sum }) => ({ count: count + 1, sum: sum + row.value + (row.pad.length & 0) }),
  getResult: ({ count, sum }) => `${count}:${sum}`,
  merge: (a, b) => ({ count: a.count + b.count, sum: a.sum + b.sum }),
};

const inWindow = (tag: string) => function* (key: string, context: ProcessWindowContext, totals: Iterable<string>): Iterable<string> {
  for (const total of totals) yield `${tag} ${key} ${context.window().start} ${context.window().end} ${total}`;
};

const TUMBLING_MS = 100;
const SLIDING_MS = { size: 120, slide: 40 };
const GAP_MS = 60;
const JOIN_MS = 20;
const COPIES = 6;

export const PIPELINES: readonly Pipeline[] = [
  {
    name: 'running',
    build: (rows) => rows.keyBy('lane').process(() => new RunningSum()).uid('running'),
    expected: (rows) => {
      const states = new Map<string, { count: number; sum: number }>();
      return rows.map((row) => {
        const before = states.get(row.lane) ?? { count: 0, sum: 0 };
        const state = { count: before.count + 1, sum: (before.sum * 3 + row.value) % 1_000_003 };
        states.set(row.lane, state);
        return `running ${row.lane} ${row.n} ${state.count} ${state.sum} ${row.pad.length}`;
      });
    },
  },
  {
    name: 'expanded',
    build: (rows) => rows.flatMap((row: Row, out: Collector<Row>) => { for (let copy = 0; copy < COPIES; copy++) out.collect({ ...row, value: copy }); }).uid('expand')
      .keyBy('lane').process(() => new RunningSum()).uid('expanded'),
    expected: (rows) => PIPELINES[0]!.expected(rows.flatMap((row) => Array.from({ length: COPIES }, (_, copy) => ({ ...row, value: copy }))), []),
  },
  {
    name: 'tumbling',
    build: (rows) => rows.keyBy('key').window(TumblingEventTimeWindows.of(TUMBLING_MS)).aggregate(TOTALS, inWindow('tumbling')).uid('tumbling'),
    expected: (rows) => linesPerWindow('tumbling', rows, (row) => [row.time - (row.time % TUMBLING_MS)], TUMBLING_MS),
  },
  {
    name: 'sliding',
    build: (rows) => rows.keyBy('key').window(SlidingEventTimeWindows.of(SLIDING_MS.size, SLIDING_MS.slide)).aggregate(TOTALS, inWindow('sliding')).uid('sliding'),
    expected: (rows) => linesPerWindow('sliding', rows, (row) => {
      const last = row.time - (row.time % SLIDING_MS.slide);
      return Array.from({ length: SLIDING_MS.size / SLIDING_MS.slide }, (_, index) => last - index * SLIDING_MS.slide);
    }, SLIDING_MS.size),
  },
  {
    name: 'session',
    build: (rows) => rows.keyBy('key').window(EventTimeSessionWindows.withGap(GAP_MS)).aggregate(TOTALS, inWindow('session')).uid('session'),
    expected: expectedSessions,
  },
  {
    name: 'buckets',
    build: (rows) => rows.keyBy('key').process(() => new Buckets()).uid('buckets'),
    expected: (rows) => [...grouped(rows, (row) => `${row.key} ${bucketEndOf(row.time)}`)].flatMap(([bucket, { length }]) => [0, 1, 2].map((part) => `bucket ${bucket} ${part} ${length}`)),
  },
  {
    name: 'both',
    build: (first, second) => first.connect(second).keyBy((row) => row.key, (row) => row.key).process(() => new BucketsOfBoth()).uid('both'),
    expected: (first, second) => {
      const bucketOf = (row: Row): string => `${row.key} ${bucketEndOf(row.time)}`;
      const [a, b] = [grouped(first, bucketOf), grouped(second, bucketOf)];
      return [...new Set([...a.keys(), ...b.keys()])].map((bucket) => `both ${bucket} ${sumOf(a.get(bucket))}+${sumOf(b.get(bucket))}`);
    },
  },
  {
    name: 'join',
    build: (first, second) => first.keyBy('key').intervalJoin(second.keyBy('key'), { lowerMs: -JOIN_MS, upperMs: JOIN_MS })
      .process<string>(({ first: a, second: b }, out) => out.collect(`join ${a.s}.${a.n} ${b.s}.${b.n} ${a.pad.length}`)).uid('join'),
    expected: (first, second) => first.flatMap((a) => second.filter((b) => a.key === b.key && Math.abs(a.time - b.time) <= JOIN_MS).map((b) => `join ${a.s}.${a.n} ${b.s}.${b.n} ${a.pad.length}`)),
  },
  {
    name: 'rebalanced',
    build: (rows) => rows.rebalance().map((row) => `rebalanced ${row.s} ${row.n} ${row.pad.length}`).uid('rebalanced'),
    expected: (rows) => rows.map((row) => `rebalanced ${row.s} ${row.n} ${row.pad.length}`),
  },
];

export function hasTwoInputs({ hasTwoInputs: hasTwo, build }: JobPart): boolean {
  return hasTwo ?? build.length > 1;
}

/** Its lines do not depend on watermarks. */
export function isOrderedOnly({ name }: Pipeline): boolean {
  return ['running', 'expanded', 'rebalanced'].includes(name);
}

function grouped(rows: readonly Row[], keyOf: (row: Row) => string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

function sumOf(rows: readonly Row[] = []): number {
  return rows.reduce((sum, row) => sum + row.value, 0);
}

function linesPerWindow(tag: string, rows: readonly Row[], startsOf: (row: Row) => readonly number[], sizeMs: number): readonly string[] {
  const windows = new Map<string, Row[]>();
  for (const row of rows) {
    for (const start of startsOf(row)) {
      const window = `${row.key} ${start} ${start + sizeMs}`;
      windows.set(window, [...(windows.get(window) ?? []), row]);
    }
  }
  return [...windows].map(([window, within]) => `${tag} ${window} ${within.length}:${sumOf(within)}`);
}

function expectedSessions(rows: readonly Row[]): readonly string[] {
  return [...grouped(rows, (row) => row.key)].flatMap(([key, ofKey]) => {
    const lines: string[] = [];
    let session: Row[] = [];
    let end = Number.NEGATIVE_INFINITY;
    const close = (): void => {
      if (session.length > 0) lines.push(`session ${key} ${session[0]!.time} ${end} ${session.length}:${sumOf(session)}`);
      session = [];
    };
    for (const row of ofKey.toSorted((a, b) => a.time - b.time)) {
      // Windows that only touch are merged too, as in Flink.
      if (row.time > end) close();
      session.push(row);
      end = Math.max(end, row.time + GAP_MS);
    }
    close();
    return lines;
  });
}
