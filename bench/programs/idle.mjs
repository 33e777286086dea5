// Two slots with nothing to do: a source of one row a minute, keyed, printed.
import { DataGeneratorSource, StreamExecutionEnvironment, WatermarkStrategy } from 'millrace';

const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromSource(new DataGeneratorSource((index) => ({ key: index % 2, index }), Infinity, { ratePerSecond: 1 / 60 }), WatermarkStrategy.noWatermarks(), 'idle')
  .keyBy((row) => row.key).reduce((a, b) => ({ key: a.key, index: a.index + b.index })).print();
await env.execute('idle');
