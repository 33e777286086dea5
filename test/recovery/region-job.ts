// Two pipelines that have nothing to do with each other, in the same slots: `keyed` exchanges rows and is one region,
// `forwarded` is a region per subtask. args: one JSON object.
import { existsSync, writeFileSync } from 'node:fs';
import { DataGeneratorSource } from '#connectors/datagen/source';
import { FileSink } from '#connectors/files/sink';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

export interface RegionArguments {
  readonly outputDirectory: string;
  readonly rows: number;
  readonly ratePerSecond: number;
  /** In which pipeline the fault is, at its middle row, while `marker` does not exist. */
  readonly faulty: 'keyed' | 'forwarded';
  readonly fault: 'throw' | 'exit';
  readonly marker: string;
}

export default function regionJob(env: StreamExecutionEnvironment, args: readonly string[]): void {
  const options = JSON.parse(args[0]!) as RegionArguments;
  const { outputDirectory, rows, ratePerSecond } = options;
  for (const name of ['keyed', 'forwarded'] as const) {
    const numbers = env.fromSource(new DataGeneratorSource((index) => index, rows, { ratePerSecond }), WatermarkStrategy.noWatermarks(), name).uid(name);
    const passed = numbers.map((index) => {
      if (options.faulty === name && index === Math.floor(rows / 2)) breakOnce(options);
      return { key: index % 7, value: name === 'keyed' ? 1 : index };
    }).uid(`${name}-map`);
    const rowsOut = name === 'keyed' ? passed.keyBy('key').reduce((a, b) => ({ key: a.key, value: a.value + b.value })).uid('keyed-count') : passed;
    rowsOut.map((row) => `${row.key} ${row.value}`).uid(`${name}-text`).sinkTo(FileSink.forText(`${outputDirectory}/${name}`)).uid(`${name}-sink`);
  }
}

function breakOnce({ fault, marker }: RegionArguments): void {
  if (existsSync(marker)) return;
  writeFileSync(marker, '');
  if (fault === 'exit') process.exit(3);
  throw new Error('broken once');
}
