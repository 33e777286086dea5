// Sorts readings into good, suspicious and late ones, each a stream of its own:  npx millrace run examples/side-outputs.ts
import {
  OutputTag, ProcessFunction, TumblingEventTimeWindows, Types, WatermarkStrategy, type Collector, type Infer, type ProcessContext, type StreamExecutionEnvironment,
} from 'millrace';

const READING = Types.ROW({ sensor: Types.STRING, celsius: Types.DOUBLE, at: Types.LONG });
type Reading = Infer<typeof READING>;

const suspicious = new OutputTag('suspicious', Types.STRING);
const late = new OutputTag('late', READING);

class Check extends ProcessFunction<Reading, Reading> {
  processElement(reading: Reading, context: ProcessContext, out: Collector<Reading>): void {
    if (reading.celsius > -50 && reading.celsius < 60) out.collect(reading);
    else context.output(suspicious, `${reading.sensor} reports ${reading.celsius} °C`);
  }
}

/** The watermark follows each reading at once, so that what comes too late is the same in every run. */
const punctual = WatermarkStrategy.forGenerator<Reading>(() => ({
  onEvent: (_reading, timestamp, output) => output.emitWatermark(timestamp),
  onPeriodicEmit: () => {},
})).withTimestampAssigner((reading) => reading.at);

export default function readings(env: StreamExecutionEnvironment): void {
  env.setParallelism(1);
  const checked = env.fromData<Reading>(
    { sensor: 'roof', celsius: 21, at: 100 }, { sensor: 'roof', celsius: 23, at: 700 }, { sensor: 'cellar', celsius: 400, at: 900 },
    { sensor: 'roof', celsius: 19, at: 1_500 }, { sensor: 'roof', celsius: 30, at: 200 },
  ).returns(READING).assignTimestampsAndWatermarks(punctual).process(new Check()).returns(READING);
  const warmest = checked.keyBy('sensor').window(TumblingEventTimeWindows.of(1_000)).sideOutputLateData(late).maxBy('celsius');
  warmest.map((reading) => `${reading.sensor}: ${reading.celsius} °C at most`).print('warmest');
  checked.getSideOutput(suspicious).print('suspicious');
  warmest.getSideOutput(late).map((reading) => `${reading.sensor} at ${reading.at}`).print('late');
}

// Output at parallelism 1, sorted:
//   late> roof at 200
//   suspicious> cellar reports 400 °C
//   warmest> roof: 19 °C at most
//   warmest> roof: 23 °C at most
