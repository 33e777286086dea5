// A task slot from the inside: takes commands, holds the tasks of one job and what they share, and tells the TaskManager
// how they fare. Runs in a worker or, inline, in the TaskManager's own thread. Invariant: one job in its life; tasks of a
// later attempt take the place of ended ones.
import { assert } from '#core/assert';
import { Configuration } from '#core/config/configuration';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { serializeError } from '#core/errors/engine-error';
import type { SubtaskId } from '#cluster/ids/ids';
import type { ProgramReference } from '#cluster/messages/program-reference';
import type { SlotCommand, SlotDeployment, SlotReport, TaskMetrics } from '#cluster/messages/slot-messages';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Process } from '#platform/process/process';
import type { Random } from '#platform/random/random';
import type { BellDoor, SlotDoorbell } from '#shuffle/ring/slot-doorbell';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import { withLocalBackup } from '#state/checkpoint-storage/local-backup-storage';
import { createCheckpointStorage } from '#state/checkpoint-storage/storage-by-path';
import { createMergedFiles, type MergedFiles } from '#state/checkpoint-storage/merged-files';
import { SharedFiles } from '#state/checkpoint-storage/shared-files';
import { openStateBackend, type StateBackend } from '#state/state-backend';
import { MemoryManager } from '#state/tables/memory-manager';
import type { RunnableTask, TaskDescription, TaskMail } from '#streaming/task/task-description';
import { RestoredFiles } from '#taskmanager/deployment/restored-files';
import { buildTasks } from '#taskmanager/deployment/task-builder';
import { HeapGuard } from '#taskmanager/slots/heap-guard';
import { createSlotDoorbell } from '#taskmanager/slots/slot-bells';
import { DeferredWork } from '#taskmanager/slots/deferred-work';
import { SlotLoop } from '#taskmanager/slots/slot-loop';
import type { SlotMailbox } from '#taskmanager/slots/slot-mailbox';
import { DoorbellParking, SimulatedThreadParking, YieldingParking } from '#taskmanager/slots/slot-parking';
import { stateFileOf, SubtaskCheckpoints, type SlotPending } from '#taskmanager/slots/subtask-checkpoints';
import { SubtaskReporter } from '#taskmanager/slots/subtask-reporter';

const METRICS_MS = 500;

/** Re-runs the user's program and gives its graph; wired by the client, which alone may load programs. */
export type ProgramLoader = (program: ProgramReference, deployment: SlotDeployment) => Promise<StreamGraph>;

export interface SlotRuntimeOptions {
  readonly mailbox: SlotMailbox;
  readonly report: (report: SlotReport) => void;
  readonly loadProgram: ProgramLoader;
  readonly createTask: (description: TaskDescription) => RunnableTask;
  readonly clock: Clock;
  readonly files: Files;
  readonly process: Process;
  readonly random: Random;
  /** True when the slot shares its thread: it must never sleep on its doorbell, and its heap is not its own. */
  readonly isInline: boolean;
  /** Of a simulated thread; default: Node's, on which a slot sleeps. */
  readonly bellDoor?: BellDoor;
}

export class SlotRuntime {
  readonly #options: SlotRuntimeOptions;
  #loop: SlotLoop | undefined;
  #deployment: SlotDeployment | undefined;
  readonly #tasks = new Map<SubtaskId, RunnableTask>();
  readonly #reporters = new Map<SubtaskId, SubtaskReporter>();
  readonly #finalMetrics = new Map<SubtaskId, TaskMetrics>();
  readonly #pending: SlotPending = { count: 0 };
  readonly #deferred: DeferredWork;
  /** Its doorbell among those of the TaskManager. */
  #own: { readonly cells: Int32Array; readonly bell: SlotDoorbell } | undefined;
  #memory: MemoryManager | undefined;
  #stateBackend: StateBackend | undefined;
  #heapGuard: HeapGuard | undefined;
  #mergedFiles: MergedFiles | undefined;
  #reportedMs = -Infinity;

  constructor(options: SlotRuntimeOptions) {
    this.#options = options;
    this.#deferred = new DeferredWork(options.clock);
  }

  /** Waits for a deployment, runs it, and returns after `shutdown`. Never rejects: what goes wrong is reported. */
  async run(): Promise<void> {
    const { mailbox } = this.#options;
    const first = await nextCommand(mailbox);
    if (first.kind === 'shutdown') return;
    assert(first.kind === 'deploy', 'a slot is deployed to before anything else');
    try {
      await this.#deploy(first.deployment);
    } catch (thrown) {
      this.#failSlot(thrown);
    }
    try {
      await this.#loop?.run();
    } catch (thrown) {
      this.#failSlot(thrown);
    }
    for (const task of this.#tasks.values()) task.close();
    while (this.#pending.count > 0) await this.#options.clock.sleep(1);
    this.#stateBackend?.close();
  }

  /** Something went wrong that no task can be blamed for. */
  fail(thrown: unknown): void {
    this.#failSlot(thrown);
  }

  async #deploy(deployment: SlotDeployment): Promise<void> {
    const { mailbox, clock, files, process, random, isInline, bellDoor } = this.#options;
    this.#deployment = deployment;
    const cells = new Int32Array(deployment.doorbells);
    mailbox.watch(cells, deployment.slotIndex);
    const bell = createSlotDoorbell(cells, deployment.slotIndex, { spinCount: isInline ? 0 : deployment.spinCount, ...(bellDoor === undefined ? {} : { door: bellDoor }) });
    const doorbellParking = bellDoor === undefined ? new DoorbellParking(bell) : new SimulatedThreadParking(bell);
    this.#loop = new SlotLoop({
      clock, mailbox,
      parking: isInline ? new YieldingParking(clock) : doorbellParking,
      onCommand: (command) => this.#onCommand(command),
      onTurn: (nowMs) => this.#onTurn(nowMs),
      onTaskDone: (task) => this.#onTaskDone(task),
      hasPending: () => this.#pending.count > 0,
      afterRound: (hasMoved) => !this.#deferred.isEmpty && this.#deferred.run(hasMoved),
    });
    if (!isInline) this.#heapGuard = new HeapGuard({ heapBytes: deployment.heapSoftLimitBytes, offHeapBytes: deployment.offHeapLimitBytes }, () => process.heapStatistics());
    this.#memory = new MemoryManager(deployment.managedMemory, { budgetBytes: deployment.managedMemory.byteLength, offHeapBudgetBytes: deployment.offHeapLimitBytes });
    this.#stateBackend = openStateBackend({
      configuration: Configuration.fromMap(deployment.configuration), memory: this.#memory, clock, files, temporaryDirectory: deployment.temporaryDirectory, random: () => random.nextDouble(),
    });
    this.#own = { cells, bell };
    await this.#addTasks(deployment);
  }

  /** Some tasks of the slot start again; the others wait meanwhile, since a program that is run again may replace globals. */
  async #deployAgain(deployment: SlotDeployment): Promise<void> {
    assert(deployment.tasks.every(({ subtaskId }) => !this.#tasks.has(subtaskId)), 'a task has ended before it starts again');
    this.#deployment = deployment;
    for (const { subtaskId } of deployment.tasks) this.#finalMetrics.delete(subtaskId);
    try {
      await this.#addTasks(deployment);
    } catch (thrown) {
      this.#failSlot(thrown);
    }
  }

  async #addTasks(deployment: SlotDeployment): Promise<void> {
    const { clock, files, random, loadProgram, createTask, bellDoor } = this.#options;
    assert(this.#loop !== undefined && this.#own !== undefined && this.#memory !== undefined && this.#stateBackend !== undefined, 'tasks are added to a slot that is set up');
    const streamGraph = await loadProgram(deployment.program, deployment);
    const configuration = Configuration.fromMap(deployment.configuration);
    const storage = withLocalBackup(createCheckpointStorage(files, configuration), files, configuration, { jobId: deployment.jobId, jobDirectory: deployment.checkpointDirectory, temporaryDirectory: deployment.temporaryDirectory });
    const { checkpointDirectory, slotIndex } = deployment;
    if (checkpointDirectory !== undefined) this.#mergedFiles ??= createMergedFiles(configuration, { storage, jobDirectory: checkpointDirectory, slotIndex, clock, tasks: () => [...this.#tasks.keys()].map(stateFileOf) });
    const restoredFiles: RestoredFiles[] = [];
    const descriptions = await buildTasks(deployment, streamGraph, {
      configuration, clock, files, temporaryDirectory: deployment.temporaryDirectory, memory: this.#memory, stateBackend: this.#stateBackend, random: () => random.nextDouble(), cells: this.#own.cells, ownBell: this.#own.bell, bellDoor,
      storage,
      restoredFiles: ({ subtaskId }, directory, from) => {
        const brought = new RestoredFiles({ storage: from, files, directory, temporaryDirectory: `${deployment.temporaryDirectory}/restore-${deployment.jobId}-${deployment.attemptNumber}-${subtaskId}`, sharedDirectory: sharedDirectoryOf(deployment) });
        restoredFiles.push(brought);
        return brought;
      },
      createReporter: (task, sharedFiles) => this.#createReporter(task.subtaskId, deployment, { storage, sharedFiles: new SharedFiles(sharedFiles) }),
    });
    const added = descriptions.map(({ subtaskId, description }) => {
      const task = createTask(description);
      this.#tasks.set(subtaskId, task);
      return task;
    });
    for (const task of added) task.open();
    for (const brought of restoredFiles) await brought.remove();
    this.#loop.setTasks([...this.#tasks.values()]);
  }

  #createReporter(subtaskId: SubtaskId, deployment: SlotDeployment, state: { readonly storage: CheckpointStorage; readonly sharedFiles: SharedFiles }): SubtaskReporter {
    const { files, process, clock } = this.#options;
    const report = (message: SlotReport): void => {
      // The job may end with this status: the last counters must be there before it.
      if (message.kind === 'task-status' && message.status !== 'INITIALIZING' && message.status !== 'RUNNING') this.#reportMetrics();
      this.#options.report(message);
    };
    const { attemptNumber, checkpointDirectory } = deployment;
    const configuration = Configuration.fromMap(deployment.configuration);
    const inlineBytesMax = Number(configuration.get(checkpointingOptions.dataInlineThreshold).bytes);
    const isCompressed = configuration.get(checkpointingOptions.snapshotCompression);
    const checkpoints = new SubtaskCheckpoints({
      subtaskId, attemptNumber, checkpointDirectory, inlineBytesMax, isCompressed, report, clock, files, pending: this.#pending, deferred: this.#deferred,
      mergedFiles: this.#mergedFiles, ...state,
    });
    const reporter = new SubtaskReporter({ subtaskId, attemptNumber, report, process, checkpoints });
    this.#reporters.set(subtaskId, reporter);
    return reporter;
  }

  #onCommand(command: SlotCommand): void | Promise<void> {
    switch (command.kind) {
      case 'task-mail':
        this.#tellCheckpoints(command.subtaskId, command.mail);
        return this.#tasks.get(command.subtaskId)?.deliver(command.mail);
      case 'cancel-tasks':
        for (const [subtaskId, task] of this.#tasks) if (command.subtaskIds?.includes(subtaskId) !== false) task.deliver({ kind: 'cancel' });
        return;
      case 'collect-credit':
        return this.#reporters.get(command.subtaskId)?.onCredit(command.rows);
      case 'shutdown':
        return this.#loop?.stop();
      case 'deploy':
        return this.#deployAgain(command.deployment);
    }
  }

  #tellCheckpoints(subtaskId: SubtaskId, mail: TaskMail): void {
    const checkpoints = this.#reporters.get(subtaskId)?.checkpoints;
    switch (mail.kind) {
      case 'savepoint-directory': return checkpoints?.onSavepointDirectory(mail.checkpointId, mail.directory);
      case 'checkpoint-complete': return checkpoints?.onComplete(mail.checkpointId);
      case 'checkpoint-aborted': return checkpoints?.onAborted(mail.checkpointId);
      default: return;
    }
  }

  #onTurn(nowMs: number): void {
    const error = this.#heapGuard?.check(nowMs);
    if (error !== undefined) {
      this.#heapGuard = undefined;
      this.#failSlot(error);
    }
    if (nowMs - this.#reportedMs < METRICS_MS) return;
    this.#reportedMs = nowMs;
    this.#reportMetrics();
  }

  #onTaskDone(task: RunnableTask): void {
    for (const [subtaskId, candidate] of this.#tasks) {
      if (candidate !== task) continue;
      this.#finalMetrics.set(subtaskId, metricsOf(subtaskId, task));
      this.#tasks.delete(subtaskId);
    }
  }

  #reportMetrics(): void {
    const deployment = this.#deployment;
    assert(deployment !== undefined, 'metrics are reported after the deployment');
    const heap = this.#options.process.heapStatistics();
    const live = [...this.#tasks].map(([subtaskId, task]) => metricsOf(subtaskId, task));
    this.#options.report({
      kind: 'metrics', attemptNumber: deployment.attemptNumber,
      metrics: { heapUsedBytes: heap.usedBytes, externalBytes: heap.externalBytes, managedUsedBytes: this.#memory?.usedBytes ?? 0, managedPeakBytes: this.#memory?.peakBytes ?? 0, gcMs: this.#options.process.gcMs(), tasks: [...live, ...this.#finalMetrics.values()] },
    });
  }

  #failSlot(thrown: unknown): void {
    this.#options.report({ kind: 'slot-failed', attemptNumber: this.#deployment?.attemptNumber ?? 0, error: serializeError(thrown) });
  }
}

function sharedDirectoryOf({ checkpointDirectory }: SlotDeployment): string | undefined {
  return checkpointDirectory === undefined ? undefined : `${checkpointDirectory}/shared`;
}

async function nextCommand(mailbox: SlotMailbox): Promise<SlotCommand> {
  for (;;) {
    const command = mailbox.take();
    if (command !== undefined) return command;
    await mailbox.waitForMail();
  }
}

function metricsOf(subtaskId: SubtaskId, task: RunnableTask): TaskMetrics {
  const { byName, recordsIn, recordsOut, bytesIn, bytesOut, watermark, busyMs, backPressuredMs, idleMs, progress } = task.counters();
  return { subtaskId, recordsIn, recordsOut, bytesIn, bytesOut, watermark, busyMs, backPressuredMs, idleMs, progress, byName: Object.fromEntries(byName) };
}
