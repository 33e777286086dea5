// One run of one query at one setting: a cluster of its own, made and closed here, and the figures of the run.
// Invariant: when `run` has settled, no worker of it is left. Thread: main.
import { JobProgress } from '#cli/output/job-progress';
import { jobFigures } from '#cli/output/job-figures';
import { eventSource } from '#cli/commands/nexmark/event-source';
import { NEXMARK_RECORDING, type NexmarkSettings } from '#cli/commands/nexmark/nexmark-settings';
import nexmarkJob from '#cli/commands/nexmark/nexmark-job';
import { recordNexmarkEvents } from '#connectors/nexmark/recording';
import { LocalExecutor } from '#client/cluster-client/local-executor';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import type { Platform } from '#client/platform';
import { assert } from '#core/assert';
import type { Configuration } from '#core/config/configuration';
import { executionOptions } from '#core/config/options/execution-options';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { withJobExecutor } from '#datastream/environment/job-executor';

/** What workers load: as a bundle or as a readable module it lies beside this one. */
const jobUrl = new URL('./nexmark-job.js', import.meta.url);

/** How often resident memory is looked at. */
const SAMPLE_MS = 100;

export interface NexmarkFigures {
  readonly query: string;
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly eventsPerSecond: number;
  readonly eventsPerCpuSecond: number;
  readonly outputRows: number;
  readonly peakRssBytes: number;
  readonly source: NexmarkSettings['source'];
  readonly eventRate: number;
  readonly parallelism: number;
  readonly setting: string | undefined;
  /** Greatest share of time a task waited for the next one. */
  readonly backPressured: number;
  readonly managedBytesPerSlot: number;
  readonly heapBytesPerSlot: number;
  readonly spilledBytes: number;
  /** For which garbage collection stopped a slot, at most. */
  readonly gcSeconds: number;
  readonly checkpoints: number;
  /** Of reads of keyed state in RocksDB, those that made no native call, 0..1; undefined where there were none. */
  readonly hotTierHitRate: number | undefined;
  /** In files of RocksDB when the run ended, as far as they are asked for. */
  readonly sstBytes: number;
}

export interface NexmarkRunOptions {
  readonly setting: string | undefined;
  readonly isProgressForced: boolean;
  /** Called when the job runs: to take its rows. */
  readonly onJob?: (job: LocalJobClient) => void;
  readonly onSummary?: (summary: string) => void;
}

export class NexmarkRun {
  readonly #platform: Platform;
  #executor: LocalExecutor | undefined;
  #recorded: readonly SharedArrayBuffer[] = [];
  /** CPU time of the process that earlier runs account for; the first run pays for the start. */
  #cpuMsAccounted = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async cancel(): Promise<void> {
    await this.#executor?.cancelAll();
  }

  /** Makes the events of all runs that follow, in shared memory; figures of runs leave out what that takes. */
  record(settings: Omit<NexmarkSettings, 'query'>): void {
    this.#recorded = recordNexmarkEvents(eventSource(settings), this.#platform);
    this.#platform.sharedMemory.publish(NEXMARK_RECORDING, this.#recorded);
    this.#cpuMsAccounted = this.#cpuMs();
  }

  /** Idempotent. */
  close(): void {
    this.#platform.sharedMemory.publish(NEXMARK_RECORDING, undefined);
    for (const buffer of this.#recorded) this.#platform.sharedMemory.release(buffer);
    this.#recorded = [];
  }

  /** Rejects with the cause when the job fails. */
  async run(settings: NexmarkSettings, configuration: Configuration, options: NexmarkRunOptions): Promise<NexmarkFigures> {
    const { clock, process } = this.#platform;
    const args = [JSON.stringify(settings)];
    const progress = new JobProgress(this.#platform, { isForced: options.isProgressForced });
    const executor = new LocalExecutor({
      platform: this.#platform, configuration,
      program: (executionIndex, earlier) => ({ kind: 'module', url: jobUrl.href, args, executionIndex, earlier }),
      onJob: (job) => {
        if (settings.output !== 'print') progress.follow(job);
        options.onJob?.(job);
      },
    });
    this.#executor = executor;
    executor.prestart(configuration.get(executionOptions.parallelismDefault));
    let peakRssBytes = 0;
    const sampler = clock.scheduleRepeating(SAMPLE_MS, () => {
      peakRssBytes = Math.max(peakRssBytes, process.memoryUsage().rssBytes);
    }, { isBackground: true });
    try {
      await withJobExecutor(executor, () => nexmarkJob(StreamExecutionEnvironment.getExecutionEnvironment(), args));
      const job = executor.jobs[0];
      assert(job !== undefined, 'the Nexmark job has been started');
      await job.getJobExecutionResult();
      progress.stop();
      options.onSummary?.(progress.summary(job));
      return this.#figures(settings, configuration, options.setting, job, Math.max(peakRssBytes, this.#cpuMsAccounted === 0 ? process.peakRssBytes() : 0));
    } finally {
      progress.stop();
      sampler.cancel();
      await executor.close();
      this.#cpuMsAccounted = this.#cpuMs();
    }
  }

  #figures(settings: NexmarkSettings, configuration: Configuration, setting: string | undefined, job: LocalJobClient, peakRssBytes: number): NexmarkFigures {
    const { details } = job;
    const figures = jobFigures(job.jobGraph, details);
    const seconds = ((details.endedMs ?? details.startedMs) - details.startedMs) / 1000;
    // An event counts once, however many scans read it.
    const events = settings.events ?? figures.events;
    const cpuSeconds = (this.#cpuMs() - this.#cpuMsAccounted) / 1000;
    return {
      query: settings.query, events, seconds, cpuSeconds,
      eventsPerSecond: events / seconds, eventsPerCpuSecond: events / cpuSeconds, outputRows: figures.outputRows, peakRssBytes,
      source: settings.source, eventRate: settings.eventRate,
      parallelism: configuration.get(executionOptions.parallelismDefault), setting,
      backPressured: figures.backPressured, managedBytesPerSlot: figures.managedBytesPerSlot, heapBytesPerSlot: figures.heapBytesPerSlot,
      spilledBytes: figures.spilledBytes, gcSeconds: figures.gcMs / 1000,
      checkpoints: details.checkpoints.completed,
      hotTierHitRate: figures.hotTierHitRate, sstBytes: figures.sstBytes,
    };
  }

  #cpuMs(): number {
    const { userMs, systemMs } = this.#platform.clock.cpuUsage();
    return userMs + systemMs;
  }
}
