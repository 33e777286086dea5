// Table environments for programs: over an environment of the DataStream API, with this process's clock and randomness.
import { resolve } from 'node:path';
import { bundleProgram } from '#client/submission/program-bundle';
import { cacheDirectory } from '#client/submission/cache-directory';
import { createNodePlatform } from '#client/platform';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { TableEnvironment } from '#table/api/table-environment';

/** Jobs of the table environment are jobs of `environment`; left out, of the one that fits where the program runs. */
export function createTableEnvironment(environment: StreamExecutionEnvironment = StreamExecutionEnvironment.getExecutionEnvironment()): TableEnvironment {
  const { clock, random, files, process } = createNodePlatform();
  // A module of functions is bundled as a program is: client and workers load the same file.
  const loadModule = async (path: string): Promise<Readonly<Record<string, unknown>>> => import((await bundleProgram(files, resolve(process.cwd(), path), cacheDirectory(process))).href) as Promise<Record<string, unknown>>;
  return new TableEnvironment({ environment, clock, random, loadModule });
}
