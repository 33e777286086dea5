// Keys that Flink 2.3 documents and Millrace accepts without using them, so that a Flink config.yaml loads in silence.
// Invariant: none of them is also a typed option (a test checks it).
// Pure data; any thread. Names only: what they do is Flink's documentation.

/** Families whose names are open: reporters, resource frameworks, catalogs, file systems. */
export const knownUnusedPrefixes: readonly string[] = [
  'metrics.reporter.', 'metrics.scope.', 'traces.reporter.', 'events.reporter.', 'external-resource.', 'kubernetes.', 'yarn.', 'table.',
  'sql-gateway.', 'sql-client.', 'security.', 'env.', 'fs.', 's3.entropy.', 's3.upload.', 's3.connection.', 's3.bucket.', 's3a.', 'flink.hadoop.', 'flink.yarn.', 'hadoop.', 'presto.', 'gs.',
  'containerized.master.env.', 'containerized.taskmanager.env.', 'high-availability.zookeeper.', 'high-availability.kubernetes.',
  'zookeeper.', 'pekko.', 'historyserver.', 'python.', 'classloader.', 'blob.', 'user.artifacts.',
  'state.backend.forst.metrics.', 'state.backend.rocksdb.column-family-as-variable.',
  'cep.', 'workflow-scheduler.',
];

/** ForSt's tuning keys carry the names of RocksDB's under its own prefix. */
const forstTuning = `
  block.blocksize block.cache-size block.metadata-blocksize bloom-filter.bits-per-key bloom-filter.block-based-mode
  compaction.filter.periodic-compaction-time compaction.filter.query-time-after-num-entries compaction.level.max-size-level-base
  compaction.level.target-file-size-base compaction.level.use-dynamic-size compaction.style compression.per.level files.open
  incremental-restore-async-compact-after-rescale log.dir log.file-num log.level log.max-file-size predefined-options
  rescaling.use-delete-files-in-range restore-overlap-fraction-threshold thread.num use-bloom-filter use-ingest-db-restore-mode write-batch-size
  writebuffer.count writebuffer.number-to-merge writebuffer.size
`;

const singleKeys = `
  client.heartbeat.interval client.heartbeat.timeout client.retry-period client.timeout cluster.evenly-spread-out-slots
  cluster.fine-grained-resource-management.enabled cluster.intercept-user-system-exit cluster.io-pool.size cluster.processes.halt-on-fatal-error
  cluster.registration.error-delay cluster.registration.initial-timeout cluster.registration.max-timeout
  cluster.registration.refused-registration-delay cluster.services.shutdown-timeout cluster.thread-dump.stacktrace-max-depth
  cluster.uncaught-exception-handling events.reporters execution.async-state.buffer-size execution.async-state.buffer-timeout
  execution.async-state.in-flight-records-limit execution.async-state.total-buffer-limit
  execution.batch.adaptive.auto-parallelism.avg-data-volume-per-task execution.batch.adaptive.auto-parallelism.default-source-parallelism
  execution.batch.adaptive.auto-parallelism.enabled execution.batch.adaptive.auto-parallelism.max-parallelism
  execution.batch.adaptive.auto-parallelism.min-parallelism execution.batch.adaptive.skewed-optimization.skewed-factor
  execution.batch.adaptive.skewed-optimization.skewed-threshold execution.batch.job-recovery.enabled
  execution.batch.job-recovery.previous-worker.recovery.timeout execution.batch.job-recovery.snapshot.min-pause
  execution.batch.speculative.block-slow-node-duration execution.batch.speculative.enabled execution.batch.speculative.max-concurrent-executions
  execution.checkpointing.file-merging.max-subtasks-per-file execution.job-listeners execution.job-status-changed-listeners
  execution.program-config.enabled execution.program-config.wildcards execution.shutdown-on-application-finish execution.sort.keyed.partition.memory
  execution.sort.partition.memory execution.sorted-inputs.memory execution.submit-failed-job-on-application-error
  execution.terminate-application-on-any-job-exception fine-grained.shuffle-mode.all-blocking io.tmp.dirs jmx.server.port
  job-event.store.write-buffer.flush-interval job-event.store.write-buffer.size
  jobmanager.adaptive-scheduler.max-delay-for-scale-trigger
  jobmanager.adaptive-scheduler.min-parallelism-increase jobmanager.adaptive-scheduler.prefer-minimal-taskmanagers
  jobmanager.adaptive-scheduler.rescale-trigger.max-checkpoint-failures jobmanager.adaptive-scheduler.resource-stabilization-timeout
  jobmanager.adaptive-scheduler.resource-wait-timeout jobmanager.adaptive-scheduler.scaling-interval.max
  jobmanager.adaptive-scheduler.scaling-interval.min
  jobmanager.archive.fs.dir jobmanager.bind-host
  jobmanager.execution.attempts-history-size jobmanager.failure-enrichers jobmanager.future-pool.size jobmanager.io-pool.size
  jobmanager.partition.hybrid.partition-data-consume-constraint jobmanager.partition.release-during-job-execution jobmanager.resource-id
  jobmanager.retrieve-taskmanager-hostname jobmanager.rpc.bind-port jobstore.cache-size jobstore.expiration-time jobstore.max-capacity jobstore.type
  metrics.fetcher.update-interval metrics.internal.query-service.port metrics.internal.query-service.thread-priority metrics.job.status.enable
  metrics.latency.granularity metrics.latency.history-size metrics.latency.interval metrics.reporters metrics.sampling.interval
  metrics.system-resource metrics.system-resource-probing-interval minicluster.number-of-taskmanagers pipeline.cached-files
  pipeline.closure-cleaner-level pipeline.force-avro pipeline.force-kryo pipeline.jobvertex-parallelism-overrides pipeline.serialization-config
  pipeline.vertex-description-mode plugin.classloader.parent-first-patterns.additional plugin.classloader.parent-first-patterns.default
  process.jobmanager.working-dir process.taskmanager.working-dir process.working-dir queryable-state.client.network-threads queryable-state.enable
  queryable-state.proxy.network-threads queryable-state.proxy.ports queryable-state.proxy.query-threads queryable-state.server.network-threads
  queryable-state.server.ports queryable-state.server.query-threads resourcemanager.job.timeout resourcemanager.previous-worker.recovery.timeout
  resourcemanager.rpc.port resourcemanager.standalone.start-up-time resourcemanager.start-worker.max-failure-rate
  resourcemanager.start-worker.retry-interval resourcemanager.taskmanager-registration.timeout resourcemanager.taskmanager-timeout
  rest.await-leader-timeout rest.cache.checkpoint-statistics.size rest.cache.checkpoint-statistics.timeout rest.client.max-content-length
  rest.connection-timeout rest.flamegraph.cleanup-interval rest.flamegraph.delay-between-samples rest.flamegraph.num-samples
  rest.flamegraph.refresh-interval rest.flamegraph.stack-depth rest.idleness-timeout rest.path rest.profiling.dir rest.profiling.duration-max
  rest.profiling.history-size rest.retry.delay rest.retry.max-attempts rest.server.max-content-length rest.server.numThreads
  rest.server.thread-priority rest.url-prefix slotmanager.max-total-resource.cpu slotmanager.max-total-resource.memory
  slotmanager.min-total-resource.cpu slotmanager.min-total-resource.memory slotmanager.number-of-slots.max slotmanager.number-of-slots.min
  slotmanager.redundant-taskmanager-num slotmanager.requirement-check.delay slotmanager.taskmanager-timeout slow-task-detector.check-interval
  slow-task-detector.execution-time.baseline-lower-bound slow-task-detector.execution-time.baseline-multiplier
  slow-task-detector.execution-time.baseline-ratio task.cancellation.timers.timeout taskmanager.bind-host taskmanager.data.bind-port
  taskmanager.data.port taskmanager.data.ssl.enabled taskmanager.debug.memory.log taskmanager.debug.memory.log-interval taskmanager.host
  taskmanager.jvm-exit-on-oom taskmanager.log.path taskmanager.network.batch-shuffle.compression.enabled
  taskmanager.network.batch-shuffle.read-buffer-timeout taskmanager.network.bind-policy taskmanager.network.blocking-shuffle.compression.enabled
  taskmanager.network.blocking-shuffle.type taskmanager.network.compression.codec taskmanager.network.detailed-metrics
  taskmanager.network.hybrid-shuffle.enable-new-mode taskmanager.network.hybrid-shuffle.external-remote-tier-factory.class
  taskmanager.network.hybrid-shuffle.memory-decoupling.enabled taskmanager.network.hybrid-shuffle.num-retained-in-memory-regions-max
  taskmanager.network.hybrid-shuffle.remote.path taskmanager.network.hybrid-shuffle.spill-index-region-group-size
  taskmanager.network.max-num-tcp-connections taskmanager.network.memory.exclusive-buffers-request-timeout-ms
  taskmanager.network.netty.client.connectTimeoutSec taskmanager.network.netty.client.numThreads taskmanager.network.netty.client.tcp.keepCount
  taskmanager.network.netty.client.tcp.keepIdleSec taskmanager.network.netty.client.tcp.keepIntervalSec taskmanager.network.netty.num-arenas
  taskmanager.network.netty.sendReceiveBufferSize taskmanager.network.netty.server.backlog taskmanager.network.netty.server.numThreads
  taskmanager.network.netty.transport taskmanager.network.partition-request-timeout taskmanager.network.request-backoff.initial
  taskmanager.network.request-backoff.max taskmanager.network.retries taskmanager.network.sort-shuffle.min-parallelism
  taskmanager.network.tcp-connection.enable-reuse-across-jobs taskmanager.registration.timeout taskmanager.resource-id taskmanager.rpc.bind-port
  taskmanager.rpc.port taskmanager.runtime.hashjoin-bloom-filters taskmanager.runtime.large-record-handler taskmanager.runtime.max-fan
  taskmanager.runtime.sort-spilling-threshold taskmanager.slot.timeout traces.checkpoint.span-detail-level traces.recovery.span-detail-level
  traces.reporters web.access-control-allow-origin web.history web.log.path web.tmpdir web.upload.dir
`;

/** Keys accepted by their full name. */
export const knownUnusedKeys: ReadonlySet<string> = new Set([
  ...words(singleKeys),
  ...words(forstTuning).map((name) => `state.backend.forst.${name}`),
]);

/** True for a key that Flink documents and Millrace does not use. */
export function isKnownUnused(key: string): boolean {
  return knownUnusedKeys.has(key) || knownUnusedPrefixes.some((prefix) => key.startsWith(prefix));
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
