// The table of calls: method, path, the shape of the body, the status of success, and the handler. Thread: main.
import type { FastifyInstance } from 'fastify';
import { jobIdOf, type JobHandlers } from '#rest/handlers/job-handlers';
import type { ResourceHandlers, ResourceRequirements } from '#rest/handlers/resource-handlers';
import type { CheckpointBody, DisposalBody, SavepointBody, SnapshotHandlers, StopBody } from '#rest/handlers/snapshot-handlers';
import type { StateHandler, StateQueryParameters } from '#rest/handlers/state-handler';

interface Job {
  readonly Params: { readonly jobid: string };
}

interface JobTrigger {
  readonly Params: { readonly jobid: string; readonly triggerid: string };
}

const TEXT = { type: ['string', 'null'] } as const;
const FLAG = { type: ['boolean', 'null'] } as const;
/** 32 hex digits, as Flink writes ids. */
const TRIGGER_ID = { type: ['string', 'null'], pattern: '^[0-9a-fA-F]{32}$' } as const;
const FORMAT = { enum: ['CANONICAL', 'NATIVE', null] } as const;

const BODIES = {
  savepoint: { type: 'object', properties: { 'target-directory': TEXT, 'cancel-job': FLAG, formatType: FORMAT, triggerId: TRIGGER_ID } },
  stop: { type: 'object', properties: { targetDirectory: TEXT, drain: FLAG, formatType: FORMAT, triggerId: TRIGGER_ID } },
  checkpoint: { type: 'object', properties: { checkpointType: { enum: ['CONFIGURED', 'FULL', 'INCREMENTAL', null] }, triggerId: TRIGGER_ID } },
  requirements: { type: 'object', additionalProperties: { type: 'object', required: ['parallelism'], properties: { parallelism: { type: 'object', required: ['lowerBound', 'upperBound'], properties: { lowerBound: { type: 'integer' }, upperBound: { type: 'integer' } } } } } },
  disposal: { type: 'object', required: ['savepoint-path'], properties: { 'savepoint-path': { type: 'string', minLength: 1 } } },
} as const;

export interface CallHandlers {
  readonly jobs: JobHandlers;
  readonly snapshots: SnapshotHandlers;
  readonly resources: ResourceHandlers;
  readonly state: StateHandler;
}

export function registerCalls(app: FastifyInstance, { jobs, snapshots, resources, state }: CallHandlers): void {
  for (const prefix of ['', '/v1']) {
    app.register(async (calls) => {
      registerJobCalls(calls, jobs);
      registerSnapshotCalls(calls, snapshots);
      registerResourceCalls(calls, resources);
      calls.get<Job & { readonly Querystring: StateQueryParameters }>('/jobs/:jobid/state', async (request) => state.read(jobIdOf(request.params.jobid), request.query));
    }, { prefix });
  }
}

function registerJobCalls(calls: FastifyInstance, jobs: JobHandlers): void {
  calls.get('/jobs/overview', async () => jobs.overview());
  calls.patch<Job & { readonly Querystring: { readonly mode?: string } }>('/jobs/:jobid', async (request, reply) => {
    jobs.cancel(request.params.jobid, request.query.mode ?? 'cancel');
    void reply.code(202);
    return {};
  });
}

function registerResourceCalls(calls: FastifyInstance, resources: ResourceHandlers): void {
  calls.get<Job>('/jobs/:jobid/resource-requirements', async (request) => resources.requirements(jobIdOf(request.params.jobid)));
  calls.put<Job & { readonly Body: ResourceRequirements }>('/jobs/:jobid/resource-requirements', { schema: { body: BODIES.requirements } }, async (request) => resources.update(jobIdOf(request.params.jobid), request.body));
}

function registerSnapshotCalls(calls: FastifyInstance, snapshots: SnapshotHandlers): void {
  calls.post<Job & { readonly Body: SavepointBody }>('/jobs/:jobid/savepoints', { schema: { body: BODIES.savepoint } }, async (request, reply) => {
    void reply.code(202);
    return snapshots.triggerSavepoint(jobIdOf(request.params.jobid), request.body);
  });
  calls.get<JobTrigger>('/jobs/:jobid/savepoints/:triggerid', async (request) => snapshots.savepointStatus(jobIdOf(request.params.jobid), request.params.triggerid));
  calls.post<Job & { readonly Body: StopBody }>('/jobs/:jobid/stop', { schema: { body: BODIES.stop } }, async (request, reply) => {
    void reply.code(202);
    return snapshots.stop(jobIdOf(request.params.jobid), request.body);
  });
  calls.post<Job & { readonly Body: CheckpointBody }>('/jobs/:jobid/checkpoints', { schema: { body: BODIES.checkpoint } }, async (request, reply) => {
    void reply.code(202);
    return snapshots.triggerCheckpoint(jobIdOf(request.params.jobid), request.body);
  });
  calls.get<JobTrigger>('/jobs/:jobid/checkpoints/:triggerid', async (request) => snapshots.checkpointStatus(jobIdOf(request.params.jobid), request.params.triggerid));
  // 200 here, 202 elsewhere: as Flink's.
  calls.post<{ readonly Body: DisposalBody }>('/savepoint-disposal', { schema: { body: BODIES.disposal } }, async (request) => snapshots.dispose(request.body));
  calls.get<{ readonly Params: { readonly triggerid: string } }>('/savepoint-disposal/:triggerid', async (request) => snapshots.disposalStatus(request.params.triggerid));
}
