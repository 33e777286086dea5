// Checkpoints and savepoints that somebody has asked for: a queue of them, and those that are being taken.
// Invariant: each request is answered once, with where its snapshot lies or with why there is none. Thread: main.
import type { SavepointFormat } from '#cluster/gateways/gateways';
import { assert } from '#core/assert';
import { JobManagerError } from '#jobmanager/errors';
import { BarrierFlag } from '#streaming/task/barrier-flags';

export type SnapshotRequest =
  | { readonly kind: 'checkpoint' }
  /** `directory` is absolute and belongs to this savepoint alone; `stop` ends the job with it. */
  | { readonly kind: 'savepoint'; readonly directory: string; readonly stop?: 'suspend' | 'drain' | undefined; readonly formatType?: SavepointFormat | undefined };

export interface CompletedSnapshot {
  readonly checkpointId: number;
  /** Absolute path of its directory. */
  readonly path: string;
}

interface Waiting {
  readonly request: SnapshotRequest;
  readonly resolve: (snapshot: CompletedSnapshot) => void;
  readonly reject: (error: JobManagerError) => void;
}

export class SnapshotRequests {
  readonly #queue: Waiting[] = [];
  /** By the checkpoint that was started for it. */
  readonly #begun = new Map<number, Waiting>();

  /** Rejects with SNAPSHOT_REQUEST_FAILED. */
  add(request: SnapshotRequest): Promise<CompletedSnapshot> {
    return new Promise((resolve, reject) => this.#queue.push({ request, resolve, reject }));
  }

  next(): SnapshotRequest | undefined {
    return this.#queue[0]?.request;
  }

  /** What a pending checkpoint was asked for; undefined when it is a periodic one. */
  of(checkpointId: number): SnapshotRequest | undefined {
    return this.#begun.get(checkpointId)?.request;
  }

  /** The next request is this checkpoint from here on. */
  begin(checkpointId: number): void {
    const waiting = this.#queue.shift();
    assert(waiting !== undefined, 'a request waits');
    this.#begun.set(checkpointId, waiting);
  }

  complete(checkpointId: number, path: string): void {
    this.#begun.get(checkpointId)?.resolve({ checkpointId, path });
    this.#begun.delete(checkpointId);
  }

  abort(checkpointId: number, reason: string): void {
    this.#begun.get(checkpointId)?.reject(requestFailed(reason));
    this.#begun.delete(checkpointId);
  }

  abortAll(reason: string): void {
    for (const checkpointId of [...this.#begun.keys()]) this.abort(checkpointId, reason);
    for (const { reject } of this.#queue.splice(0)) reject(requestFailed(reason));
  }
}

export function requestFailed(reason: string): JobManagerError {
  return new JobManagerError('SNAPSHOT_REQUEST_FAILED', `the snapshot that was asked for was not taken: ${reason}`);
}

export function barrierFlags(request: SnapshotRequest | undefined): number {
  if (request?.kind !== 'savepoint') return 0;
  const stop = request.stop === undefined ? 0 : BarrierFlag.STOP;
  return BarrierFlag.SAVEPOINT | (request.formatType === 'NATIVE' ? BarrierFlag.NATIVE : 0) | stop | (request.stop === 'drain' ? BarrierFlag.DRAIN : 0);
}
