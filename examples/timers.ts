// Warns when a payment does not follow its order within a minute of event time:  npx millrace run examples/timers.ts
import {
  KeyedProcessFunction, Types, ValueStateDescriptor, WatermarkStrategy, type Collector, type Infer, type KeyedProcessContext, type OnTimerContext,
  type RuntimeContext, type StreamExecutionEnvironment, type ValueState,
} from 'millrace';

const EVENT = Types.ROW({ order: Types.LONG, kind: Types.STRING, at: Types.LONG });
type OrderEvent = Infer<typeof EVENT>;

const TIMEOUT_MS = 60_000;

class PaymentTimeout extends KeyedProcessFunction<number, OrderEvent, string> {
  #orderedAt!: ValueState<number>;

  override open(context: RuntimeContext): void {
    this.#orderedAt = context.getState(new ValueStateDescriptor('ordered-at', Types.LONG));
  }

  processElement(event: OrderEvent, context: KeyedProcessContext<number>, out: Collector<string>): void {
    const timers = context.timerService();
    if (event.kind === 'ordered') {
      this.#orderedAt.update(event.at);
      timers.registerEventTimeTimer(event.at + TIMEOUT_MS);
      return;
    }
    const orderedAt = this.#orderedAt.value();
    if (orderedAt === null) return;
    timers.deleteEventTimeTimer(orderedAt + TIMEOUT_MS);
    this.#orderedAt.clear();
    out.collect(`order ${event.order} paid after ${(event.at - orderedAt) / 1000} s`);
  }

  override onTimer(timestamp: number, context: OnTimerContext<number>, out: Collector<string>): void {
    this.#orderedAt.clear();
    out.collect(`order ${context.getCurrentKey()} not paid by ${timestamp / 1000} s`);
  }
}

export default function payments(env: StreamExecutionEnvironment): void {
  env.fromData<OrderEvent>(
    { order: 1, kind: 'ordered', at: 0 }, { order: 2, kind: 'ordered', at: 10_000 }, { order: 1, kind: 'paid', at: 20_000 }, { order: 3, kind: 'ordered', at: 90_000 },
  ).returns(EVENT)
    .assignTimestampsAndWatermarks(WatermarkStrategy.forMonotonousTimestamps<OrderEvent>().withTimestampAssigner((event) => event.at))
    .keyBy('order')
    .process(() => new PaymentTimeout())
    .print();
}

// Output at parallelism 1, sorted:
//   order 1 paid after 20 s
//   order 2 not paid by 70 s
//   order 3 not paid by 150 s
