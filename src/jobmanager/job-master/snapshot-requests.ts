// Checkpoints and savepoints that somebody has asked for: a queue of them, and the one that is being taken.
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
  #current: Waiting | undefined;

  /** Rejects with SNAPSHOT_REQUEST_FAILED. */
  add(request: SnapshotRequest): Promise<CompletedSnapshot> {
    return new Promise((resolve, reject) => this.#queue.push({ request, resolve, reject }));
  }

  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  /** What the pending checkpoint was asked for; undefined when it is a periodic one. */
  get current(): SnapshotRequest | undefined {
    return this.#current?.request;
  }

  next(): SnapshotRequest | undefined {
    return this.#queue[0]?.request;
  }

  /** The next request is the pending checkpoint from here on. */
  begin(): void {
    assert(this.#current === undefined, 'one snapshot at a time');
    this.#current = this.#queue.shift();
  }

  complete(snapshot: CompletedSnapshot): void {
    this.#current?.resolve(snapshot);
    this.#current = undefined;
  }

  abort(reason: string): void {
    this.#current?.reject(requestFailed(reason));
    this.#current = undefined;
  }

  abortAll(reason: string): void {
    this.abort(reason);
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
