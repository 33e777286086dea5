// Keys of the JobManager: memory, scheduling, failover and what it keeps of finished jobs.
// Pure data; any thread.

import { booleanOption, enumOption, floatOption, intOption, memorySizeOption, stringOption } from '#core/config/config-option';

export const jobManagerOptions = {
  processSize: memorySizeOption('jobmanager.memory.process.size', undefined,
    'Everything the JobManager may take from the host: total Flink memory, metaspace and overhead.'),
  flinkSize: memorySizeOption('jobmanager.memory.flink.size', undefined, 'Heap and off-heap memory of the JobManager together.'),
  heapSize: memorySizeOption('jobmanager.memory.heap.size', undefined, 'Heap of the JobManager; below 128 mb a warning is given.'),
  offHeapSize: memorySizeOption('jobmanager.memory.off-heap.size', '128 mb', 'Buffers and native memory of the JobManager.'),
  isDirectMemoryLimited: booleanOption('jobmanager.memory.enable-jvm-direct-memory-limit', 'false',
    'Whether the off-heap size is also a hard limit for buffers.'),
  metaspaceSize: memorySizeOption('jobmanager.memory.jvm-metaspace.size', '256 mb', 'Set aside for compiled code and class metadata.'),
  overheadMin: memorySizeOption('jobmanager.memory.jvm-overhead.min', '192 mb', 'Lower bound of the overhead.'),
  overheadMax: memorySizeOption('jobmanager.memory.jvm-overhead.max', '1 gb', 'Upper bound of the overhead.'),
  overheadFraction: floatOption('jobmanager.memory.jvm-overhead.fraction', '0.1',
    'Native memory outside total Flink memory, as a share of process memory.'),
  failoverStrategy: stringOption('jobmanager.execution.failover-strategy', 'region',
    'What restarts when a task fails: `region` for the tasks connected by pipelined edges, `full` for the whole job.'),
  scheduler: enumOption(['Default', 'Adaptive', 'AdaptiveBatch'])('jobmanager.scheduler', 'Default',
    'How slots are asked for: all at once, by what is there, or by the size of the data in batch jobs.'),
  schedulerMode: enumOption(['REACTIVE'])('scheduler-mode', undefined,
    '`REACTIVE` lets a job use every slot there is and follow when slots come and go.'),
  jobResultStorePath: stringOption('job-result-store.storage-path', undefined,
    'Folder with the results of finished jobs, so that a new leader does not run them again.'),
  jobResultStoreDeleteOnCommit: booleanOption('job-result-store.delete-on-commit', 'true',
    'Whether the entry of a job goes away once all its resources are cleaned up.'),
  applicationResultStorePath: stringOption('application-result-store.storage-path', undefined,
    'Folder with the results of finished applications.'),
  applicationResultStoreDeleteOnCommit: booleanOption('application-result-store.delete-on-commit', 'true',
    'Whether the entry of an application goes away once all its resources are cleaned up.'),
  rpcAddress: stringOption('jobmanager.rpc.address', undefined, 'Host name under which TaskManagers and clients reach the JobManager.'),
  rpcPort: intOption('jobmanager.rpc.port', '6123', 'Port of the control connections of the JobManager.'),
} as const;
