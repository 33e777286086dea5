// The failures of a job that are remembered: each with the ones that came while the job was on its way back from it.
// Invariant: at most `web.exception-history-size` entries, the newest ones. Pure; owned by the JobMaster.
import type { SerializedError } from '#core/errors/engine-error';
import type { ExceptionHistoryEntry, FailedTask } from '#cluster/messages/job-messages';

/** Failures that one entry keeps beside its own. */
const CONCURRENT_MAX = 20;

export interface Failure {
  readonly timestamp: number;
  readonly error: SerializedError;
  /** Undefined when no task alone is to blame. */
  readonly task: FailedTask | undefined;
}

export class ExceptionHistory {
  readonly #entriesMax: number;
  /** Oldest first. */
  readonly #entries: { readonly root: Failure; readonly concurrent: Failure[] }[] = [];

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** The job, or a region of it, goes down with this. */
  addRoot(failure: Failure): void {
    this.#entries.push({ root: failure, concurrent: [] });
    this.#entries.splice(0, Math.max(0, this.#entries.length - this.#entriesMax));
  }

  /** It came while the job was on its way back from the newest one. */
  addConcurrent(failure: Failure): void {
    const newest = this.#entries.at(-1);
    if (newest !== undefined && newest.concurrent.length < CONCURRENT_MAX) newest.concurrent.push(failure);
  }

  /** Newest first. */
  entries(): readonly ExceptionHistoryEntry[] {
    return this.#entries.map(({ root, concurrent }) => ({ ...root, concurrent: [...concurrent] })).toReversed();
  }
}
