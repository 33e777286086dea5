// The doors to the real host. Each thread makes its own bundle, once, in its entry point.
import { NodeClock } from '#platform/clock/node-clock';
import { NodeFiles } from '#platform/files/node-files';
import type { LogLevel } from '#platform/log/log';
import { TextLog } from '#platform/log/text-log';
import type { Platform } from '#platform/platform';
import { NodeProcess } from '#platform/process/node-process';
import { NodeRandom } from '#platform/random/node-random';
import { NodeSharedMemory } from '#platform/shared-memory/node-shared-memory';
import { NodeScheduler } from '#platform/threads/node-scheduler';
import { NodeThreads } from '#platform/threads/node-threads';

export interface NodePlatformOptions {
  /** Lowest level that goes to stderr, default info. */
  readonly logLevel?: LogLevel;
}

export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  const clock = new NodeClock();
  const host = new NodeProcess();
  const random = new NodeRandom();
  return {
    clock,
    files: new NodeFiles(random),
    log: new TextLog({ clock, write: (line) => host.writeStderr(line), level: options.logLevel ?? 'info' }),
    process: host,
    random,
    scheduler: new NodeScheduler(),
    sharedMemory: new NodeSharedMemory(),
    threads: new NodeThreads(),
  };
}
