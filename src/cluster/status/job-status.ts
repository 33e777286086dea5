// The life of a job, with Flink's words. From RESTARTING it is CREATED anew, or RUNNING where only regions of it restart. SUSPENDED ends it for this cluster only: another leader may take it up.
import type { TransitionTable } from '#cluster/status/transition-table';

export type JobStatus =
  | 'INITIALIZING' | 'CREATED' | 'RUNNING' | 'FAILING' | 'FAILED' | 'CANCELLING' | 'CANCELED' | 'FINISHED' | 'RESTARTING' | 'SUSPENDED' | 'RECONCILING';

export const JOB_STATUS: TransitionTable<JobStatus> = {
  name: 'JobStatus',
  next: {
    INITIALIZING: ['CREATED', 'FAILED', 'CANCELLING', 'SUSPENDED'],
    CREATED: ['RUNNING', 'FAILING', 'CANCELLING', 'SUSPENDED'],
    RUNNING: ['FINISHED', 'RESTARTING', 'FAILING', 'CANCELLING', 'SUSPENDED'],
    FAILING: ['FAILED', 'CANCELLING', 'SUSPENDED'],
    CANCELLING: ['CANCELED', 'FAILING', 'SUSPENDED'],
    RESTARTING: ['CREATED', 'RUNNING', 'FAILING', 'CANCELLING', 'SUSPENDED'],
    RECONCILING: ['CREATED', 'RUNNING', 'FAILING', 'CANCELLING', 'SUSPENDED'],
    FAILED: [],
    CANCELED: [],
    FINISHED: [],
    SUSPENDED: [],
  },
};

/** True when the job has reached an end that no cluster will go on from. */
export function isGloballyTerminal(status: JobStatus): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'CANCELED';
}
