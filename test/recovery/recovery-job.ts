// The job that the recovery tests disturb: every operator, with exactly-once files as its outcome.
// args: one JSON object, see RecoveryArguments.
import { existsSync, writeFileSync } from 'node:fs';
import { FileSink } from '#connectors/files/sink';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { DataStream } from '#datastream/stream/data-stream';
import { connectPipelines, latePipelines, processingTimePipelines, rowPipelines, sourcePipelines, timerPipelines, windowPipelines } from './recovery-pipelines.js';
import { lateRowAt, lingeringRows, plainRows, rowAt, steadyRows, type Row } from './recovery-rows.js';

export interface RecoveryArguments {
  readonly outputDirectory: string;
  /** NDJSON files. */
  readonly inputDirectory: string;
  readonly rows: number;
  readonly ratePerSecond: number;
  /** Files that a test makes to let the input pass one third and two thirds of its rows. */
  readonly gateFiles: readonly string[];
  /** What the program does in the middle of its input, once: only while `marker` does not exist. */
  readonly fault?: 'throw' | 'exit';
  readonly marker?: string;
  /** A stateful operator of the program is left out. */
  readonly isWithoutOnce?: boolean;
}

export default function recoveryJob(env: StreamExecutionEnvironment, args: readonly string[]): void {
  const options = JSON.parse(args[0]!) as RecoveryArguments;
  const rate = { count: options.rows, ratePerSecond: options.ratePerSecond, gates: options.gateFiles.map((file, index) => ({ row: Math.floor((options.rows * (index + 1)) / 3), file })) };
  const rows = steadyRows(env, 'rows', rate, rowAt);
  const others = steadyRows(env, 'others', { ...rate, count: Math.floor(rate.count / 2) }, (index) => ({ ...rowAt(index), value: 1 }));
  const late = steadyRows(env, 'late', rate, lateRowAt);
  const plain = plainRows(env, 'plain', rate);
  const faulty = rows.map<Row>(faultOf(options)).uid('fault').setParallelism(1);
  const groups = {
    rows: [...rowPipelines(faulty), ...timerPipelines(rows).slice(0, options.isWithoutOnce === true ? -1 : undefined)],
    connect: connectPipelines(env, rows, others),
    windows: [...windowPipelines(plain, rows), ...latePipelines(late)],
    processing: processingTimePipelines(lingeringRows(env, 'lingering', { count: Math.floor(options.rows / 3), ratePerSecond: options.ratePerSecond / 4 })),
    sources: sourcePipelines(env, options.inputDirectory, { sequence: options.rows * 2, events: options.rows * 2 }),
  };
  for (const [name, lines] of Object.entries(groups)) {
    const [first, ...rest] = lines as readonly [DataStream<string>, ...DataStream<string>[]];
    first.union(...rest).sinkTo(FileSink.forText(`${options.outputDirectory}/${name}`)).name(name).uid(`sink-${name}`);
  }
}

function faultOf({ rows, fault, marker }: RecoveryArguments): (row: Row) => Row {
  return (row) => {
    if (fault === undefined || row.index !== Math.floor(rows * 0.6) || marker === undefined || existsSync(marker)) return row;
    writeFileSync(marker, '');
    if (fault === 'throw') throw new Error('in the middle');
    (Reflect.get(globalThis, 'process') as NodeJS.Process).exit(3);
    return row;
  };
}
