// A small job with every kind of state, whose types come in two versions: `first`, and `second`, which migrates from it.
// Its savepoint is the fixture of a format version. args: one JSON object, see SchemaArguments.
import { FileSink } from '#connectors/files/sink';
import { DataGeneratorSource } from '#connectors/datagen/source';
import { Types } from '#core/types/type-information';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { EventTimeSessionWindows, TumblingEventTimeWindows } from '#datastream/windowing/window-assigners';
import type { AggregateFunction, AggregatingState, ListState, MapState, ReducingState, ValueState } from '#state/keyed/keyed-state';
import { KeyedProcessFunction, type KeyedProcessContext, type OnTimerContext } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { AggregatingStateDescriptor, ListStateDescriptor, MapStateDescriptor, ReducingStateDescriptor, ValueStateDescriptor } from '#streaming/process/state-descriptors';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import { gated } from './gated-source.js';

export interface SchemaArguments {
  readonly outputDirectory: string;
  /** The job stops reading in the middle until this file is there. */
  readonly gateFile: string;
  readonly schema: 'first' | 'second';
  readonly isWithoutSessions?: boolean;
}

export const SCHEMA_ROWS = 120;
export const SCHEMA_GATE = 60;

const FIRST = {
  visits: Types.ROW({ user: Types.STRING, count: Types.INT, legacy: Types.STRING }),
  event: Types.ROW({ at: Types.INT, page: Types.STRING }),
  seconds: Types.INT,
  total: Types.LONG,
  mean: Types.ROW({ sum: Types.INT, count: Types.INT }),
  limit: Types.INT,
};

const SECOND = {
  visits: Types.ROW({ count: Types.LONG, source: Types.DEFAULT(Types.STRING, 'web'), user: Types.NULLABLE(Types.STRING), note: Types.NULLABLE(Types.STRING) }),
  event: Types.ROW({ page: Types.STRING, at: Types.LONG, tags: Types.DEFAULT(Types.LIST(Types.STRING), ['old']) }),
  seconds: Types.LONG,
  total: Types.BIGINT,
  mean: Types.ROW({ count: Types.LONG, sum: Types.LONG }),
  limit: Types.LONG,
};

interface Row {
  readonly key: string;
  readonly n: number;
}

type Mean = { sum: number; count: number };

function meanOf(type: typeof FIRST.mean | typeof SECOND.mean): AggregateFunction<number, Mean, number> {
  return {
    createAccumulator: () => ({ sum: 0, count: 0 }),
    add: (value, { sum, count }) => ({ sum: sum + value, count: count + 1 }),
    getResult: ({ sum, count }) => sum / count,
    merge: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
    accumulatorType: type as never,
  };
}

class AllStates extends KeyedProcessFunction<string, Row, string> {
  readonly #isSecond: boolean;
  #visits!: ValueState<any>; // any: its type is that of the schema
  #events!: ListState<any>; // any: as above
  #seconds!: MapState<string, number>;
  #total!: ReducingState<number | bigint>;
  #mean!: AggregatingState<number, number>;
  #recent!: ValueState<string>;

  constructor(isSecond: boolean) {
    super();
    this.#isSecond = isSecond;
  }

  override open(context: RuntimeContext): void {
    const types = this.#isSecond ? SECOND : FIRST;
    this.#visits = context.getState(new ValueStateDescriptor<any>('visits', types.visits as never)); // any: as above
    this.#events = context.getListState(new ListStateDescriptor<any>('events', types.event as never)); // any: as above
    this.#seconds = context.getMapState(new MapStateDescriptor('seconds', Types.STRING, types.seconds));
    this.#total = context.getReducingState(new ReducingStateDescriptor<any>('total', (a: number, b: number) => a + b, types.total as never)); // any: as above
    this.#mean = context.getAggregatingState(new AggregatingStateDescriptor('mean', meanOf(types.mean)));
    const recent = new ValueStateDescriptor('recent', Types.STRING);
    this.#recent = context.getState(this.#isSecond ? recent : recent.enableTimeToLive({ ttlMs: 1e12, update: 'on-create-and-write', visibility: 'never-return-expired' }));
  }

  override processElement({ key, n }: Row, context: KeyedProcessContext<string>, out: { collect(line: string): void }): void {
    const isSecond = this.#isSecond;
    const visits = (this.#visits.value() ?? (isSecond ? { user: key, count: 0, source: 'new', note: null } : { user: key, count: 0, legacy: 'x' })) as { readonly count: number };
    this.#visits.update({ ...visits, count: visits.count + 1 });
    this.#events.add(isSecond ? { at: n, page: `/${n}`, tags: ['old'] } : { at: n, page: `/${n}` });
    this.#seconds.put(`s${n % 3}`, n);
    this.#total.add(isSecond ? BigInt(n) : n);
    this.#mean.add(n);
    this.#recent.update(`r${n}`);
    context.timerService().registerEventTimeTimer(10_000 + n);
    if (n >= SCHEMA_ROWS - 10) out.collect(this.#line(key));
  }

  override onTimer(timestamp: number, context: OnTimerContext<string>, out: { collect(line: string): void }): void {
    out.collect(`timer ${context.getCurrentKey()} ${timestamp}`);
  }

  #line(key: string): string {
    const seconds = [...this.#seconds.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const parts = [this.#visits.value(), this.#events.get(), seconds, String(this.#total.get()), this.#mean.get(), this.#recent.value()];
    return `states ${key} ${parts.map((part) => JSON.stringify(part)).join(' ')}`;
  }
}

export default function schemaJob(env: StreamExecutionEnvironment, args: readonly string[]): void {
  const { outputDirectory, gateFile, schema, isWithoutSessions = false } = JSON.parse(args[0]!) as SchemaArguments;
  const types = schema === 'second' ? SECOND : FIRST;
  const source = gated(new DataGeneratorSource((n) => ({ key: `k${n % 5}`, n }), SCHEMA_ROWS, { ratePerSecond: 400 }), [{ row: SCHEMA_GATE, file: gateFile }]);
  const rows = env.fromSource(source as never, WatermarkStrategy.forMonotonousTimestamps<Row>().withTimestampAssigner((row) => row.n * 10), 'rows').uid('rows').setParallelism(1)
    .returns<Row>(Types.ROW({ key: Types.STRING, n: Types.INT }) as never);
  const limits = new MapStateDescriptor('limits', Types.STRING, types.limit);
  const rules = env.fromData([{ name: 'low', limit: 3 }, { name: 'high', limit: 1000 }]).uid('rule-source').broadcast(limits);
  const mean = meanOf(types.mean);
  const byKey = rows.keyBy('key');
  const lines = [
    byKey.process(() => new AllStates(schema === 'second')).uid('all-states').name('All states'),
    byKey.window(TumblingEventTimeWindows.of(1000)).aggregate({ ...mean, add: (row: Row, accumulator) => mean.add(row.n, accumulator) }).uid('means').map((value) => `mean ${value}`).uid('mean-text'),
    ...(isWithoutSessions ? [] : [byKey.window(EventTimeSessionWindows.withGap(300)).aggregate({ ...mean, add: (row: Row, accumulator) => mean.add(row.n, accumulator) }).uid('sessions').map((value) => `session ${value}`).uid('session-text')]),
    rows.connect(rules).process<string>({
      processElement: (row, context, out) => {
        if (row.n < SCHEMA_ROWS - 5) return;
        out.collect(`limits ${row.n} ${JSON.stringify(Object.fromEntries(context.getBroadcastState(limits).entries()))}`);
      },
      processBroadcastElement: (rule, context) => context.getBroadcastState(limits).put(rule.name, rule.limit),
    }).uid('limits'),
  ] as const;
  const [first, ...rest] = lines;
  first.union(...rest).sinkTo(FileSink.forText(outputDirectory)).uid('sink').name('Lines');
}
