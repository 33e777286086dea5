// All doors to the host in one bundle, handed down from the entry points: whatever needs time, files, threads or
// randomness gets them from here or from a parameter, never from a global. One bundle per thread.
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Log } from '#platform/log/log';
import type { Process } from '#platform/process/process';
import type { Random } from '#platform/random/random';
import type { SharedMemory } from '#platform/shared-memory/shared-memory';
import type { Scheduler } from '#platform/threads/scheduler';
import type { Threads } from '#platform/threads/threads';

export interface Platform {
  readonly clock: Clock;
  readonly files: Files;
  readonly log: Log;
  readonly process: Process;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly sharedMemory: SharedMemory;
  readonly threads: Threads;
}
