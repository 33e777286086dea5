// Dispatcher, ResourceManager and TaskManager in one process, wired by direct calls. Two kinds: slots as worker threads,
// or inline, where slots are loops of the calling thread that use the program's own function objects.
// Thread: main; it touches no record.
import type { Configuration } from '#core/config/configuration';
import { taskManagerOptions } from '#core/config/options/task-manager-options';
import { slotEntryUrl } from '#client/engine-modules';
import type { Platform } from '#client/platform';
import { createJobId, type JobId } from '#cluster/ids/ids';
import type { RecoveredJob, RecoveryPoint } from '#cluster/messages/job-messages';
import type { ProgramReference } from '#cluster/messages/program-reference';
import type { JobStatus } from '#cluster/status/job-status';
import { assert } from '#core/assert';
import type { JobGraph } from '#graph/job-graph/job-graph';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import { Dispatcher } from '#jobmanager/dispatcher/dispatcher';
import { createJobPlan } from '#jobmanager/job-master/job-plan';
import { ResourceManager } from '#jobmanager/resource-manager/resource-manager';
import type { ScratchDirectory } from '#platform/process/process';
import { StreamTask } from '#streaming/task/stream-task';
import { InlineSlot } from '#taskmanager/task-executor/inline-slot';
import type { SlotHandle } from '#taskmanager/task-executor/slot-handle';
import { TaskExecutor } from '#taskmanager/task-executor/task-executor';
import { WorkerSlot, workerLimits, type SpareSlot } from '#taskmanager/task-executor/worker-slot';

export interface MiniClusterOptions {
  readonly platform: Platform;
  readonly configuration: Configuration;
  readonly isInline: boolean;
  /** Workers that were started ahead, see prestartSlots. */
  readonly spares?: readonly SpareSlot[];
  /** Other than the engine's own slot entry: for tests. */
  readonly slotEntry?: URL;
}

export interface MiniClusterSubmission {
  readonly streamGraph: StreamGraph;
  readonly jobGraph: JobGraph;
  readonly program: ProgramReference;
  readonly configuration: Configuration;
  readonly onRows: (operatorId: string, rows: readonly unknown[], taken: () => void) => void;
  readonly onStatus?: (status: JobStatus) => void;
  readonly recovered?: RecoveredJob | undefined;
  readonly onRecoveryPoint?: (point: RecoveryPoint | undefined) => void;
}

export class MiniCluster {
  readonly dispatcher: Dispatcher;
  readonly #options: MiniClusterOptions;
  readonly #taskExecutor: TaskExecutor;
  readonly #scratch: ScratchDirectory;
  /** Graphs of inline jobs, looked up by their slots. */
  readonly #inlineGraphs = new Map<JobId, StreamGraph>();

  /** Starts no job and no worker yet. Throws CONFIG_VALUE_INVALID. */
  constructor(options: MiniClusterOptions) {
    this.#options = options;
    const { platform, configuration, spares = [] } = options;
    const slotCount = configuration.getOptional(taskManagerOptions.numberOfTaskSlots) ?? Infinity;
    this.#scratch = platform.process.openScratchDirectory();
    const temporaryDirectory = this.#scratch.path;
    this.#taskExecutor = new TaskExecutor({
      process: platform.process, temporaryDirectory, sharedMemory: platform.sharedMemory, spares,
      createSlot: (name, hardHeapBytes) => this.#createSlot(name, hardHeapBytes),
    });
    const { clock, files, log, random } = platform;
    this.dispatcher = new Dispatcher({ taskExecutor: this.#taskExecutor, resourceManager: new ResourceManager(slotCount), configuration, clock, files, temporaryDirectory, log, random });
  }

  /** Starts workers ahead of a job, so that they load while the program is bundled. */
  prestart(slotCount: number): void {
    this.#taskExecutor.prestart(slotCount, this.#options.configuration);
  }

  submit(submission: MiniClusterSubmission): JobId {
    const { streamGraph, jobGraph, ...submitted } = submission;
    const { program, recovered } = submitted;
    const jobId = recovered?.point.jobId ?? createJobId(this.#options.platform.random);
    if (program.kind === 'inline') this.#inlineGraphs.set(jobId, streamGraph);
    this.dispatcher.submit({ jobId, plan: createJobPlan(jobGraph, streamGraph), ...submitted });
    void this.dispatcher.outcome(jobId).then(() => this.#inlineGraphs.delete(jobId));
    return jobId;
  }

  /** Ends every job and every worker. Idempotent. */
  async close(): Promise<void> {
    await this.dispatcher.close();
    await this.#taskExecutor.close();
    await this.#scratch.close();
  }

  #createSlot(name: string, hardHeapBytes: number): SlotHandle {
    const { platform, isInline, slotEntry = slotEntryUrl } = this.#options;
    if (!isInline) return new WorkerSlot(platform.threads, slotEntry, name, workerLimits(hardHeapBytes));
    const { clock, files, process, random } = platform;
    return new InlineSlot({
      clock, files, process, random,
      createTask: (description) => StreamTask.create(description),
      loadProgram: (_program, deployment) => {
        const graph = this.#inlineGraphs.get(deployment.jobId);
        assert(graph !== undefined, `the graph of inline job ${deployment.jobId} is known`);
        return Promise.resolve(graph);
      },
    });
  }
}
