// How a slot finds the user's program again: functions are never sent, the program is run once more in the worker and
// its functions are picked by operator id. Plain data.

import type { SerializedError } from '#core/errors/engine-error';

/** What the client saw while it built the graph of a script; replayed in the workers so that the graph is the same. */
export interface ProgramRecording {
  /** From the third on: what the program sees behind node and its own path. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Seed of Math.random and crypto.randomUUID while the graph is built. */
  readonly seed: number;
  /** Answers of Date.now in their order; the last one repeats. */
  readonly times: readonly number[];
}

/** What `env.execute()` gave for a job that ended before this one. */
export interface RecordedExecution {
  readonly jobName: string;
  readonly jobId: string;
  readonly netRuntimeMs: number;
}

/** What became of a job that the program started before this one, as far as the program could know when it started this one. */
export type EarlierExecution =
  | { readonly kind: 'finished'; readonly execution: RecordedExecution }
  | { readonly kind: 'running'; readonly jobId: string }
  /** Also when it was canceled. */
  | { readonly kind: 'failed'; readonly jobId: string; readonly error: SerializedError }
  /** It did not become a job. */
  | { readonly kind: 'refused'; readonly error: SerializedError };

export type ProgramReference =
  /** A module whose default export is `(env, args) => …`. */
  | { readonly kind: 'module'; readonly url: string; readonly args: readonly string[]; readonly executionIndex: number; readonly earlier: readonly EarlierExecution[] }
  /** A script with top-level `env.execute()`; `executionIndex` counts its jobs from 0. */
  | { readonly kind: 'script'; readonly url: string; readonly recording: ProgramRecording; readonly executionIndex: number; readonly earlier: readonly EarlierExecution[] }
  /** Functions live in this very process and thread: the stream graph is looked up by job id. */
  | { readonly kind: 'inline' };
