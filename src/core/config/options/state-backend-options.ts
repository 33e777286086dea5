// Keys of state in general: which backend, the changelog beside it, and tracking of access times and sizes.
// Pure data; any thread.

import { booleanOption, durationOption, intOption, memorySizeOption, stringOption } from '#core/config/config-option';

export const stateBackendOptions = {
  type: stringOption('state.backend.type', 'hashmap',
    'Where keyed state lives: `hashmap` in managed memory, `rocksdb` on disk, `forst`, or the name of a factory.', { deprecatedKeys: ['state.backend'] }),
  isKeyedLatencyTracked: booleanOption('state.latency-track.keyed-state-enabled', 'false', 'Whether the time of keyed state accesses is measured.', { deprecatedKeys: ['state.backend.latency-track.keyed-state-enabled'] }),
  latencySampleInterval: intOption('state.latency-track.sample-interval', '100', 'One access out of this many is measured.', { deprecatedKeys: ['state.backend.latency-track.sample-interval'] }),
  latencyHistorySize: intOption('state.latency-track.history-size', '128', 'Measured times that are kept per kind of access.', { deprecatedKeys: ['state.backend.latency-track.history-size'] }),
  latencyStateNameAsVariable: booleanOption('state.latency-track.state-name-as-variable', 'true', 'Whether the name of the state is part of the metric.', { deprecatedKeys: ['state.backend.latency-track.state-name-as-variable'] }),
  isKeyedSizeTracked: booleanOption('state.size-track.keyed-state-enabled', 'false', 'Whether the sizes of keys and values are measured.'),
  sizeSampleInterval: intOption('state.size-track.sample-interval', '100', 'One access out of this many is measured.'),
  sizeHistorySize: intOption('state.size-track.history-size', '128', 'Measured sizes that are kept per kind of access.'),
  sizeStateNameAsVariable: booleanOption('state.size-track.state-name-as-variable', 'true', 'Whether the name of the state is part of the metric.'),
} as const;

export const changelogOptions = {
  isEnabled: booleanOption('state.changelog.enabled', 'false', 'Whether changes of state are also written to a log, so that a checkpoint needs only its tail.', { deprecatedKeys: ['state.backend.changelog.enabled'] }),
  maxFailuresAllowed: intOption('state.changelog.max-failures-allowed', '3', 'Times in a row that writing out the full state may fail.', { deprecatedKeys: ['state.backend.changelog.max-failures-allowed'] }),
  isPeriodicMaterializeEnabled: booleanOption('state.changelog.periodic-materialize.enabled', 'true', 'Whether the full state is written out from time to time and the log cut.'),
  periodicMaterializeInterval: durationOption('state.changelog.periodic-materialize.interval', '10 min', 'Time between two such writes.', { deprecatedKeys: ['state.backend.changelog.periodic-materialize.interval'] }),
  storage: stringOption('state.changelog.storage', 'memory', 'Where the log lies: `memory` or `filesystem`.', { deprecatedKeys: ['state.backend.changelog.storage'] }),
  dfsBasePath: stringOption('state.changelog.dstl.dfs.base-path', undefined, 'Folder of the log.'),
  dfsPersistDelay: durationOption('state.changelog.dstl.dfs.batch.persist-delay', '10 ms', 'How long a write waits for others to join it.'),
  dfsPersistSizeThreshold: memorySizeOption('state.changelog.dstl.dfs.batch.persist-size-threshold', '10 mb', 'Size at which joined writes go out at once.'),
  isDfsCompressionEnabled: booleanOption('state.changelog.dstl.dfs.compression.enabled', 'false', 'Whether the log is compressed.'),
  dfsDiscardThreads: intOption('state.changelog.dstl.dfs.discard.num-threads', '1', 'Helpers that delete what is no longer needed.'),
  dfsLocalCacheIdleTimeout: durationOption('state.changelog.dstl.dfs.download.local-cache.idle-timeout-ms', '10 min', 'How long a downloaded piece stays in the local cache unused.'),
  dfsPreemptivePersistThreshold: memorySizeOption('state.changelog.dstl.dfs.preemptive-persist-threshold', '5 mb', 'Size at which an operator writes its changes without waiting for a checkpoint.'),
  dfsUploadBufferSize: memorySizeOption('state.changelog.dstl.dfs.upload.buffer-size', '1 mb', 'Buffer of one upload.'),
  dfsUploadMaxAttempts: intOption('state.changelog.dstl.dfs.upload.max-attempts', '3', 'Tries of one upload, the first included.'),
  dfsUploadMaxInFlight: memorySizeOption('state.changelog.dstl.dfs.upload.max-in-flight', '100 mb', 'Changes that may wait for upload before operators wait too.'),
  dfsUploadNextAttemptDelay: durationOption('state.changelog.dstl.dfs.upload.next-attempt-delay', '500 ms', 'Pause before an upload is tried again.'),
  dfsUploadThreads: intOption('state.changelog.dstl.dfs.upload.num-threads', '5', 'Helpers that upload.'),
  dfsUploadRetryPolicy: stringOption('state.changelog.dstl.dfs.upload.retry-policy', 'fixed', 'How failed uploads are retried: `fixed` or `none`.'),
  dfsUploadTimeout: durationOption('state.changelog.dstl.dfs.upload.timeout', '1 s', 'Time after which an upload counts as failed and is tried again.'),
} as const;
