// The life of a task slot's worker thread: it stands by, takes one job, and ends with it; it is never reused.
import type { TransitionTable } from '#cluster/status/transition-table';

export type SlotStatus = 'STARTING' | 'FREE' | 'ALLOCATED' | 'RELEASED';

export const SLOT_STATUS: TransitionTable<SlotStatus> = {
  name: 'SlotStatus',
  next: {
    STARTING: ['FREE', 'ALLOCATED', 'RELEASED'],
    FREE: ['ALLOCATED', 'RELEASED'],
    ALLOCATED: ['RELEASED'],
    RELEASED: [],
  },
};
