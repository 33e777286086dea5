// The program of a simulated job. It is run by the client and again in each slot, as programs are: functions are the slot's
// own, the world outside is one.
import { FileSink } from '#connectors/files/sink';
import { Configuration } from '#core/config/configuration';
import type { DataStream } from '#datastream/stream/data-stream';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import { allRows, DISORDER_MS, SimulatedSource, type InputShape, type Row } from './input.js';
import { hasTwoInputs, PIPELINES } from './pipelines.js';
import type { JobShape } from './scenario.js';
import { SQL_PIPELINES } from './sql-pipelines.js';
import { TransactionSink } from './transaction-sink.js';
import type { World } from './world.js';

export const OUTPUT_DIRECTORY = '/output';

export function buildGraph(shape: JobShape, configuration: Readonly<Record<string, unknown>>, world: World): StreamGraph {
  const env = StreamExecutionEnvironment.getExecutionEnvironment(Configuration.fromMap(configuration));
  const chosen = [...PIPELINES, ...SQL_PIPELINES].filter(({ name }) => shape.pipelines.includes(name));
  const first = rowsOf(env, 'first', shape.first, world);
  const second = shape.hasTwoRegions || chosen.some(hasTwoInputs) ? rowsOf(env, 'second', shape.second, world) : first;
  for (const [index, pipeline] of chosen.entries()) {
    const lines = pipeline.build(shape.hasTwoRegions && index === 1 ? second : first, second);
    const sink = shape.sink === 'files' ? FileSink.forText<string>(`${OUTPUT_DIRECTORY}/${pipeline.name}`) : new TransactionSink(world, shape.pace);
    lines.sinkTo(sink as never).name(pipeline.name).uid(`sink-${pipeline.name}`);
  }
  return env.getStreamGraph('simulated');
}

/** Sorted. */
export function expectedLines({ pipelines, hasTwoRegions, first, second }: JobShape): readonly string[] {
  const [a, b] = [allRows(first), allRows(second)];
  return PIPELINES.filter(({ name }) => pipelines.includes(name)).flatMap((pipeline, index) => pipeline.expected(hasTwoRegions && index === 1 ? b : a, b)).toSorted();
}

function rowsOf(env: StreamExecutionEnvironment, uid: string, shape: InputShape, world: World): DataStream<Row> {
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness<Row>(DISORDER_MS).withTimestampAssigner((row) => row.time);
  return env.fromSource(new SimulatedSource(world, shape), strategy, uid).uid(uid).map((row: Row) => {
    if (!world.isToThrow) return row;
    world.isToThrow = false;
    throw new Error('the simulation wants this function to fail');
  }).uid(`${uid}-map`);
}
