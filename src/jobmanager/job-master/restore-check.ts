// Whether a job may start from a checkpoint: every operator with state is found again, under the same max parallelism.
// Pure; called before anything is deployed, so that a refusal costs nothing.
import type { RestoreDescriptor } from '#cluster/messages/slot-messages';
import { JobManagerError } from '#jobmanager/errors';

export interface RestorableOperator {
  readonly operatorId: string;
  readonly name: string;
  readonly maxParallelism: number;
}

/** Throws RESTORE_OPERATOR_MISSING (unless `isUnclaimedStateIgnored`) or RESTORE_MAX_PARALLELISM_CHANGED. */
export function checkRestore(restore: RestoreDescriptor, operators: readonly RestorableOperator[], options: { readonly isUnclaimedStateIgnored: boolean }): void {
  const byId = new Map(operators.map((operator) => [operator.operatorId, operator]));
  for (const old of restore.operators) {
    const operator = byId.get(old.operatorId);
    if (operator === undefined) {
      if (options.isUnclaimedStateIgnored) continue;
      throw new JobManagerError('RESTORE_OPERATOR_MISSING', `the checkpoint ${restore.directory} has state of operator ${old.operatorId}, which the job does not have: give operators the same uids, or set execution.state-recovery.ignore-unclaimed-state`);
    }
    if (operator.maxParallelism !== old.maxParallelism) {
      throw new JobManagerError('RESTORE_MAX_PARALLELISM_CHANGED', `${operator.name} has max parallelism ${operator.maxParallelism}, its state in ${restore.directory} has ${old.maxParallelism}: set max parallelism ${old.maxParallelism}`);
    }
  }
}
