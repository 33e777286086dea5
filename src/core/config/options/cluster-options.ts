// Keys of the cluster as a whole: heartbeats, slots, cancellation, high availability.
// Pure data; any thread.

import { durationOption, enumOption, intOption, stringOption } from '#core/config/config-option';

export const clusterOptions = {
  heartbeatInterval: durationOption('heartbeat.interval', '10 s', 'Pause between two heartbeats of a pair of processes.'),
  heartbeatTimeout: durationOption('heartbeat.timeout', '50 s', 'Silence after which the other process counts as lost; longer than the interval.'),
  heartbeatRpcFailureThreshold: intOption('heartbeat.rpc-failure-threshold', '2',
    'Failed messages in a row after which the other process counts as lost; -1 waits for the timeout only.'),
  slotIdleTimeout: durationOption('slot.idle.timeout', '50 s', 'How long a job keeps a slot that none of its tasks uses.'),
  slotRequestTimeout: durationOption('slot.request.timeout', '5 min', 'How long a job waits for a slot before it fails.'),
  taskCancellationInterval: durationOption('task.cancellation.interval', '30 s', 'Pause between two attempts to cancel a task that does not end.'),
  taskCancellationTimeout: durationOption('task.cancellation.timeout', '3 min',
    'Time after which a task that does not end on cancel makes its worker end; 0 waits for ever.'),
  loadBalanceMode: enumOption(['NONE', 'SLOTS', 'MIN_RESOURCES', 'TASKS'])('taskmanager.load-balance.mode', 'NONE',
    'Whether work is spread over TaskManagers by slots, by tasks, or packed on as few as possible.'),
  highAvailabilityType: stringOption('high-availability.type', 'NONE',
    'How several JobManagers agree on a leader: `NONE`, `ZOOKEEPER`, `KUBERNETES` or the name of a factory.', { deprecatedKeys: ['high-availability'] }),
  highAvailabilityClusterId: stringOption('high-availability.cluster-id', '/default', 'Keeps the leadership and pointers of one cluster apart from another in the same storage.'),
  highAvailabilityStorageDir: stringOption('high-availability.storageDir', undefined, 'Folder where job graphs and checkpoint pointers lie for the next leader.'),
  highAvailabilityJobManagerPort: stringOption('high-availability.jobmanager.port', '0', 'Port or port range of a JobManager with high availability; 0 takes a free one.'),
} as const;
