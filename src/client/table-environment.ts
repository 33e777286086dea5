// Table environments for programs: over an environment of the DataStream API, with this process's clock and randomness.
import { createNodePlatform } from '#client/platform';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { TableEnvironment } from '#table/api/table-environment';

/** Jobs of the table environment are jobs of `environment`; left out, of the one that fits where the program runs. */
export function createTableEnvironment(environment: StreamExecutionEnvironment = StreamExecutionEnvironment.getExecutionEnvironment()): TableEnvironment {
  const { clock, random } = createNodePlatform();
  return new TableEnvironment({ environment, clock, random });
}
