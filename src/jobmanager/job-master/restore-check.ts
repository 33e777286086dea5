// Whether a job may start from a checkpoint, and with which max parallelisms: every operator with state is found again,
// and its key groups are as many as they were. Pure; before anything is deployed, so that a refusal costs nothing.
import type { RestoreDescriptor } from '#cluster/messages/slot-messages';
import { JobManagerError } from '#jobmanager/errors';
import { inFlightOperatorId } from '#streaming/task/in-flight-state';
import type { JobPlanVertex } from '#jobmanager/job-master/job-plan';

/**
 * The vertices with the max parallelisms to use.
 * Throws RESTORE_OPERATOR_MISSING (unless `isUnclaimedStateIgnored`) or RESTORE_MAX_PARALLELISM_CHANGED.
 */
export function fitToRestore(restore: RestoreDescriptor, vertices: readonly JobPlanVertex[], options: { readonly isUnclaimedStateIgnored: boolean }): readonly JobPlanVertex[] {
  const known = new Set(vertices.flatMap((vertex) => [...vertex.operatorIds, inFlightOperatorId(vertex.id)]));
  const unclaimed = restore.operators.find((old) => !known.has(old.operatorId));
  if (unclaimed !== undefined && !options.isUnclaimedStateIgnored) {
    // Ids that were made of a statement belong to that statement only: a changed one has others.
    const advice = unclaimed.uid?.startsWith('sql-') === true
      ? 'the statement has changed; run the one that the state is of, or run statements from a compiled plan (COMPILE PLAN, EXECUTE PLAN), whose uids stay,'
      : 'give operators the same uids,';
    throw new JobManagerError('RESTORE_OPERATOR_MISSING', `the checkpoint ${restore.directory} has state of operator ${unclaimed.uid ?? unclaimed.operatorId}, which the job does not have: ${advice} or let its state be dropped with --allowNonRestoredState (execution.state-recovery.ignore-unclaimed-state)`);
  }
  return vertices.map((vertex) => fitVertex(restore, vertex));
}

function fitVertex(restore: RestoreDescriptor, vertex: JobPlanVertex): JobPlanVertex {
  const [old, ...others] = restore.operators.filter((operator) => vertex.operatorIds.includes(operator.operatorId));
  const other = others.find((operator) => operator.maxParallelism !== old!.maxParallelism);
  if (other !== undefined) {
    throw new JobManagerError('RESTORE_MAX_PARALLELISM_CHANGED', `"${vertex.name}" is one chain now, and the state of its operators in ${restore.directory} has max parallelisms ${old!.maxParallelism} and ${other.maxParallelism}: start a new chain between them`);
  }
  if (old === undefined || old.maxParallelism === vertex.maxParallelism) return vertex;
  if (vertex.isMaxParallelismDerived && vertex.parallelism <= old.maxParallelism) return { ...vertex, maxParallelism: old.maxParallelism };
  const now = vertex.isMaxParallelismDerived ? `parallelism ${vertex.parallelism}` : `max parallelism ${vertex.maxParallelism}`;
  throw new JobManagerError('RESTORE_MAX_PARALLELISM_CHANGED', `"${vertex.name}" has ${now}, its state in ${restore.directory} has max parallelism ${old.maxParallelism}: set max parallelism ${old.maxParallelism} and a parallelism not above it`);
}
