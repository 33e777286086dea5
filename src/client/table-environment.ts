// Table environments for programs: over an environment of the DataStream API, with this process's clock and randomness.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StreamTableEnvironment } from '#client/stream-table-environment';
import { createTableSnapshots } from '#client/savepoint/table-snapshots';
import { bundleProgram } from '#client/submission/program-bundle';
import { cacheDirectory } from '#client/submission/cache-directory';
import { createNodePlatform } from '#client/platform';
import { isProgramReplayed } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { ProgramEnvironment } from '#table/api/program-environment';
import type { CatalogFiles } from '#table/catalog/file-catalog';
import type { PlanFiles } from '#table/api/plan-files';
import type { SessionJobs } from '#table/api/session-jobs';
import { TableEnvironment, type TableEnvironmentOptions } from '#table/api/table-environment';

/** Jobs of the table environment are jobs of `environment`; left out, of the one that fits where the program runs. */
export function createTableEnvironment(environment: StreamExecutionEnvironment = StreamExecutionEnvironment.getExecutionEnvironment()): StreamTableEnvironment {
  return new StreamTableEnvironment({ environment, ...hostOptions() });
}

/** For statements alone: SQL sessions, whose environment is another one for each of them. */
export function createStatementTables(environment: ProgramEnvironment, options: { readonly jobs?: SessionJobs } = {}): TableEnvironment {
  return new TableEnvironment({ environment, ...hostOptions(), ...options });
}

function hostOptions(): Omit<TableEnvironmentOptions, 'environment'> {
  const platform = createNodePlatform();
  const { clock, random, files, process } = platform;
  // A module of functions is bundled as a program is: client and workers load the same file.
  const loadModule = async (path: string): Promise<Readonly<Record<string, unknown>>> => import((await bundleProgram(files, resolve(process.cwd(), path), cacheDirectory(process))).href) as Promise<Record<string, unknown>>;
  const pathOf = (path: string): string => resolve(process.cwd(), path.startsWith('file:') ? fileURLToPath(path) : path);
  const planFiles: PlanFiles = {
    read: async (path) => ((await files.exists(pathOf(path))) ? Buffer.from(await files.read(pathOf(path))).toString('utf8') : undefined),
    write: async (path, text) => {
      await files.mkdirs(dirname(pathOf(path)));
      await files.atomicWrite(pathOf(path), Buffer.from(text));
    },
  };
  const catalogFiles: CatalogFiles = {
    readSync: (path) => (files.existsSync(pathOf(path)) ? Buffer.from(files.readSync(pathOf(path))).toString('utf8') : undefined),
    writeSync: (path, text) => {
      files.mkdirsSync(dirname(pathOf(path)));
      files.atomicWriteSync(pathOf(path), Buffer.from(text));
    },
  };
  return { clock, random, loadModule, planFiles, catalogFiles, snapshots: createTableSnapshots(platform), isReplayed: isProgramReplayed() };
}
