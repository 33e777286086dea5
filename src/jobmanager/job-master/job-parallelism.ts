// The parallelisms that a job runs at, those it is to have, and the slots it holds for both. Invariant: the slots held are
// enough for what runs and for what it is on its way to. Thread: main; owned by the JobMaster.
import type { EngineError } from '#core/errors/engine-error';
import type { ResourceManagerGateway } from '#cluster/gateways/gateways';
import type { JobId } from '#cluster/ids/ids';
import { JobManagerError } from '#jobmanager/errors';
import type { JobPlan } from '#jobmanager/job-master/job-plan';
import { fitToSlots, leastSlots } from '#jobmanager/scheduler/fit-to-slots';
import { rescaledPlan } from '#jobmanager/scheduler/rescaled-plan';
import { assignSlots } from '#jobmanager/scheduler/slot-assignment';

/** By vertex id. */
export type Parallelisms = Readonly<Record<string, number>>;

interface Change {
  readonly parallelisms: Parallelisms;
  readonly resolve: () => void;
  readonly reject: (error: EngineError) => void;
}

export interface JobParallelismOptions {
  readonly jobId: JobId;
  readonly plan: JobPlan;
  /** Of a job that was rescaled before its process died. */
  readonly recovered: Parallelisms;
  readonly resourceManager: ResourceManagerGateway;
  /** The job runs with the slots there are, up to what it wants. */
  readonly isAdaptive: boolean;
}

export class JobParallelism {
  readonly #options: JobParallelismOptions;
  /** With the parallelisms and max parallelisms in effect. */
  #plan: JobPlan;
  /** Those it would have if slots were without end. */
  #wanted: Parallelisms;
  /** Of vertices that run at another one than the program says. */
  #rescaled: Parallelisms;
  #change: Change | undefined;

  /** Throws RESCALE_REFUSED when the recovered parallelisms cannot be the plan's. */
  constructor(options: JobParallelismOptions) {
    this.#options = options;
    this.#rescaled = options.recovered;
    this.#plan = rescaledPlan(options.plan, options.recovered);
    // An adaptive job may have run with fewer slots than it wants.
    this.#wanted = Object.fromEntries((options.isAdaptive ? options.plan : this.#plan).vertices.map(({ id, parallelism }) => [id, parallelism]));
  }

  get plan(): JobPlan {
    return this.#plan;
  }

  get rescaled(): Parallelisms {
    return this.#rescaled;
  }

  /** Max parallelisms may follow a checkpoint. */
  useVertices(vertices: JobPlan['vertices']): void {
    this.#plan = { ...this.#plan, vertices };
  }

  /** Slots for the first deployment. Rejects with NOT_ENOUGH_SLOTS. */
  async allocate(): Promise<void> {
    const { resourceManager, jobId, isAdaptive } = this.#options;
    if (isAdaptive && this.slotCount > resourceManager.freeSlots && resourceManager.freeSlots >= leastSlots(this.#plan)) this.#use(fitToSlots(this.#plan, resourceManager.freeSlots));
    await resourceManager.allocateSlots(jobId, this.slotCount);
  }

  get slotCount(): number {
    return assignSlots(this.#plan.vertices).slotCount;
  }

  /** What the job would change to, now that slots are free; undefined when it has all it can get. */
  widening(): Parallelisms | undefined {
    const fitted = this.#fit(this.#wanted);
    return this.#plan.vertices.some(({ id, parallelism }) => fitted[id]! > parallelism) ? fitted : undefined;
  }

  /** True when nothing that was wanted is missing then. */
  isAllThatIsWanted(parallelisms: Parallelisms): boolean {
    return Object.entries(this.#wanted).every(([id, parallelism]) => parallelisms[id] === parallelism);
  }

  /**
   * Holds slots for a change. Undefined when there is nothing to change, else what settles with it.
   * Throws RESCALE_REFUSED, NOT_ENOUGH_SLOTS: nothing is held then.
   */
  begin(asked: Parallelisms): Promise<void> | undefined {
    const { resourceManager, jobId, isAdaptive } = this.#options;
    rescaledPlan(this.#plan, asked);
    if (this.#change !== undefined) throw new JobManagerError('RESCALE_REFUSED', 'the job is being rescaled already: ask again when it has been');
    const wanted = { ...this.#wanted, ...asked };
    const parallelisms = isAdaptive ? this.#fit(wanted) : asked;
    const plan = rescaledPlan(this.#plan, parallelisms);
    if (plan.vertices.every(({ parallelism }, index) => parallelism === this.#plan.vertices[index]!.parallelism)) {
      this.#wanted = wanted;
      return undefined;
    }
    resourceManager.resizeSlots(jobId, Math.max(this.slotCount, assignSlots(plan.vertices).slotCount));
    this.#wanted = wanted;
    const done = new Promise<void>((resolve, reject) => {
      this.#change = { parallelisms, resolve, reject };
    });
    // Who has begun it listens later than it may fail.
    done.catch(() => undefined);
    return done;
  }

  /** The job is about to be deployed anew: at what it changes to, if it does. True when it does. */
  take(): boolean {
    if (this.#change === undefined) return false;
    this.#use(this.#change.parallelisms);
    this.#options.resourceManager.resizeSlots(this.#options.jobId, this.slotCount);
    return true;
  }

  /** The change is done, or will not be. Idempotent. */
  end(error: EngineError | undefined): void {
    const change = this.#change;
    this.#change = undefined;
    if (error === undefined) change?.resolve();
    else change?.reject(error);
  }

  /** The change will not be, and the job goes on as it was. */
  giveUp(error: EngineError): void {
    this.#options.resourceManager.resizeSlots(this.#options.jobId, this.slotCount);
    this.end(error);
  }

  #fit(wanted: Parallelisms): Parallelisms {
    return fitToSlots(rescaledPlan(this.#plan, wanted), this.slotCount + this.#options.resourceManager.freeSlots);
  }

  #use(parallelisms: Parallelisms): void {
    this.#plan = rescaledPlan(this.#plan, parallelisms);
    this.#rescaled = { ...this.#rescaled, ...parallelisms };
  }
}
