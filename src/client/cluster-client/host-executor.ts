// What `import 'millrace'` gives a host process to run jobs on, made when the first job needs it.
import { LocalExecutor } from '#client/cluster-client/local-executor';
import { createNodePlatform } from '#client/platform';
import { Configuration } from '#core/config/configuration';
import { setJobExecutor } from '#datastream/environment/job-executor';

let executor: LocalExecutor | undefined;

/** Makes the environments of this process run their jobs here. Costs nothing until a job is started. */
export function installHostExecutor(): void {
  setJobExecutor({
    execute: (streamGraph, submission) => {
      executor ??= new LocalExecutor({ platform: createNodePlatform(), configuration: Configuration.EMPTY });
      return executor.execute(streamGraph, submission);
    },
  });
}
