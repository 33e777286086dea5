// Keys of one job: parallelism, run mode, chaining, buffers, watermarks, and how a program is submitted.
// Pure data; any thread.

import { booleanOption, durationOption, enumOption, intOption, mapOption, stringListOption, stringOption } from '#core/config/config-option';

export const executionOptions = {
  parallelismDefault: intOption('parallelism.default', '1',
    'Parallelism of operators that set none. The local target takes the number of cores when this is not set.'),
  maxParallelism: intOption('pipeline.max-parallelism', '-1',
    'Number of key groups, and so the highest parallelism a job can be restored with; -1 derives it from the parallelism. At most 32768.'),
  name: stringOption('pipeline.name', undefined, 'Name of the job in logs, metrics and the dashboard.'),
  objectReuse: booleanOption('pipeline.object-reuse', 'false', 'Whether chained functions may get the same object instead of a copy.'),
  autoWatermarkInterval: durationOption('pipeline.auto-watermark-interval', '200 ms', 'Time between two periodic watermarks; 0 turns them off.'),
  isOperatorChainingEnabled: booleanOption('pipeline.operator-chaining.enabled', 'true',
    'Whether operators joined by a forward edge run as one task.', { deprecatedKeys: ['pipeline.operator-chaining'] }),
  isChainingAcrossMaxParallelism: booleanOption('pipeline.operator-chaining.chain-operators-with-different-max-parallelism', 'true',
    'Whether operators whose max parallelism differs may be chained.'),
  areUidsGenerated: booleanOption('pipeline.auto-generate-uids', 'true', 'Whether operators without a uid get one from their place in the graph; otherwise they are refused.'),
  areGenericTypesAllowed: booleanOption('pipeline.generic-types', 'true', 'Whether a stream may have no declared or inferred schema and run as `any`.'),
  globalJobParameters: mapOption('pipeline.global-job-parameters', undefined, 'Settings of the program that every function can read.'),
  vertexNameIncludesIndex: booleanOption('pipeline.vertex-name-include-index-prefix', 'false', 'Whether the name of a vertex starts with its place in the graph.'),
  watermarkAlignmentBufferSize: intOption('pipeline.watermark-alignment.buffer-size', '3', 'Recent watermarks a source keeps to decide how far it is ahead of its group.'),
  areUnalignedSplitsAllowed: booleanOption('pipeline.watermark-alignment.allow-unaligned-source-splits', 'false', 'Whether sources that cannot pause a single split may take part in watermark alignment.'),
  runtimeMode: enumOption(['STREAMING', 'BATCH', 'AUTOMATIC'])('execution.runtime-mode', 'STREAMING', 'Whether a bounded program runs as a stream or stage by stage.'),
  batchShuffleMode: enumOption(['ALL_EXCHANGES_PIPELINED', 'ALL_EXCHANGES_BLOCKING', 'ALL_EXCHANGES_HYBRID_FULL', 'ALL_EXCHANGES_HYBRID_SELECTIVE'])(
    'execution.batch-shuffle-mode', 'ALL_EXCHANGES_BLOCKING', 'How stages of a batch job hand over their results.'),
  bufferTimeoutInterval: durationOption('execution.buffer-timeout.interval', '100 ms',
    'Longest time that a batch of records waits to be filled before it is sent; 0 sends at once.', { deprecatedKeys: ['execution.buffer-timeout'] }),
  isBufferTimeoutEnabled: booleanOption('execution.buffer-timeout.enabled', 'true', 'Whether batches are sent by time at all, and not only when full.'),
  target: stringOption('execution.target', undefined, 'Where a program runs: `local`, `remote` or `application`.'),
  isAttached: booleanOption('execution.attached', 'false', 'Whether the client waits for the end of the job.'),
  shutdownOnAttachedExit: booleanOption('execution.shutdown-on-attached-exit', 'false', 'Whether the end of an attached client also ends the cluster.'),
  sortInputs: booleanOption('execution.sorted-inputs.enabled', 'true', 'Whether batch jobs sort the inputs of keyed operators.'),
  pipelineJars: stringListOption('pipeline.jars', undefined, 'Programs and libraries that are sent along with the job.'),
  pipelineClasspaths: stringListOption('pipeline.classpaths', undefined, 'Places that every node of the cluster can load code from.'),
} as const;
