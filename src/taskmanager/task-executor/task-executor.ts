// The TaskManager's main side: gives memory and slots to jobs, sends commands, passes reports on. Touches no record.
// Invariants: a worker runs one job and is then ended; tasks that start again share it only with tasks that go on; what a
// job was given is given back when its slots are released. Thread: main.
import { assert } from '#core/assert';
import { Configuration } from '#core/config/configuration';
import { deriveLocalMemory } from '#core/memory/local-memory';
import { slotMemory, type SlotMemory } from '#core/memory/slot-memory';
import { FrameMemory } from '#core/columns/frame-memory';
import type { DeployRequest, JobMasterGateway, RedeployRequest, TaskExecutorGateway } from '#cluster/gateways/gateways';
import type { JobId, SubtaskId } from '#cluster/ids/ids';
import type { RestoreDescriptor, SlotCommand, SlotDeployment } from '#cluster/messages/slot-messages';
import type { Process } from '#platform/process/process';
import type { SharedMemory } from '#platform/shared-memory/shared-memory';
import { formatRing } from '#shuffle/ring/ring-layout';
import type { BellDoor, SlotDoorbell } from '#shuffle/ring/slot-doorbell';
import type { TaskMail } from '#streaming/task/task-description';
import { planChannels, type ChannelPlan } from '#taskmanager/deployment/channel-plan';
import { createSlotDoorbell, postWithBell, slotBellsBytes } from '#taskmanager/slots/slot-bells';
import type { SlotHandle } from '#taskmanager/task-executor/slot-handle';
import { prestartCount, type SpareSlot } from '#taskmanager/task-executor/worker-slot';

/** Looks at the doorbell before sleeping, when every slot may have a core of its own: about 20 µs. */
const SPIN_COUNT = 2000;

export interface TaskExecutorOptions {
  readonly process: Process;
  /** Where slots may write files that nobody needs after this process. */
  readonly temporaryDirectory: string;
  readonly sharedMemory: SharedMemory;
  readonly createSlot: (name: string, hardHeapBytes: number) => SlotHandle;
  /** Workers that were started before this object was made. */
  readonly spares?: readonly SpareSlot[];
  /** Of a simulated host; default: Node's. */
  readonly bellDoor?: BellDoor;
}

interface HeldSlot {
  handle: SlotHandle;
  managedMemory: SharedArrayBuffer;
  readonly bell: SlotDoorbell;
}

interface JobSlots {
  readonly request: DeployRequest;
  readonly listener: JobMasterGateway;
  readonly memory: SlotMemory;
  readonly plan: ChannelPlan;
  readonly slots: readonly HeldSlot[];
  readonly slotOf: ReadonlyMap<SubtaskId, number>;
  readonly cells: Int32Array;
  readonly networkMemory: SharedArrayBuffer;
  readonly doorbells: SharedArrayBuffer;
}

/** Tasks that are deployed together. */
interface Wave {
  readonly attemptNumber: number;
  readonly restore: RestoreDescriptor | undefined;
  readonly has: (subtaskId: SubtaskId) => boolean;
}

export class TaskExecutor implements TaskExecutorGateway {
  readonly #options: TaskExecutorOptions;
  readonly #jobs = new Map<JobId, JobSlots>();
  #spares: SpareSlot[];
  #spawnedCount = 0;

  constructor(options: TaskExecutorOptions) {
    this.#options = options;
    this.#spares = [...(options.spares ?? [])];
  }

  /** Starts workers before it is known what they will run, so that they load beside the client's own work. */
  prestart(count: number, configuration: Configuration): void {
    const { hardHeapBytes } = this.#slotMemory(configuration, count);
    const wanted = prestartCount(count, this.#options.process.hostCores);
    while (this.#spares.length < wanted) this.#spares.push({ handle: this.#spawn(hardHeapBytes), hardHeapBytes });
  }

  // Asynchronous as every gateway is: what it throws must reach the caller as a rejection.
  async deploy(request: DeployRequest, listener: JobMasterGateway): Promise<void> {
    assert(!this.#jobs.has(request.jobId), 'a job has its slots released before it is deployed again');
    const configuration = Configuration.fromMap(request.configuration);
    const memory = this.#slotMemory(configuration, request.slotCount);
    const plan = planChannels(request.jobGraph, request.tasks, memory.networkBytesTotal);
    const networkMemory = this.#networkMemory(plan);
    const doorbells = this.#options.sharedMemory.allocate(slotBellsBytes(request.slotCount));
    const cells = new Int32Array(doorbells);
    const { bellDoor } = this.#options;
    const slots = Array.from({ length: request.slotCount }, (_, slotIndex) => ({
      handle: this.#takeSlot(memory), bell: createSlotDoorbell(cells, slotIndex, bellDoor === undefined ? {} : { door: bellDoor }), managedMemory: this.#options.sharedMemory.allocate(memory.managedBytes),
    }));
    const job: JobSlots = {
      request, listener, memory, plan, slots, cells, networkMemory, doorbells,
      slotOf: new Map(request.tasks.map((task) => [task.subtaskId, task.slotIndex])),
    };
    this.#jobs.set(request.jobId, job);
    for (const [slotIndex, { handle }] of slots.entries()) {
      this.#allocate(job, slotIndex, handle);
      handle.post({ kind: 'deploy', deployment: this.#deploymentOf(job, slotIndex, { attemptNumber: request.attemptNumber, restore: request.restore, has: () => true }) });
    }
  }

  // Asynchronous as every gateway is: what it throws must reach the caller as a rejection.
  async redeploy({ jobId, attemptNumber, subtaskIds, restore }: RedeployRequest): Promise<void> {
    const job = this.#jobs.get(jobId);
    assert(job !== undefined, `job ${jobId} has slots in which to deploy again`);
    const wave: Wave = { attemptNumber, restore, has: (subtaskId) => subtaskIds.has(subtaskId) };
    const network = new FrameMemory(job.networkMemory);
    for (const channel of job.plan.channels) if (wave.has(channel.consumerId)) formatRing(network, channel.offset, channel.dataBytes);
    const slotIndexes = new Set([...subtaskIds].map((subtaskId) => job.slotOf.get(subtaskId)));
    for (const slotIndex of slotIndexes) {
      assert(slotIndex !== undefined, 'tasks that start again belong to the job');
      const isShared = job.request.tasks.some((task) => task.slotIndex === slotIndex && !wave.has(task.subtaskId));
      if (!isShared) await job.slots[slotIndex]!.handle.release();
      // The job may have been ended meanwhile.
      if (this.#jobs.get(jobId) !== job) return;
      this.#replaceWhenReleased(job, slotIndex);
      this.#post(job, slotIndex, { kind: 'deploy', deployment: this.#deploymentOf(job, slotIndex, wave) });
    }
  }

  sendMail(jobId: JobId, subtaskId: SubtaskId, mail: TaskMail): void {
    const job = this.#jobs.get(jobId);
    const slotIndex = job?.slotOf.get(subtaskId);
    if (job !== undefined && slotIndex !== undefined) this.#post(job, slotIndex, { kind: 'task-mail', subtaskId, mail });
  }

  cancelTasks(jobId: JobId, subtaskIds?: ReadonlySet<SubtaskId>): void {
    const job = this.#jobs.get(jobId);
    job?.slots.forEach((_, slotIndex) => this.#post(job, slotIndex, { kind: 'cancel-tasks', subtaskIds: subtaskIds === undefined ? undefined : [...subtaskIds] }));
  }

  collectCredit(jobId: JobId, subtaskId: SubtaskId, rows: number): void {
    const job = this.#jobs.get(jobId);
    const slotIndex = job?.slotOf.get(subtaskId);
    if (job !== undefined && slotIndex !== undefined) this.#post(job, slotIndex, { kind: 'collect-credit', subtaskId, rows });
  }

  async endSlot(jobId: JobId, slotIndex: number): Promise<void> {
    await this.#jobs.get(jobId)?.slots[slotIndex]?.handle.release();
  }

  async releaseSlots(jobId: JobId): Promise<void> {
    const job = this.#jobs.get(jobId);
    if (job === undefined) return;
    this.#jobs.delete(jobId);
    await Promise.all(job.slots.map(({ handle }) => handle.release()));
    for (const buffer of [job.networkMemory, job.doorbells, ...job.slots.map(({ managedMemory }) => managedMemory)]) this.#options.sharedMemory.release(buffer);
  }

  /** Ends every worker, spares too. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#jobs.keys()].map((jobId) => this.releaseSlots(jobId)));
    const spares = this.#spares;
    this.#spares = [];
    await Promise.all(spares.map(({ handle }) => handle.release()));
  }

  #allocate({ listener }: JobSlots, slotIndex: number, handle: SlotHandle): void {
    handle.allocate({
      onReport: (report) => listener.onSlotReport(slotIndex, report),
      onLost: (error) => listener.onSlotLost(slotIndex, error),
    });
  }

  /** A worker that has ended leaves its managed memory in no state to go on with. */
  #replaceWhenReleased(job: JobSlots, slotIndex: number): void {
    const slot = job.slots[slotIndex]!;
    if (slot.handle.status !== 'RELEASED') return;
    this.#options.sharedMemory.release(slot.managedMemory);
    slot.managedMemory = this.#options.sharedMemory.allocate(job.memory.managedBytes);
    slot.handle = this.#takeSlot(job.memory);
    this.#allocate(job, slotIndex, slot.handle);
  }

  #deploymentOf({ request, plan, memory, slots, networkMemory, doorbells }: JobSlots, slotIndex: number, { attemptNumber, restore, has }: Wave): SlotDeployment {
    const { slotCount, ...shared } = request;
    return {
      ...shared, attemptNumber, restore, slotIndex, networkMemory, doorbells,
      tasks: request.tasks.filter((task) => task.slotIndex === slotIndex && has(task.subtaskId)),
      channels: plan.channels.filter((channel) => (channel.producerSlot === slotIndex || channel.consumerSlot === slotIndex) && has(channel.consumerId)),
      managedMemory: slots[slotIndex]!.managedMemory,
      temporaryDirectory: this.#options.temporaryDirectory,
      spinCount: slotCount < this.#options.process.hostCores ? SPIN_COUNT : 0,
      heapSoftLimitBytes: memory.softHeapBytes,
      offHeapLimitBytes: memory.offHeapBytes,
    };
  }

  #post(job: JobSlots, slotIndex: number, command: SlotCommand): void {
    const slot = job.slots[slotIndex];
    assert(slot !== undefined, `slot ${slotIndex} is one of the job's`);
    if (slot.handle.status === 'RELEASED') return;
    postWithBell(job.cells, slotIndex, slot.bell, (message) => slot.handle.post(message), command);
  }

  #slotMemory(configuration: Configuration, slotCount: number): SlotMemory {
    const { hostMemoryBytes } = this.#options.process;
    return slotMemory(deriveLocalMemory(configuration, hostMemoryBytes).memory, slotCount, hostMemoryBytes);
  }

  #networkMemory(plan: ChannelPlan): SharedArrayBuffer {
    const buffer = this.#options.sharedMemory.allocate(plan.networkBytes);
    if (plan.channels.length === 0) return buffer;
    const memory = new FrameMemory(buffer);
    for (const { offset, dataBytes } of plan.channels) formatRing(memory, offset, dataBytes);
    return buffer;
  }

  /** A spare that has at least the limit wanted, else a new worker. */
  #takeSlot({ hardHeapBytes }: SlotMemory): SlotHandle {
    const index = this.#spares.findIndex((spare) => spare.handle.status !== 'RELEASED' && spare.hardHeapBytes >= hardHeapBytes);
    const taken = index === -1 ? undefined : this.#spares.splice(index, 1)[0]?.handle;
    return taken ?? this.#spawn(hardHeapBytes);
  }

  #spawn(hardHeapBytes: number): SlotHandle {
    return this.#options.createSlot(`slot-${this.#spawnedCount++}`, hardHeapBytes);
  }
}
