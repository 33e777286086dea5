// Keys of the REST interface and the dashboard.
// Pure data; any thread.

import { booleanOption, durationOption, intOption, stringOption } from '#core/config/config-option';

export const restOptions = {
  port: intOption('rest.port', '8081', 'Port that clients connect to.', { deprecatedKeys: ['jobmanager.web.port'] }),
  bindPort: stringOption('rest.bind-port', '8081', 'Port, list or range of ports that the server tries to take.', { fallbackKeys: ['rest.port'], deprecatedKeys: ['web.port'] }),
  address: stringOption('rest.address', undefined, 'Host name that clients connect to.', { fallbackKeys: ['jobmanager.rpc.address'] }),
  bindAddress: stringOption('rest.bind-address', undefined, 'Address the server listens at.'),
  asyncStoreDuration: durationOption('rest.async.store-duration', '5 min', 'How long the outcome of an asynchronous operation can be asked for.'),
  isFlamegraphEnabled: booleanOption('rest.flamegraph.enabled', 'false', 'Whether the dashboard may ask for flame graphs.'),
  isProfilingEnabled: booleanOption('rest.profiling.enabled', 'false', 'Whether the dashboard may start the profiler.'),
  isCancelEnabled: booleanOption('web.cancel.enable', 'true', 'Whether jobs can be cancelled from the dashboard.'),
  isSubmitEnabled: booleanOption('web.submit.enable', 'true', 'Whether programs can be uploaded and run from the dashboard.'),
  isRescaleEnabled: booleanOption('web.rescale.enable', 'true', 'Whether the parallelism of a job can be changed from the dashboard.'),
  checkpointsHistory: intOption('web.checkpoints.history', '10', 'Recent checkpoints that are shown.'),
  exceptionHistorySize: intOption('web.exception-history-size', '16', 'Recent failures of a job that are shown.'),
  rescaleHistorySize: intOption('web.adaptive-scheduler.rescale-history.size', '0', 'Recent changes of parallelism that are shown; 0 keeps none.'),
  refreshInterval: durationOption('web.refresh-interval', '3 s', 'How often the dashboard asks anew.'),
  timeout: durationOption('web.timeout', '10 min', 'How long the dashboard waits for an answer.'),
} as const;
