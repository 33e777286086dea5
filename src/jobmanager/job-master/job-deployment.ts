// What runs of a job: its executions, the enumerators of its sources, and the calls that deploy tasks, end them and start
// regions of them again. Says what is, decides nothing. Invariant: tasks are deployed anew only when those before have
// ended or their slots have. Thread: main; the JobMaster makes one each time it deploys the whole job.
import { assert } from '#core/assert';
import type { Configuration } from '#core/config/configuration';
import type { JobMasterGateway, TaskExecutorGateway } from '#cluster/gateways/gateways';
import type { JobId, SubtaskId } from '#cluster/ids/ids';
import type { ProgramReference } from '#cluster/messages/program-reference';
import type { SlotMetrics } from '#cluster/messages/slot-messages';
import type { Execution } from '#jobmanager/execution-graph/execution';
import { ExecutionGraph } from '#jobmanager/execution-graph/execution-graph';
import { PipelinedRegions } from '#jobmanager/failover/pipelined-regions';
import type { JobManagerError } from '#jobmanager/errors';
import type { LoadedCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import type { JobPlan } from '#jobmanager/job-master/job-plan';
import { SourceCoordinator } from '#jobmanager/job-master/source-coordinator';
import { WatermarkAlignment } from '#jobmanager/job-master/watermark-alignment';
import { assignSlots, type SlotAssignment } from '#jobmanager/scheduler/slot-assignment';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { TaskMail } from '#streaming/task/task-description';

/** How long tasks may take to end by themselves once canceled; then their workers are ended. */
const CANCELLATION_GRACE_MS = 2000;

export interface JobDeploymentOptions {
  readonly jobId: JobId;
  readonly plan: JobPlan;
  /** Parallelisms of vertices that were rescaled, by id. */
  readonly rescaled: Readonly<Record<string, number>>;
  readonly program: ProgramReference;
  readonly configuration: Configuration;
  readonly attemptNumber: number;
  readonly checkpointDirectory: string | undefined;
  readonly restore: LoadedCheckpoint | undefined;
  readonly taskExecutor: TaskExecutorGateway;
  readonly files: Files;
  readonly clock: Clock;
  readonly onSourceFailure: (error: JobManagerError, vertexId: string) => void;
  /** A source says otherwise of its backlog. */
  readonly onBacklogChanged: () => void;
}

export class JobDeployment {
  readonly graph: ExecutionGraph;
  readonly sources: readonly SourceCoordinator[];
  readonly regions: PipelinedRegions;
  readonly alignment = new WatermarkAlignment();
  readonly slots: (SlotMetrics | undefined)[];
  readonly #options: JobDeploymentOptions;
  readonly #assignment: SlotAssignment;
  /** Asked whenever an execution has ended. */
  readonly #waiting = new Set<() => void>();

  /** Sends nothing yet. Throws SOURCE_ENUMERATOR_FAILED. */
  constructor(options: JobDeploymentOptions) {
    this.#options = options;
    const { plan, jobId, attemptNumber } = options;
    this.#assignment = assignSlots(plan.vertices);
    this.graph = new ExecutionGraph(jobId, plan.vertices, this.#assignment.tasks, attemptNumber);
    this.regions = new PipelinedRegions(plan.jobGraph);
    this.slots = Array.from({ length: this.#assignment.slotCount });
    this.graph.moveAll('SCHEDULED');
    this.sources = this.#createSources();
    this.graph.moveAll('DEPLOYING');
  }

  async deploy(listener: JobMasterGateway): Promise<void> {
    const { plan, rescaled, jobId, configuration, program, attemptNumber, checkpointDirectory, restore, taskExecutor } = this.#options;
    await taskExecutor.deploy({
      jobId, attemptNumber, jobGraph: plan.jobGraph, rescaled, program, configuration: configuration.toMap(), tasks: this.#assignment.tasks,
      maxParallelisms: Object.fromEntries(plan.vertices.map((vertex) => [vertex.id, vertex.maxParallelism])),
      slotCount: this.#assignment.slotCount, checkpointDirectory, restore: restore?.descriptor,
    }, listener);
  }

  /** Starts ended tasks again from a checkpoint, or from the beginning; the others run on. */
  async deployAgain(subtaskIds: ReadonlySet<SubtaskId>, attemptNumber: number, restore: LoadedCheckpoint | undefined): Promise<void> {
    const { jobId, taskExecutor } = this.#options;
    for (const subtaskId of subtaskIds) {
      const { vertexId, subtaskIndex } = this.graph.execution(subtaskId).deployment;
      for (const source of this.sources) if (source.vertexId === vertexId) source.onReaderReset(subtaskIndex, restore?.descriptor.checkpointId ?? 0);
    }
    this.graph.startAgain(subtaskIds, attemptNumber);
    for (const state of ['SCHEDULED', 'DEPLOYING'] as const) this.graph.moveAll(state, subtaskIds);
    await taskExecutor.redeploy({ jobId, attemptNumber, subtaskIds, restore: restore?.descriptor });
  }

  /**
   * Ends these tasks. Workers whose tasks do not end in time are ended: what else was in them has failed then, and is given back.
   */
  async cancel(subtaskIds: ReadonlySet<SubtaskId>): Promise<readonly SubtaskId[]> {
    const { clock, taskExecutor, jobId } = this.#options;
    const living = (): readonly Execution[] => [...subtaskIds].map((id) => this.graph.execution(id)).filter((execution) => !execution.isTerminal);
    if (living().length === 0) return [];
    this.graph.moveAll('CANCELING', subtaskIds);
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (living().length > 0) return;
        timer.cancel();
        this.#waiting.delete(check);
        resolve();
      };
      const timer = clock.schedule(CANCELLATION_GRACE_MS, () => {
        this.#waiting.delete(check);
        resolve();
      });
      this.#waiting.add(check);
      taskExecutor.cancelTasks(jobId, subtaskIds);
      check();
    });
    const slots = new Set(living().map((execution) => execution.deployment.slotIndex));
    const lost: SubtaskId[] = [];
    for (const slotIndex of slots) lost.push(...(await this.endSlot(slotIndex)));
    return lost;
  }

  /** Ends a worker; its tasks that had not ended have failed, or are canceled as was wanted. Gives those that nobody wanted to end. */
  async endSlot(slotIndex: number): Promise<readonly SubtaskId[]> {
    const { taskExecutor, jobId } = this.#options;
    await taskExecutor.endSlot(jobId, slotIndex);
    return this.onSlotLost(slotIndex);
  }

  /** The worker has ended: its tasks have too. Gives those that were not being canceled. */
  onSlotLost(slotIndex: number): readonly SubtaskId[] {
    const lost: SubtaskId[] = [];
    for (const { isTerminal, state, deployment: { subtaskId } } of this.graph.inSlot(slotIndex)) {
      if (isTerminal) continue;
      if (state !== 'CANCELING') lost.push(subtaskId);
      this.graph.moveAll(state === 'CANCELING' ? 'CANCELED' : 'FAILED', [subtaskId]);
    }
    this.onExecutionEnded();
    return lost;
  }

  onExecutionEnded(): void {
    for (const check of [...this.#waiting]) check();
  }

  closeSources(): void {
    for (const source of this.sources) source.close();
  }

  #createSources(): readonly SourceCoordinator[] {
    const { plan, files, clock, restore, onSourceFailure, onBacklogChanged } = this.#options;
    const enumerators = new Map(restore?.metadata.enumerators.map(({ operatorId, state }) => [operatorId, state]));
    return plan.sources.map(({ operatorId, vertexId, source, parallelism }) => new SourceCoordinator({
      operatorId, vertexId, source, parallelism, files, clock,
      restored: enumerators.get(operatorId),
      restoredCheckpointId: restore?.descriptor.checkpointId ?? 0,
      sendMail: (subtaskIndex, mail) => this.#sendTo(vertexId, subtaskIndex, mail),
      onFailure: (error) => onSourceFailure(error, vertexId),
      onBacklogChanged,
    }));
  }

  #sendTo(vertexId: string, subtaskIndex: number, mail: TaskMail): void {
    const target = this.graph.executions.find(({ deployment }) => deployment.vertexId === vertexId && deployment.subtaskIndex === subtaskIndex);
    assert(target !== undefined, `subtask ${subtaskIndex} of ${vertexId} exists`);
    if (!target.isTerminal) this.#options.taskExecutor.sendMail(this.#options.jobId, target.deployment.subtaskId, mail);
  }
}
