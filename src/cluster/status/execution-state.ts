// The life of one attempt to run a subtask, with Flink's words. DEPLOYING lasts until the slot has taken the task;
// INITIALIZING until its state is restored.
import type { TransitionTable } from '#cluster/status/transition-table';

export type ExecutionState =
  | 'CREATED' | 'SCHEDULED' | 'DEPLOYING' | 'INITIALIZING' | 'RUNNING' | 'FINISHED' | 'CANCELING' | 'CANCELED' | 'FAILED' | 'RECONCILING';

export const EXECUTION_STATE: TransitionTable<ExecutionState> = {
  name: 'ExecutionState',
  next: {
    CREATED: ['SCHEDULED', 'CANCELED', 'FAILED'],
    SCHEDULED: ['DEPLOYING', 'CANCELING', 'CANCELED', 'FAILED'],
    DEPLOYING: ['INITIALIZING', 'CANCELING', 'CANCELED', 'FAILED'],
    INITIALIZING: ['RUNNING', 'CANCELING', 'CANCELED', 'FAILED'],
    RUNNING: ['FINISHED', 'CANCELING', 'CANCELED', 'FAILED'],
    CANCELING: ['CANCELED', 'FINISHED', 'FAILED'],
    RECONCILING: ['INITIALIZING', 'RUNNING', 'FINISHED', 'CANCELING', 'CANCELED', 'FAILED'],
    FINISHED: [],
    CANCELED: [],
    FAILED: [],
  },
};
