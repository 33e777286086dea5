// One process of a simulated host: Dispatcher, ResourceManager, JobMaster, TaskExecutor and whole slots on one thread, as
// they are wired in a real process, over simulated doors. It runs step by step, and can be killed between any two.
import { Configuration } from '#core/config/configuration';
import type { JobOutcome } from '#cluster/gateways/gateways';
import { createJobId, type JobId } from '#cluster/ids/ids';
import type { RecoveredJob, RecoveryPoint } from '#cluster/messages/job-messages';
import { buildJobGraph } from '#graph/job-graph/build-job-graph';
import { checkSameGraph } from '#graph/job-graph/graph-hash';
import { withParallelisms } from '#graph/job-graph/with-parallelisms';
import { Dispatcher } from '#jobmanager/dispatcher/dispatcher';
import { createJobPlan } from '#jobmanager/job-master/job-plan';
import { ResourceManager } from '#jobmanager/resource-manager/resource-manager';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { SimulatedThreadClock } from '#platform/clock/simulated-thread-clock';
import type { SimulatedDisk } from '#platform/files/simulated-disk';
import { SimulatedFiles } from '#platform/files/simulated-files';
import { CollectedLog } from '#platform/log/collected-log';
import { SimulatedProcess } from '#platform/process/simulated-process';
import type { SeededRandom } from '#platform/random/seeded-random';
import { SimulatedSharedMemory } from '#platform/shared-memory/simulated-shared-memory';
import type { SimulatedLifetime } from '#platform/threads/simulated-lifetime';
import { settlePromises, SimulatedScheduler } from '#platform/threads/simulated-scheduler';
import { SimulatedThreads } from '#platform/threads/simulated-threads';
import { StreamTask } from '#streaming/task/stream-task';
import { PortMailbox } from '#taskmanager/slots/slot-mailbox';
import { SlotRuntime } from '#taskmanager/slots/slot-runtime';
import { TaskExecutor } from '#taskmanager/task-executor/task-executor';
import { WorkerSlot } from '#taskmanager/task-executor/worker-slot';
import { buildGraph } from './job.js';
import type { JobShape, Moment } from './scenario.js';
import type { World } from './world.js';

const SLOT_ENTRY = new URL('simulated:slot');

export interface ClusterOptions {
  readonly random: SeededRandom;
  readonly disk: SimulatedDisk;
  readonly startMs: number;
  readonly world: World;
  readonly job: JobShape;
  readonly workMsMax: number;
  readonly stalls: { readonly probability: number; readonly stepsMax: number };
  /** Something happened that a disturbance may wait for. */
  readonly onEvent: (event: Moment['after']) => void;
}

export interface SubmittedJob {
  readonly jobId: JobId;
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Undefined while it runs. */
  outcome: JobOutcome | undefined;
  /** What the supervising parent would have been told last. */
  point: RecoveryPoint | undefined;
}

export class SimulatedCluster {
  readonly clock: SimulatedClock;
  readonly scheduler: SimulatedScheduler;
  readonly log = new CollectedLog();
  readonly dispatcher: Dispatcher;
  readonly threads: SimulatedThreads;
  /** Of the main thread. */
  readonly files: SimulatedFiles;
  readonly #options: ClusterOptions;
  readonly #slotFiles = new Map<number, SimulatedFiles>();

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { random, startMs } = options;
    this.scheduler = new SimulatedScheduler(random.split(), options.stalls);
    this.clock = new SimulatedClock({ startMs, scheduler: this.scheduler });
    this.threads = SimulatedThreads.create({ scheduler: this.scheduler, clock: this.clock });
    this.threads.register(SLOT_ENTRY, (threads) => this.#runSlot(threads as SimulatedThreads));
    const clock = this.#threadClock(this.threads.lifetime);
    this.files = this.#createFiles(this.threads.lifetime);
    const taskExecutor = new TaskExecutor({
      process: new SimulatedProcess(), temporaryDirectory: '/tmp', sharedMemory: new SimulatedSharedMemory(), bellDoor: this.threads,
      createSlot: (name) => new WorkerSlot(this.threads, SLOT_ENTRY, name, {}),
    });
    this.#announce(taskExecutor);
    this.dispatcher = new Dispatcher({ taskExecutor, resourceManager: new ResourceManager(Infinity), clock, files: this.files, temporaryDirectory: '/tmp', log: this.log, random: random.split() });
  }

  submit(configuration: Readonly<Record<string, unknown>>, recovered?: RecoveredJob): SubmittedJob {
    const { job, world, random } = this.#options;
    const streamGraph = buildGraph(job, configuration, world);
    const jobId = recovered?.point.jobId ?? createJobId(random);
    const submitted: SubmittedJob = { jobId, configuration, outcome: undefined, point: recovered?.point };
    this.dispatcher.submit({
      jobId, plan: createJobPlan(buildJobGraph(streamGraph), streamGraph), program: { kind: 'module', url: 'simulated:job', args: [], executionIndex: 0, earlier: [] },
      configuration: Configuration.fromMap(configuration), recovered,
      onRecoveryPoint: (point) => {
        submitted.point = point === undefined ? undefined : JSON.parse(JSON.stringify(point)) as RecoveryPoint;
      },
    });
    void this.dispatcher.outcome(jobId).then((outcome) => {
      submitted.outcome = outcome;
    });
    return submitted;
  }

  /** One step of whoever is drawn; false when nothing can happen any more. */
  async step(): Promise<boolean> {
    await settlePromises();
    if (this.threads.lifetime.hasEnded) return true;
    this.clock.postDue(this.scheduler);
    return this.scheduler.step() || this.clock.advanceToNextTimer();
  }

  /** Of a slot's thread; undefined before it has started. */
  filesOf(threadId: number): SimulatedFiles | undefined {
    return this.#slotFiles.get(threadId);
  }

  /** kill -9: nothing of the process runs any more. */
  kill(): void {
    for (const worker of this.threads.workers) worker.lifetime.end();
    this.threads.lifetime.end();
  }

  async #runSlot(threads: SimulatedThreads): Promise<void> {
    const { random, world, job } = this.#options;
    const port = threads.parentPort()!;
    const files = this.#createFiles(threads.lifetime);
    this.#slotFiles.set(threads.threadId, files);
    const runtime = new SlotRuntime({
      mailbox: new PortMailbox(port), report: (message) => port.postMessage(message), files, process: new SimulatedProcess(), random: random.split(), isInline: false, bellDoor: threads,
      clock: this.#threadClock(threads.lifetime),
      createTask: (description) => StreamTask.create(description),
      loadProgram: (_program, deployment) => {
        const graph = buildGraph(job, deployment.configuration, world);
        checkSameGraph(deployment.jobGraph, withParallelisms(buildJobGraph(graph), deployment.rescaled));
        return Promise.resolve(graph);
      },
    });
    await runtime.run();
    port.close();
  }

  #createFiles(owner: SimulatedLifetime): SimulatedFiles {
    const { random, disk } = this.#options;
    return new SimulatedFiles({ clock: this.clock, random: random.split(), disk, scheduler: this.scheduler, owner });
  }

  #threadClock(lifetime: SimulatedLifetime): SimulatedThreadClock {
    const random = this.#options.random.split();
    const { workMsMax } = this.#options;
    return new SimulatedThreadClock({ clock: this.clock, scheduler: this.scheduler, lifetime, workMs: () => random.nextDouble() * workMsMax });
  }

  /** Tells of what passes between JobMaster and tasks, before it does. */
  #announce(taskExecutor: TaskExecutor): void {
    const { onEvent } = this.#options;
    const { sendMail, deploy, redeploy } = taskExecutor;
    taskExecutor.sendMail = (jobId, subtaskId, mail) => {
      if (mail.kind === 'trigger-checkpoint') onEvent('trigger');
      if (mail.kind === 'checkpoint-complete') onEvent('complete');
      sendMail.call(taskExecutor, jobId, subtaskId, mail);
    };
    taskExecutor.deploy = (request, listener) => {
      onEvent('deploy');
      return deploy.call(taskExecutor, request, listener);
    };
    taskExecutor.redeploy = (request) => {
      onEvent('deploy');
      return redeploy.call(taskExecutor, request);
    };
  }
}
