// Calls that begin checkpoints and savepoints, stop a job with one, or dispose of one, and those that ask how they went.
// The spelling of fields differs by call, as it does in Flink. Thread: main.
import type { DispatcherGateway, SavepointFormat } from '#cluster/gateways/gateways';
import type { JobId } from '#cluster/ids/ids';
import type { Random } from '#platform/random/random';
import { HttpFailure } from '#rest/handlers/http-failure';
import type { OperationState, OperationStore } from '#rest/handlers/operation-store';
import { failureCause } from '#rest/messages/failure-cause';
import { isObjectPath } from '#state/checkpoint-storage/checkpoint-storage';

export interface TriggerAnswer {
  readonly 'request-id': string;
}

export interface OperationAnswer {
  readonly status: { readonly id: 'IN_PROGRESS' | 'COMPLETED' };
  readonly operation: object | null;
}

export interface SavepointBody {
  readonly 'target-directory'?: string | null;
  readonly 'cancel-job'?: boolean | null;
  readonly formatType?: SavepointFormat | null;
  readonly triggerId?: string | null;
}

export interface StopBody {
  readonly targetDirectory?: string | null;
  readonly drain?: boolean | null;
  readonly formatType?: SavepointFormat | null;
  readonly triggerId?: string | null;
}

export interface CheckpointBody {
  /** Snapshots of the heap backend are whole whatever is asked for. */
  readonly checkpointType?: string | null;
  readonly triggerId?: string | null;
}

export interface DisposalBody {
  readonly 'savepoint-path': string;
}

const DISPOSALS = 'disposals';

/** As Flink writes paths: with a scheme. */
function locationOf(path: string): string {
  return isObjectPath(path) ? path : `file:${path}`;
}

export class SnapshotHandlers {
  readonly #dispatcher: DispatcherGateway;
  readonly #operations: OperationStore;
  readonly #random: Random;

  constructor(dispatcher: DispatcherGateway, operations: OperationStore, random: Random) {
    this.#dispatcher = dispatcher;
    this.#operations = operations;
    this.#random = random;
  }

  triggerSavepoint(jobId: JobId, body: SavepointBody): TriggerAnswer {
    const targetDirectory = body['target-directory'] ?? undefined;
    return this.#begin(`${jobId}/savepoints`, body.triggerId, async () => {
      const path = await this.#dispatcher.triggerSavepoint(jobId, { targetDirectory, stop: undefined, formatType: body.formatType ?? undefined });
      if (body['cancel-job'] === true) await this.#dispatcher.cancel(jobId);
      return { location: locationOf(path) };
    });
  }

  stop(jobId: JobId, { targetDirectory, drain, formatType, triggerId }: StopBody): TriggerAnswer {
    return this.#begin(`${jobId}/savepoints`, triggerId, async () => {
      const path = await this.#dispatcher.triggerSavepoint(jobId, { targetDirectory: targetDirectory ?? undefined, stop: drain === true ? 'drain' : 'suspend', formatType: formatType ?? undefined });
      return { location: locationOf(path) };
    });
  }

  triggerCheckpoint(jobId: JobId, { triggerId }: CheckpointBody): TriggerAnswer {
    return this.#begin(`${jobId}/checkpoints`, triggerId, async () => ({ checkpointId: await this.#dispatcher.triggerCheckpoint(jobId) }));
  }

  dispose(body: DisposalBody): TriggerAnswer {
    return this.#begin(DISPOSALS, undefined, async () => {
      await this.#dispatcher.disposeSavepoint(body['savepoint-path']);
      return {};
    });
  }

  savepointStatus(jobId: JobId, triggerId: string): OperationAnswer {
    const state = this.#operations.find(`${jobId}/savepoints`, triggerId);
    return answer(state, 'failure-cause', `There is no savepoint operation with triggerId=${triggerId} for job ${jobId}.`);
  }

  checkpointStatus(jobId: JobId, triggerId: string): OperationAnswer {
    const state = this.#operations.find(`${jobId}/checkpoints`, triggerId);
    return answer(state, 'failureCause', `There is no checkpoint operation with triggerId=${triggerId} for job ${jobId}.`);
  }

  disposalStatus(triggerId: string): OperationAnswer {
    return answer(this.#operations.find(DISPOSALS, triggerId), 'failure-cause', `There is no savepoint disposal with triggerId=${triggerId}.`);
  }

  #begin(scope: string, given: string | null | undefined, start: () => Promise<unknown>): TriggerAnswer {
    const triggerId = given ?? this.#random.hex(16);
    this.#operations.begin(scope, triggerId, start);
    return { 'request-id': triggerId };
  }
}

function answer(state: OperationState | undefined, failureField: string, absent: string): OperationAnswer {
  switch (state?.kind) {
    case undefined: throw new HttpFailure(404, absent);
    case 'in-progress': return { status: { id: 'IN_PROGRESS' }, operation: null };
    case 'completed': return { status: { id: 'COMPLETED' }, operation: state.value as object };
    case 'failed': return { status: { id: 'COMPLETED' }, operation: { [failureField]: failureCause(state.error) } };
  }
}
