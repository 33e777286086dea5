// The environment of a SQL session: a new one for every statement, so that a job has the same numbers for its operators whatever ran
// before it in the session. Used by the session and by the workers of its jobs alike.
import type { Configuration } from '#core/config/configuration';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { JobClient } from '#datastream/environment/job-client';
import type { TransformationList } from '#graph/transformation/transformation-list';
import type { ProgramEnvironment } from '#table/api/program-environment';

export class StatementEnvironment implements ProgramEnvironment {
  #environment = StreamExecutionEnvironment.getExecutionEnvironment();

  /** Before a statement. */
  renew(): void {
    this.#environment = StreamExecutionEnvironment.getExecutionEnvironment();
  }

  get transformations(): TransformationList {
    return this.#environment.transformations;
  }

  get firstOfJob(): number {
    return this.#environment.firstOfJob;
  }

  get explicitParallelism(): number | undefined {
    return this.#environment.explicitParallelism;
  }

  getParallelism(): number {
    return this.#environment.getParallelism();
  }

  getConfig(): Configuration {
    return this.#environment.getConfig();
  }

  executeAsync(jobName?: string, settings?: Parameters<StreamExecutionEnvironment['executeAsync']>[1]): Promise<JobClient> {
    return this.#environment.executeAsync(jobName, settings);
  }
}
