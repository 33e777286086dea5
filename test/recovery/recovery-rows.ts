// The input of the recovery job: rows that are a pure function of their index, with deterministic watermarks, slowed
// down so that there is a middle in which to disturb it.
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { DataGeneratorSource } from '#connectors/datagen/source';
import type { DataStream } from '#datastream/stream/data-stream';
import { Types } from '#core/types/type-information';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import { gated, type Gate, lingering } from './gated-source.js';

/** Event time between two rows, in ms. */
export const ROW_MS = 10;
const WATERMARK_EVERY = 50;
const LATE_EVERY = 501;
const SLIGHTLY_LATE_EVERY = 333;
/** How far behind a watermark may be, so that rows out of order are not late. */
export const DISORDER_MS = 200;

export interface Row {
  readonly index: number;
  readonly key: string;
  readonly time: number;
  readonly value: number;
}

const ROW_TYPE = Types.ROW({ index: Types.INT, key: Types.STRING, time: Types.LONG, value: Types.INT });

/** Times are out of order within DISORDER_MS. */
export function rowAt(index: number): Row {
  return { index, key: `k${index % 17}`, time: index * ROW_MS + ((index * 7919) % 19) * 10, value: (index * 31) % 101 };
}

/** Some rows lie 100 s or 500 ms behind, the others as rowAt says. */
export function lateRowAt(index: number): Row {
  const row = rowAt(index);
  if (index > 1000 && index % LATE_EVERY === 0) return { ...row, time: row.time - 20_000 };
  if (index > 300 && index % SLIGHTLY_LATE_EVERY === 0) return { ...row, time: row.time - 900 };
  return row;
}

export interface RowOptions {
  readonly count: number;
  readonly ratePerSecond: number;
  readonly gates: readonly Gate[];
}

/** From one producer, with watermarks at fixed rows: what a keyed function sees is the same in each run. */
export function steadyRows(env: StreamExecutionEnvironment, uid: string, options: RowOptions, at: (index: number) => Row): DataStream<Row> {
  const source = new DataGeneratorSource(at, options.count, { ratePerSecond: options.ratePerSecond, type: ROW_TYPE });
  const strategy = WatermarkStrategy.forGenerator<Row>(() => ({
    onEvent: (row, _timestamp, output) => {
      if (row.index % WATERMARK_EVERY === WATERMARK_EVERY - 1) output.emitWatermark(row.index * ROW_MS - DISORDER_MS);
    },
    onPeriodicEmit: () => undefined,
  })).withTimestampAssigner((row) => row.time);
  return env.fromSource(gated(source, options.gates), WatermarkStrategy.noWatermarks(), uid).uid(uid).setParallelism(1)
    .assignTimestampsAndWatermarks(strategy).uid(`${uid}-times`).setParallelism(1);
}

/** As steadyRows, without a declared type and with the built-in watermarks of the source. */
export function plainRows(env: StreamExecutionEnvironment, uid: string, options: RowOptions): DataStream<Row> {
  const source = new DataGeneratorSource(rowAt, options.count, { ratePerSecond: options.ratePerSecond });
  return env.fromSource(gated(source, options.gates), WatermarkStrategy.forBoundedOutOfOrderness<Row>(DISORDER_MS).withTimestampAssigner((row) => row.time), uid).uid(uid).setParallelism(1);
}

/** Longer than any window of processing time, on a host that is busy too. */
const LINGER_MS = 2500;

/** For processing time: the last row comes when the windows of all others have fired. The end of input fires none. */
export function lingeringRows(env: StreamExecutionEnvironment, uid: string, options: Omit<RowOptions, 'gates'>): DataStream<Row> {
  const source = new DataGeneratorSource(rowAt, options.count + 1, { ratePerSecond: options.ratePerSecond });
  return env.fromSource(lingering(source, options.count, LINGER_MS), WatermarkStrategy.noWatermarks(), uid).uid(uid).setParallelism(1)
    .filter((row) => row.index < options.count).uid(`${uid}-all`).setParallelism(1);
}

/** Sleeps the slot's thread now and then: sources without a rate get one. */
export function slowDown<T>(everyRows: number): (row: T) => T {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let rows = 0;
  return (row) => {
    if (++rows % everyRows === 0) Atomics.wait(cell, 0, 0, 1);
    return row;
  };
}
