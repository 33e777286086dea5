// Every status machine of the engine, and their page in the docs. A test keeps docs/state-machines.md equal to the text.
import { CHECKPOINT_STATUS } from '#cluster/status/checkpoint-status';
import { EXECUTION_STATE } from '#cluster/status/execution-state';
import { JOB_STATUS } from '#cluster/status/job-status';
import { SLOT_STATUS } from '#cluster/status/slot-status';
import { formatTransitionTable } from '#cluster/status/transition-table';

export function formatStateMachines(): string {
  const sections = [formatTransitionTable(JOB_STATUS), formatTransitionTable(EXECUTION_STATE), formatTransitionTable(CHECKPOINT_STATUS), formatTransitionTable(SLOT_STATUS)];
  return ['# State machines', '', 'Generated from `src/cluster/status`: a step that is not listed throws.', '', ...sections].join('\n');
}
