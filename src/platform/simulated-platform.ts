// A simulated host on the calling thread, from one seed: the same seed runs the same way, step by step. Invariant: time
// passes only when nothing can run. Its disk outlives a simulated process: give it to the next platform.
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { SimulatedDisk } from '#platform/files/simulated-disk';
import { SimulatedFiles } from '#platform/files/simulated-files';
import { CollectedLog } from '#platform/log/collected-log';
import type { Platform } from '#platform/platform';
import { SimulatedProcess, type SimulatedProcessOptions } from '#platform/process/simulated-process';
import { SeededRandom } from '#platform/random/seeded-random';
import { SimulatedSharedMemory } from '#platform/shared-memory/simulated-shared-memory';
import { settlePromises, SimulatedScheduler, stuck } from '#platform/threads/simulated-scheduler';
import { SimulatedThreads } from '#platform/threads/simulated-threads';

export interface SimulatedPlatformOptions {
  readonly seed: number | string;
  readonly startMs?: number;
  readonly disk?: SimulatedDisk;
  readonly sharedMemoryLimitBytes?: number;
  readonly process?: SimulatedProcessOptions;
}

export interface RunOptions {
  /** The run ends when this holds (looked at before each step); default: when nothing is left to do. */
  readonly until?: () => boolean;
  /** Default 1,000,000. */
  readonly stepsMax?: number;
}

export interface SimulatedPlatform extends Platform {
  readonly clock: SimulatedClock;
  readonly files: SimulatedFiles;
  readonly log: CollectedLog;
  readonly process: SimulatedProcess;
  readonly random: SeededRandom;
  readonly scheduler: SimulatedScheduler;
  readonly sharedMemory: SimulatedSharedMemory;
  readonly threads: SimulatedThreads;
  /**
   * Runs threads and timers, letting time jump to the next timer when nothing else can run. Returns the steps taken.
   * @throws PlatformError SIMULATION_STUCK when `stepsMax` steps did not reach the end.
   */
  run(options?: RunOptions): Promise<number>;
}

const STEPS_MAX = 1_000_000;

export function simulatedPlatform(options: SimulatedPlatformOptions): SimulatedPlatform {
  const random = new SeededRandom(options.seed);
  const scheduler = new SimulatedScheduler(random.split());
  const clock = new SimulatedClock({ scheduler, ...(options.startMs === undefined ? {} : { startMs: options.startMs }) });
  return {
    clock,
    files: new SimulatedFiles({ clock, random: random.split(), ...(options.disk === undefined ? {} : { disk: options.disk }) }),
    log: new CollectedLog(),
    process: new SimulatedProcess(options.process),
    random,
    scheduler,
    sharedMemory: new SimulatedSharedMemory(options.sharedMemoryLimitBytes === undefined ? {} : { limitBytes: options.sharedMemoryLimitBytes }),
    threads: SimulatedThreads.create({ scheduler, clock }),
    run: (runOptions) => run(scheduler, clock, runOptions),
  };
}

async function run(scheduler: SimulatedScheduler, clock: SimulatedClock, options: RunOptions = {}): Promise<number> {
  const stepsMax = options.stepsMax ?? STEPS_MAX;
  for (let steps = 0; ; steps++) {
    await settlePromises();
    if (options.until?.() === true) return steps;
    if (steps >= stepsMax) throw stuck(stepsMax);
    if (!scheduler.step() && !clock.advanceToNextTimer()) return steps;
  }
}
