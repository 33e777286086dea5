// The life of one checkpoint, with Flink's words; SUBSUMED means newer completed ones have taken its place.
import type { TransitionTable } from '#cluster/status/transition-table';

export type CheckpointStatus = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'SUBSUMED';

export const CHECKPOINT_STATUS: TransitionTable<CheckpointStatus> = {
  name: 'CheckpointStatus',
  next: {
    IN_PROGRESS: ['COMPLETED', 'FAILED'],
    COMPLETED: ['SUBSUMED'],
    FAILED: [],
    SUBSUMED: [],
  },
};
