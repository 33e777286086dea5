// What `GET /jobs/overview` says of a job, with the field names of Flink's REST API. Pure.
import type { JobDetails } from '#cluster/messages/job-messages';

const TASK_STATES = ['CREATED', 'SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING', 'FINISHED', 'CANCELING', 'CANCELED', 'FAILED', 'RECONCILING'] as const;

export interface JobOverview {
  readonly jid: string;
  readonly name: string;
  /** Epoch ms. */
  readonly 'start-time': number;
  /** Epoch ms, -1 while the job runs. */
  readonly 'end-time': number;
  /** ms. */
  readonly duration: number;
  readonly state: string;
  readonly 'last-modification': number;
  readonly tasks: Readonly<Record<string, number>>;
  readonly 'pending-operators': number;
  readonly jobType: 'STREAMING';
  readonly schedulerType: 'Default';
}

export function jobOverview(details: JobDetails, nowMs: number): JobOverview {
  const { jobId, jobName, startedMs, endedMs, status, executions } = details;
  const counts = TASK_STATES.map((state) => [state.toLowerCase(), executions.filter((execution) => execution.state === state).length] as const);
  return {
    jid: jobId,
    name: jobName,
    'start-time': Math.trunc(startedMs),
    'end-time': endedMs === undefined ? -1 : Math.trunc(endedMs),
    duration: Math.trunc((endedMs ?? nowMs) - startedMs),
    state: status,
    'last-modification': Math.trunc(endedMs ?? startedMs),
    tasks: { total: executions.length, ...Object.fromEntries(counts) },
    'pending-operators': 0,
    jobType: 'STREAMING',
    schedulerType: 'Default',
  };
}
