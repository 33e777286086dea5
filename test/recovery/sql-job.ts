// A query of every operator family of SQL over two gated inputs, each into exactly-once files of its changes. args: one JSON object.
import { FileSink } from '#connectors/files/sink';
import { DataGeneratorSource } from '#connectors/datagen/source';
import type { DataStream } from '#datastream/stream/data-stream';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import { DISORDER_MS, ROW_TYPE, rowAt, type Row } from '../simulation/input.js';
import type { JobPart } from '../simulation/pipelines.js';
import { SQL_PIPELINES } from '../simulation/sql-pipelines.js';
import { gated } from './gated-source.js';

export interface SqlArguments {
  readonly outputDirectory: string;
  /** Of each input. */
  readonly rows: number;
  /** Files that a test makes to let the inputs pass one third and two thirds of their rows. */
  readonly gateFiles: readonly string[];
}

/** Where a query's changes go, below the output. */
export const groupOf = ({ name }: JobPart): string => name.replaceAll(/\W+/g, '-');

const RATE = 400;
const KEYS = 7;

export default function sqlJob(env: StreamExecutionEnvironment, args: readonly string[]): void {
  const { outputDirectory, rows, gateFiles } = JSON.parse(args[0]!) as SqlArguments;
  const gates = gateFiles.map((file, index) => ({ row: Math.floor((rows * (index + 1)) / 3), file }));
  const input = (name: string, salt: number): DataStream<Row> => {
    const generator = new DataGeneratorSource((n) => rowAt(0, n, { isOnDemand: false, splits: 1, rowsPerSplit: rows, keys: KEYS, padChars: 5, rowsPerPoll: 10, salt }), rows, { ratePerSecond: RATE, type: ROW_TYPE as never });
    const strategy = WatermarkStrategy.forBoundedOutOfOrderness<Row>(DISORDER_MS).withTimestampAssigner((row) => row.time);
    // Dealt out in turn, rows of a lane would overtake each other, and which versions the temporal join sees depends on their order.
    return env.fromSource(gated(generator, gates), strategy, name).uid(name).setParallelism(1).keyBy('lane');
  };
  const [first, second] = [input('first', 1), input('second', 2)];
  for (const pipeline of SQL_PIPELINES) {
    const group = groupOf(pipeline);
    pipeline.build(first, pipeline.hasTwoInputs === true ? second : first).sinkTo(FileSink.forText<string>(`${outputDirectory}/${group}`)).uid(`sink-${group}`);
  }
}
