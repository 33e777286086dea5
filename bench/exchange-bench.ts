// Rows of the exchange by key: the engine's RecordWriter, channels and InputGate against the hand-written exchange of the
// same record, timed in turn in the same run. CPU of both sides in nanoseconds per record; the best round of each counts,
// since neighbours on the machine only ever make a run dearer. Sums of all numbers sent and read are checked.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { FrameMemory } from '#core/columns/frame-memory';
import { formatRing } from '#shuffle/ring/ring-layout';
import type { BenchRow } from './bench-row.js';
import { exchangeMemoryBytes, RING_BYTES, ringAt } from './exchange-bench-worker.js';
import type { EngineExchangeResult, EngineExchangeTask } from './exchange-bench-worker.js';
import { BATCH_ROWS } from './kernels/exchange-columns.js';
import type { ExchangeRecord } from './kernels/exchange-columns.js';
import { exchangeKernel } from './kernels/exchange.js';
import type { ExchangeFigure } from './kernels/exchange.js';

const RATIO_MAX = 1.3;

interface Started {
  readonly warm: Promise<void>;
  readonly done: Promise<EngineExchangeResult>;
}

function startWorker(task: EngineExchangeTask): Started {
  const worker = new Worker(new URL('./exchange-bench-worker.js', import.meta.url), { workerData: task });
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  const next = <T>(isWanted: (message: unknown) => boolean): Promise<T> =>
    Promise.race([failed, new Promise<T>((resolve) => worker.on('message', (message) => isWanted(message) && resolve(message as T)))]);
  return { warm: next((message) => message === 'warm'), done: next((message) => message !== 'warm') };
}

/** One run in fresh threads. @param records per slot, after a warm-up of a third. */
async function engineExchange(record: ExchangeRecord, slots: number, records: number): Promise<ExchangeFigure> {
  const shared = new SharedArrayBuffer(exchangeMemoryBytes(slots));
  const memory = new FrameMemory(shared);
  for (let from = 0; from < slots; from++) for (let to = 0; to < slots; to++) formatRing(memory, ringAt(slots, from, to), RING_BYTES);
  const batches = Math.ceil(records / BATCH_ROWS);
  const warmUpBatches = Math.ceil(batches / 3);
  const workers = Array.from({ length: slots }, (_, self) => startWorker({ record, slots, self, shared, batches, warmUpBatches }));
  await Promise.all(workers.map((worker) => worker.warm));
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  Atomics.store(memory.i32, 0, 1);
  Atomics.notify(memory.i32, 0);
  const results = await Promise.all(workers.map((worker) => worker.done));
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - startedAt) / 1000;
  const add = (pick: (result: EngineExchangeResult) => number): number => results.reduce((sum, result) => sum + pick(result), 0);
  assert.equal(add((result) => result.sumRead), add((result) => result.sumSent), 'what was sent was read');
  assert.equal(add((result) => result.rowsRead), slots * (batches + warmUpBatches) * BATCH_ROWS, 'every row was read once');
  const measured = slots * batches * BATCH_ROWS;
  return { cpuNanosPerRecord: ((cpu.user + cpu.system) * 1000) / measured, recordsPerSecond: measured / seconds };
}

/** About 15 s quick, 60 s otherwise. Needs two cores. */
export async function exchangeRows(options: { quick: boolean }): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const record of ['narrow', 'bid'] as const) {
    // Runs of 2 M records overstate the cost up to twice: compiling in each worker counts too.
    const records = (options.quick ? 12e6 : 24e6) / (record === 'bid' ? 2 : 1);
    let engine = Number.POSITIVE_INFINITY;
    let kernel = Number.POSITIVE_INFINITY;
    for (let round = 0; round < (options.quick ? 3 : 5); round++) {
      kernel = Math.min(kernel, (await exchangeKernel(record, 2, records)).cpuNanosPerRecord);
      engine = Math.min(engine, (await engineExchange(record, 2, records)).cpuNanosPerRecord);
    }
    rows.push({
      name: `exchange by key, ${record === 'narrow' ? 'narrow (3 numbers)' : 'full bid'}, 2 x 2`,
      figure: engine,
      unit: 'CPU ns/record',
      anchor: kernel,
      anchorName: 'hand-written, same run',
      ratio: engine / kernel,
      target: `<= ${RATIO_MAX} x`,
      isPass: engine <= kernel * RATIO_MAX,
      higherIsBetter: false,
    });
  }
  rows.push(routeRow());
  return rows;
}

/** Rows sent one by one: beside another edge of the same slot as cheap as alone, since each edge has a function of its own. */
function routeRow(): BenchRow {
  const probe = (edges: number): number => Number(execFileSync(process.execPath, [fileURLToPath(new URL('./edge-route-probe.js', import.meta.url)), '2', String(edges)], { encoding: 'utf8' }));
  const alone = probe(1);
  const beside = probe(2);
  return {
    name: 'row by key to 2 channels, beside another edge', figure: beside, unit: 'CPU ns/row', anchor: alone, anchorName: 'alone, same run', ratio: beside / alone,
    target: `<= ${RATIO_MAX} x`, isPass: beside <= alone * RATIO_MAX, higherIsBetter: false,
  };
}
