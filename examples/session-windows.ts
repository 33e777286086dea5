// Clicks of users grouped into visits that end after half a minute without a click:  npx millrace run examples/session-windows.ts
import { EventTimeSessionWindows, Time, Types, WatermarkStrategy, type Infer, type StreamExecutionEnvironment } from 'millrace';

const CLICK = Types.ROW({ user: Types.STRING, at: Types.LONG });
type Click = Infer<typeof CLICK>;

const CLICKS: readonly Click[] = [
  { user: 'ada', at: 0 }, { user: 'ada', at: 5_000 }, { user: 'bob', at: 8_000 }, { user: 'ada', at: 12_000 }, { user: 'ada', at: 60_000 }, { user: 'bob', at: 61_000 },
];

export default function visits(env: StreamExecutionEnvironment): void {
  env.fromData(CLICKS).returns(CLICK)
    .assignTimestampsAndWatermarks(WatermarkStrategy.forMonotonousTimestamps<Click>().withTimestampAssigner((click) => click.at))
    .keyBy('user')
    .window(EventTimeSessionWindows.withGap(Time.seconds(30)))
    .process((user, context, clicks) => {
      const { start, end } = context.window();
      return [`${user}: ${[...clicks].length} clicks in ${(end - Time.seconds(30) - start) / 1000} s`];
    })
    .print();
}

// Output at parallelism 1, sorted:
//   ada: 1 clicks in 0 s
//   ada: 3 clicks in 12 s
//   bob: 1 clicks in 0 s
//   bob: 1 clicks in 0 s
