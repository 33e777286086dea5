// The job of `npm start`: hot items (q5) on two slots with checkpoints, shown as it runs; then the hottest items as a table
// and the summary. Its checkpoints lie in a temporary directory, which is removed. Thread: main.
import { join } from 'node:path';
import type { NexmarkRun } from '#cli/commands/nexmark/nexmark-run';
import { NEXMARK_COLLECT_UID } from '#cli/commands/nexmark/nexmark-settings';
import { formatTable } from '#cli/output/figures-text';
import type { Platform } from '#client/platform';
import type { Configuration } from '#core/config/configuration';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { executionOptions } from '#core/config/options/execution-options';
import { Duration } from '#core/config/duration';

const EVENTS = 40_000_000;
const EVENT_RATE = 100_000;
const PARALLELISM = 2;
const CHECKPOINT_MS = 2000;
const ROWS_SHOWN = 15;

interface HotItem {
  readonly windowEnd: number;
  readonly auction: number;
  readonly num: number;
}

export async function runMainJob(platform: Platform, run: NexmarkRun, given: Configuration, events = EVENTS): Promise<void> {
  const { process, files, random } = platform;
  const directory = join(process.temporaryDirectory, `millrace-main-job-${random.hex(6)}`);
  let configuration = given;
  if (!given.contains(executionOptions.parallelismDefault)) configuration = configuration.set(executionOptions.parallelismDefault, PARALLELISM);
  if (!given.contains(checkpointingOptions.interval)) {
    configuration = configuration.set(checkpointingOptions.interval, Duration.ofMillis(CHECKPOINT_MS)).set(checkpointingOptions.dir, directory);
  }
  process.writeStderr(`Nexmark hot items (q5): the auctions with the most bids per 10 s window, sliding by 2 s, over ${events.toLocaleString('en')} events on ${configuration.get(executionOptions.parallelismDefault)} slots\n`);
  const items: HotItem[] = [];
  let collected: Promise<void> | undefined;
  let summary = '';
  try {
    await run.run({ query: 'q5', api: 'datastream', source: 'full', sideInput: undefined, events, input: undefined, eventRate: EVENT_RATE, output: 'collect' }, configuration, {
      setting: undefined,
      isProgressForced: true,
      onJob: (job) => {
        collected = collect(job.collectedRows(NEXMARK_COLLECT_UID), items);
        // Its failure is the job's own, which `run` rejects with.
        collected.catch(() => undefined);
      },
      onSummary: (text) => {
        summary = text;
      },
    });
    await collected;
  } finally {
    await files.delete(directory);
  }
  process.writeStdout(`\n${hottestTable(items)}\n${summary}`);
}

async function collect(rows: AsyncIterableIterator<unknown>, items: HotItem[]): Promise<void> {
  for await (const row of rows) items.push(row as HotItem);
}

/** The last windows, in order of time. */
function hottestTable(items: readonly HotItem[]): string {
  const last = items.toSorted((a, b) => a.windowEnd - b.windowEnd || a.auction - b.auction).slice(-ROWS_SHOWN);
  return formatTable(['window end', 'auction', 'bids'], last.map(({ windowEnd, auction, num }) => [new Date(windowEnd).toISOString().slice(11, 19), auction, num]));
}
