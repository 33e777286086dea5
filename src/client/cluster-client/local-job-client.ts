// A job of this process's mini cluster, as the program that started it holds it. Thread: main.
import { CollectBuffer } from '#client/cluster-client/collect-buffer';
import type { DispatcherGateway, SavepointFormat } from '#cluster/gateways/gateways';
import type { JobId } from '#cluster/ids/ids';
import type { JobDetails } from '#cluster/messages/job-messages';
import { assert } from '#core/assert';
import { deserializeError } from '#core/errors/engine-error';
import type { JobClient, JobExecutionResult, ProgramJobStatus } from '#datastream/environment/job-client';
import type { JobGraph } from '#graph/job-graph/job-graph';
import { readStateRows, type KeyedStateRow } from '#state/keyed/state-section-rows';

export class LocalJobClient implements JobClient {
  readonly #dispatcher: DispatcherGateway;
  readonly jobGraph: JobGraph;
  readonly #buffers = new Map<string, CollectBuffer>();
  #jobId: JobId | undefined;

  constructor(dispatcher: DispatcherGateway, jobGraph: JobGraph) {
    this.#dispatcher = dispatcher;
    this.jobGraph = jobGraph;
  }

  /** The job has been submitted under this id. */
  attach(jobId: JobId): void {
    this.#jobId = jobId;
    void this.#dispatcher.outcome(jobId).then((outcome) => {
      const error = outcome.status === 'FINISHED' ? undefined : deserializeError(outcome.error);
      for (const buffer of this.#buffers.values()) buffer.end(error);
    });
  }

  get jobId(): JobId {
    assert(this.#jobId !== undefined, 'a job client is attached before it is handed out');
    return this.#jobId;
  }

  get details(): JobDetails {
    return this.#dispatcher.details(this.jobId);
  }

  /** Rows that a collecting sink has sent. */
  onRows(operatorId: string, rows: readonly unknown[], taken: () => void): void {
    this.#buffer(operatorId).add(rows, taken);
  }

  // Asynchronous as the interface is: a remote cluster answers later.
  async getJobStatus(): Promise<ProgramJobStatus> {
    const { status } = this.details;
    return status === 'RECONCILING' ? 'INITIALIZING' : status;
  }

  async cancel(): Promise<void> {
    await this.#dispatcher.cancel(this.jobId);
  }

  async triggerCheckpoint(): Promise<number> {
    return this.#dispatcher.triggerCheckpoint(this.jobId);
  }

  /** The savepoint's path, when it is complete; the directory as configured when left out. */
  async triggerSavepoint(targetDirectory?: string, formatType: SavepointFormat = 'CANONICAL'): Promise<string> {
    return this.#dispatcher.triggerSavepoint(this.jobId, { targetDirectory, stop: undefined, formatType });
  }

  /** The savepoint's path, when the job has stopped with it. */
  async stopWithSavepoint({ targetDirectory, isDrained = false, formatType = 'CANONICAL' }: { readonly targetDirectory?: string; readonly isDrained?: boolean; readonly formatType?: SavepointFormat } = {}): Promise<string> {
    return this.#dispatcher.triggerSavepoint(this.jobId, { targetDirectory, stop: isDrained ? 'drain' : 'suspend', formatType });
  }

  /** Gives vertices other parallelisms, by id; resolves when the job runs at them. */
  async rescale(parallelisms: Readonly<Record<string, number>>): Promise<void> {
    await this.#dispatcher.rescale(this.jobId, parallelisms);
  }

  /** What a keyed state of the running job holds for one key: read-only, empty when it holds nothing. @param operator its uid. */
  async queryState(operator: string, state: string, key: unknown): Promise<readonly KeyedStateRow[]> {
    return [...readStateRows(await this.#dispatcher.queryState(this.jobId, { operator, state, key }))];
  }

  async getJobExecutionResult(): Promise<JobExecutionResult> {
    const outcome = await this.#dispatcher.outcome(this.jobId);
    if (outcome.status !== 'FINISHED') throw deserializeError(outcome.error);
    const { jobId, jobName, startedMs, endedMs = startedMs, slots } = outcome.details;
    const accumulators = new Map<string, number>();
    for (const task of slots.flatMap((slot) => slot?.tasks ?? [])) {
      for (const [name, value] of Object.entries(task.byName)) accumulators.set(name, (accumulators.get(name) ?? 0) + value);
    }
    return { jobId, jobName, netRuntimeMs: endedMs - startedMs, accumulators };
  }

  collectedRows(sinkUid: string): AsyncIterableIterator<unknown> {
    const operator = this.jobGraph.vertices.flatMap((vertex) => vertex.operators).find((candidate) => candidate.uid === sinkUid);
    assert(operator !== undefined, `the job has a sink with uid ${sinkUid}`);
    return this.#buffer(operator.operatorId).rows();
  }

  #buffer(operatorId: string): CollectBuffer {
    const buffer = this.#buffers.get(operatorId) ?? new CollectBuffer();
    this.#buffers.set(operatorId, buffer);
    return buffer;
  }
}
