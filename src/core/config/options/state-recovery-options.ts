// Keys of restoring a job: from where, what may be missing, who owns the snapshot afterwards.
// Pure data; any thread.

import { booleanOption, enumOption, longOption, stringOption } from '#core/config/config-option';

export const stateRecoveryOptions = {
  path: stringOption('execution.state-recovery.path', undefined,
    'Savepoint or checkpoint that a new job starts from; the same as the -s flag.', { deprecatedKeys: ['execution.savepoint.path'] }),
  claimMode: enumOption(['NO_CLAIM', 'CLAIM', 'LEGACY'])('execution.state-recovery.claim-mode', 'NO_CLAIM',
    'Whether the job takes over the snapshot it starts from, and may delete it, or leaves it to its owner.', { deprecatedKeys: ['execution.savepoint-restore-mode'] }),
  isUnclaimedStateIgnored: booleanOption('execution.state-recovery.ignore-unclaimed-state', 'false',
    'Whether state of operators that the program no longer has may be dropped.', { deprecatedKeys: ['execution.savepoint.ignore-unclaimed-state'] }),
  fromLocal: booleanOption('execution.state-recovery.from-local', 'false', 'Whether a failed-over task restores from the local copy of its snapshot where there is one; without a word on local copies they are kept then.'),
  withoutChannelStateCheckpointId: longOption('execution.state-recovery.without-channel-state.checkpoint-id', '-1',
    'Number of the checkpoint whose in-flight data is left out on restore; -1 for none.'),
} as const;
