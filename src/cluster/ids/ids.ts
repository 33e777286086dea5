// Names of jobs, tasks and attempts, kept apart by brands. Text forms are Flink's: 32 hex digits for a job, vertex id and
// subtask index for a task. Pure; any thread.
import { assert } from '#core/assert';
import type { Random } from '#platform/random/random';

declare const brand: unique symbol;

/** 32 lower-case hex digits. */
export type JobId = string & { readonly [brand]: 'JobId' };

/** `<vertex id>_<subtask index>`: one subtask of a job, whichever attempt runs it. */
export type SubtaskId = string & { readonly [brand]: 'SubtaskId' };

/** `<job id>_<vertex id>_<subtask index>_<attempt number>`, attempts counted from 0. */
export type ExecutionAttemptId = string & { readonly [brand]: 'ExecutionAttemptId' };

export function createJobId(random: Random): JobId {
  return parseJobId(random.hex(16));
}

export function isJobId(text: string): text is JobId {
  return /^[0-9a-f]{32}$/.test(text);
}

/** For text that is known to be an id; a user's text is checked with isJobId first. */
export function parseJobId(text: string): JobId {
  assert(isJobId(text), `a job id is 32 hex digits, got ${text}`);
  return text;
}

export function subtaskIdOf(vertexId: string, subtaskIndex: number): SubtaskId {
  assert(Number.isInteger(subtaskIndex) && subtaskIndex >= 0, `a subtask index counts from 0, got ${subtaskIndex}`);
  return `${vertexId}_${subtaskIndex}` as SubtaskId;
}

export function executionAttemptIdOf(jobId: JobId, subtaskId: SubtaskId, attemptNumber: number): ExecutionAttemptId {
  assert(Number.isInteger(attemptNumber) && attemptNumber >= 0, `an attempt number counts from 0, got ${attemptNumber}`);
  return `${jobId}_${subtaskId}_${attemptNumber}` as ExecutionAttemptId;
}
