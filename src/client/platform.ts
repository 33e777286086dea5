// The doors to the host as one value, made once per process by whoever starts the engine.
import type { Clock } from '#platform/clock/clock';
import { NodeClock } from '#platform/clock/node-clock';
import type { Files } from '#platform/files/files';
import { NodeFiles } from '#platform/files/node-files';
import type { Log } from '#platform/log/log';
import { TextLog } from '#platform/log/text-log';
import { NodeProcess } from '#platform/process/node-process';
import type { Process } from '#platform/process/process';
import { NodeRandom } from '#platform/random/node-random';
import type { Random } from '#platform/random/random';
import { NodeSharedMemory } from '#platform/shared-memory/node-shared-memory';
import type { SharedMemory } from '#platform/shared-memory/shared-memory';
import { NodeThreads } from '#platform/threads/node-threads';
import type { Threads } from '#platform/threads/threads';

export interface Platform {
  readonly clock: Clock;
  readonly files: Files;
  readonly log: Log;
  readonly process: Process;
  readonly random: Random;
  readonly sharedMemory: SharedMemory;
  readonly threads: Threads;
}

/** The real host. MILLRACE_LOG sets the level of the log on stderr: debug, info, warn (default) or error. */
export function createNodePlatform(): Platform {
  const clock = new NodeClock();
  const process = new NodeProcess();
  const random = new NodeRandom();
  const level = process.env['MILLRACE_LOG'];
  const log = new TextLog({ clock, write: (line) => process.writeStderr(line), level: level === 'debug' || level === 'info' || level === 'error' ? level : 'warn' });
  return { clock, process, random, log, files: new NodeFiles(random), sharedMemory: new NodeSharedMemory(), threads: new NodeThreads() };
}
