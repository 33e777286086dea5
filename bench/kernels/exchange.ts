// The hand-written exchange by key: what the engine's exchange is held against (<= 1.3 times), timed in the same run. CPU of
// both sides in nanoseconds per record: hash, split, gather, publish, read. Slots are threads; each sends and reads.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import type { BenchRow } from '../bench-row.js';
import { BATCH_ROWS } from './exchange-columns.js';
import type { ExchangeRecord } from './exchange-columns.js';
import { exchangeBytes } from './exchange-worker.js';
import type { ExchangeResult, ExchangeTask } from './exchange-worker.js';

export interface ExchangeFigure {
  readonly cpuNanosPerRecord: number;
  readonly recordsPerSecond: number;
}

interface Started {
  readonly warm: Promise<void>;
  readonly done: Promise<ExchangeResult>;
}

function startWorker(task: ExchangeTask): Started {
  const worker = new Worker(new URL('./exchange-worker.js', import.meta.url), { workerData: task });
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  const next = <T>(isWanted: (message: unknown) => boolean): Promise<T> =>
    Promise.race([failed, new Promise<T>((resolve) => worker.on('message', (message) => isWanted(message) && resolve(message as T)))]);
  return { warm: next((message) => message === 'warm'), done: next((message) => message !== 'warm') };
}

/** One run in fresh threads. @param records per slot, after a warm-up of a third. */
export async function exchangeKernel(record: ExchangeRecord, slots: number, records: number): Promise<ExchangeFigure> {
  const shared = new SharedArrayBuffer(exchangeBytes(record, slots));
  const batches = Math.ceil(records / BATCH_ROWS);
  const task = { record, slots, shared, batches, warmUpBatches: Math.ceil(batches / 3) };
  const workers = Array.from({ length: slots }, (_, self) => startWorker({ ...task, self }));
  await releaseWhenWarm(workers, shared);
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const results = await Promise.all(workers.map((worker) => worker.done));
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - startedAt) / 1000;
  const sent = results.reduce((sum, result) => sum + result.sumSent, 0);
  assert.equal(results.reduce((sum, result) => sum + result.sumRead, 0), sent, 'what was sent was read');
  const measured = slots * batches * BATCH_ROWS;
  return { cpuNanosPerRecord: ((cpu.user + cpu.system) * 1000) / measured, recordsPerSecond: measured / seconds };
}

async function releaseWhenWarm(workers: readonly Started[], shared: SharedArrayBuffer): Promise<void> {
  await Promise.all(workers.map((worker) => worker.warm));
  const go = new Int32Array(shared);
  Atomics.store(go, 0, 1);
  Atomics.notify(go, 0);
}

const PUBLISHED: Readonly<Record<ExchangeRecord, number>> = { narrow: 39, bid: 187 };

/** The kernel's own rows; the engine's exchange row takes `cpuNanosPerRecord` of the same record as its anchor. */
export async function exchangeKernelRows(options: { quick: boolean }): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const record of ['narrow', 'bid'] as const) {
    for (const slots of [1, 2]) {
      const records = (options.quick ? 3e6 : 12e6) / (record === 'bid' ? 3 : 1);
      const { cpuNanosPerRecord: figure } = await exchangeKernel(record, slots, records);
      rows.push({
        name: `exchange kernel by key, ${record}, ${slots} x ${slots}`,
        figure,
        unit: 'CPU ns/record',
        anchor: PUBLISHED[record],
        anchorName: 'first prototype, other machine, 2 x 2',
        ratio: figure / PUBLISHED[record],
        target: 'none: it is the anchor',
        isPass: undefined,
        higherIsBetter: false,
      });
    }
  }
  return rows;
}
