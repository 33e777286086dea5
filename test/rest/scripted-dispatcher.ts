// A dispatcher whose jobs are whatever a test says they are: it answers like the real one, and no slot runs.
import type { DispatcherGateway, JobOutcome, SavepointRequest, StateQueryRequest } from '#cluster/gateways/gateways';
import { ClusterError } from '#cluster/errors';
import { parseJobId, subtaskIdOf, type JobId } from '#cluster/ids/ids';
import type { JobDetails } from '#cluster/messages/job-messages';
import { JobManagerError } from '#jobmanager/errors';
import type { JobStatus } from '#cluster/status/job-status';
import { DataOutput } from '#core/serialization/data-output';
import { Types } from '#core/types/type-information';
import type { KeyedSection } from '#state/snapshot/operator-snapshot';

export class ScriptedDispatcher implements DispatcherGateway {
  readonly #jobs = new Map<JobId, JobDetails>();
  readonly disposed: string[] = [];
  readonly asked: (SavepointRequest & { readonly jobId: JobId })[] = [];
  /** Savepoints wait for it. */
  gate: Promise<void> = Promise.resolve();

  add(id: string, status: JobStatus): void {
    const jobId = parseJobId(id);
    const execution = (index: number, state: 'RUNNING' | 'FINISHED') => ({ subtaskId: subtaskIdOf('vertex', index), taskName: 'task', slotIndex: index, attemptNumber: 0, state });
    this.#jobs.set(jobId, {
      jobId, jobName: `job ${id.slice(0, 4)}`, status, startedMs: 1000.5, endedMs: status === 'RUNNING' ? undefined : 2500.25,
      vertices: [{ id: 'vertex', name: 'task', parallelism: 2, maxParallelism: 128, isParallelismSet: false }],
      executions: [execution(0, 'RUNNING'), execution(1, 'FINISHED')], slots: [], restarts: 0, exceptions: [], error: undefined,
      checkpoints: { triggered: 0, completed: 0, failed: 0, latestPath: undefined, latestBytes: 0, latestDurationMs: 0, history: [] },
    });
  }

  details(jobId: JobId): JobDetails {
    const details = this.#jobs.get(jobId);
    if (details === undefined) throw new ClusterError('JOB_NOT_FOUND', `there is no job ${jobId}`);
    return details;
  }

  list(): readonly JobDetails[] {
    return [...this.#jobs.values()];
  }

  async cancel(jobId: JobId): Promise<void> {
    this.#jobs.set(jobId, { ...this.details(jobId), status: 'CANCELED' });
  }

  /** Of a state `count` with the key twice its value. */
  async queryState(jobId: JobId, { operator, state, key }: StateQueryRequest): Promise<KeyedSection> {
    this.details(jobId);
    const output = new DataOutput();
    output.writeString(String(key));
    output.writeInt32(2);
    const serializers = { key: { type: Types.STRING, version: 1 }, value: { type: Types.INT, version: 1 } };
    return { name: `state/${state}`, version: 1, serializers, groups: operator === 'none' ? [] : [{ keyGroup: 0, bytes: output.toBytes() }] };
  }

  async outcome(jobId: JobId): Promise<JobOutcome> {
    return { status: 'FINISHED', details: this.details(jobId) };
  }

  async triggerCheckpoint(jobId: JobId): Promise<number> {
    this.details(jobId);
    return 11;
  }

  async triggerSavepoint(jobId: JobId, request: SavepointRequest): Promise<string> {
    this.details(jobId);
    this.asked.push({ ...request, jobId });
    await this.gate;
    return `${request.targetDirectory ?? '/configured'}/savepoint-1`;
  }

  /** Above 4 it is refused. */
  async rescale(jobId: JobId, parallelisms: Readonly<Record<string, number>>): Promise<void> {
    const details = this.details(jobId);
    if (Object.values(parallelisms).some((parallelism) => parallelism > 4)) throw new JobManagerError('RESCALE_REFUSED', 'the job is not rescaled: too many');
    this.#jobs.set(jobId, { ...details, vertices: details.vertices.map((vertex) => ({ ...vertex, parallelism: parallelisms[vertex.id] ?? vertex.parallelism })) });
  }

  async disposeSavepoint(path: string): Promise<void> {
    if (path.includes('nope')) throw new ClusterError('JOB_NOT_FOUND', `nothing at ${path}`);
    this.disposed.push(path);
  }
}
