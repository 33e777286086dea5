// A job small enough to be run often: sums per key over a sequence, into exactly-once files. args: one JSON object.
import { FileSink } from '#connectors/files/sink';
import { DataGeneratorSource } from '#connectors/datagen/source';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import { gated } from './gated-source.js';

export interface SmallArguments {
  readonly outputDirectory: string;
  readonly rows: number;
  readonly ratePerSecond: number;
  /** Rows that one record makes through a generator, for the last record. */
  readonly burst?: number;
  readonly isWithoutReduce?: boolean;
  readonly maxParallelism?: number;
  /** Ends the second source much earlier than the first one: its sink waits at its end. */
  readonly fewRows?: number;
  /** The last rows come when this file is there. */
  readonly gateFile?: string;
}

export default function smallJob(env: StreamExecutionEnvironment, args: readonly string[]): void {
  const { outputDirectory, rows, ratePerSecond, burst = 0, isWithoutReduce = false, maxParallelism, fewRows, gateFile } = JSON.parse(args[0]!) as SmallArguments;
  if (maxParallelism !== undefined) env.setMaxParallelism(maxParallelism);
  const generator = new DataGeneratorSource((index: number) => index, rows, { ratePerSecond });
  const source = gateFile === undefined ? generator : gated(generator, [{ row: rows * 0.9, file: gateFile }]);
  const numbers = env.fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers').uid('numbers').setParallelism(1);
  const keyed = numbers.map((index) => ({ key: index % 13, sum: index })).uid('pairs').setParallelism(1).keyBy('key');
  const sums = isWithoutReduce ? keyed.map((row) => row).uid('same') : keyed.reduce((a, b) => ({ key: a.key, sum: a.sum + b.sum })).uid('sums');
  sums.map((row) => `${row.key} ${row.sum}`).uid('text').sinkTo(FileSink.forText(`${outputDirectory}/sums`)).uid('sums-sink');
  if (burst > 0) {
    numbers.filter((index) => index === 0).uid('first').flatMap(function* () { for (let i = 0; i < burst; i++) yield i; }).uid('burst')
      .filter((value) => value % 1000 === 0).uid('thousandth').map((value) => `burst ${value}`).uid('burst-text').sinkTo(FileSink.forText(`${outputDirectory}/burst`)).uid('burst-sink');
  }
  if (fewRows !== undefined) {
    env.fromSource(new DataGeneratorSource((index) => `few ${index}`, fewRows), WatermarkStrategy.noWatermarks(), 'few').uid('few').setParallelism(1)
      .sinkTo(FileSink.forText(`${outputDirectory}/few`)).uid('few-sink');
  }
}
