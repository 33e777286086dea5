// Prints CPU nanoseconds per event of the generator and of each kernel: node dist/bench/kernels/nexmark-kernel-report.js
// [events] [query…]. CPU time of the whole process, after a warm-up, median of the rounds.
import { nodePlatform } from '#platform/node-platform';
import { KERNEL_QUERIES, runKernel, type KernelQuery } from './nexmark-kernels.js';

const ROUNDS = 3;

export interface KernelFigure {
  readonly query: KernelQuery;
  readonly events: number;
  readonly cpuNsPerEvent: number;
  readonly outputRows: number;
}

/** Median over the rounds. Call it in the run whose engine figures it is compared with. */
export function measureKernel(query: KernelQuery, events: number, rounds = ROUNDS): KernelFigure {
  const { clock } = nodePlatform();
  runKernel(query, Math.min(events, 300_000));
  let outputRows = 0;
  const figures = Array.from({ length: rounds }, () => {
    const before = clock.cpuUsage();
    outputRows = runKernel(query, events).outputRows;
    const after = clock.cpuUsage();
    return ((after.userMs + after.systemMs - before.userMs - before.systemMs) * 1e6) / events;
  }).sort((a, b) => a - b);
  return { query, events, cpuNsPerEvent: figures[Math.floor(rounds / 2)]!, outputRows };
}

const isMain = process.argv[1]?.endsWith('nexmark-kernel-report.js') === true;
if (isMain) {
  const [eventsText = '1000000', ...queries] = process.argv.slice(2);
  for (const query of queries.length > 0 ? (queries as KernelQuery[]) : KERNEL_QUERIES) {
    const { cpuNsPerEvent, outputRows } = measureKernel(query, Number(eventsText));
    console.log(`${query.padEnd(6)} ${cpuNsPerEvent.toFixed(1).padStart(7)} ns/event ${(1000 / cpuNsPerEvent).toFixed(2).padStart(6)} M events/CPU-s ${String(outputRows).padStart(9)} rows`);
  }
}
