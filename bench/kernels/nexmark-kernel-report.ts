// Prints CPU nanoseconds per event of the generator and of each kernel: node dist/bench/kernels/nexmark-kernel-report.js
// [events] [query…]. CPU time of the whole process, after a warm-up, median and best of the rounds.
import { nodePlatform } from '#platform/node-platform';
import { KERNEL_QUERIES, runKernel, type KernelQuery } from './nexmark-kernels.js';

const ROUNDS = 7;

export interface KernelFigure {
  readonly query: KernelQuery;
  readonly events: number;
  /** Median over the rounds. */
  readonly cpuNsPerEvent: number;
  /** Best round: what the kernel needs when no neighbour slows the core down. */
  readonly cpuNsPerEventBest: number;
  readonly outputRows: number;
}

/** The queries take turns, so that a slow spell of the machine meets all of them alike. */
export function measureKernels(queries: readonly KernelQuery[], events: number, rounds = ROUNDS): readonly KernelFigure[] {
  const { clock } = nodePlatform();
  const figures = queries.map((query) => ({ query, outputRows: runKernel(query, events).outputRows, rounds: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const figure of figures) {
      const before = clock.cpuUsage();
      runKernel(figure.query, events);
      const after = clock.cpuUsage();
      figure.rounds.push(((after.userMs + after.systemMs - before.userMs - before.systemMs) * 1e6) / events);
    }
  }
  return figures.map((figure) => {
    const sorted = figure.rounds.toSorted((a, b) => a - b);
    return { query: figure.query, events, outputRows: figure.outputRows, cpuNsPerEvent: sorted[Math.floor(rounds / 2)]!, cpuNsPerEventBest: sorted[0]! };
  });
}

const isMain = process.argv[1]?.endsWith('nexmark-kernel-report.js') === true;
if (isMain) {
  const [eventsText = '500000', ...queries] = process.argv.slice(2);
  for (const { query, cpuNsPerEvent, cpuNsPerEventBest, outputRows } of measureKernels(queries.length > 0 ? (queries as KernelQuery[]) : KERNEL_QUERIES, Number(eventsText))) {
    console.log(`${query.padEnd(6)} ${cpuNsPerEvent.toFixed(1).padStart(7)} ns/event, best ${cpuNsPerEventBest.toFixed(1).padStart(6)}, ${(1000 / cpuNsPerEvent).toFixed(2).padStart(6)} M events/CPU-s ${String(outputRows).padStart(9)} rows`);
  }
}
