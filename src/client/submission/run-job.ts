// `runJob(url, args)`: starts a job module from an application or a test, on worker threads, and waits for its end.
import { LocalExecutor } from '#client/cluster-client/local-executor';
import { ClientError } from '#client/errors';
import { createNodePlatform, type Platform } from '#client/platform';
import { bundleProgram } from '#client/submission/program-bundle';
import { cacheDirectory } from '#client/submission/cache-directory';
import { runJobProgram, type JobProgram } from '#client/submission/run-program';
import { Configuration } from '#core/config/configuration';
import type { JobExecutionResult } from '#datastream/environment/job-client';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface RunJobOptions {
  /** Settings of the cluster and of the job. */
  readonly configuration?: Configuration | Readonly<Record<string, unknown>>;
  readonly platform?: Platform;
}

/**
 * @param url of the module whose default export is `(env, args) => …`; a path works too. TypeScript is bundled first.
 * Resolves with the result of the last job the module has started, when all have ended; rejects with the cause when one fails.
 * Throws PROGRAM_FORM_UNKNOWN, PROGRAM_NOT_EXECUTED, PROGRAM_NOT_FOUND, PROGRAM_NOT_BUNDLED.
 */
export async function runJob(url: URL | string, args: readonly string[] = [], options: RunJobOptions = {}): Promise<JobExecutionResult> {
  const platform = options.platform ?? createNodePlatform();
  const configuration = options.configuration instanceof Configuration ? options.configuration : Configuration.fromMap(options.configuration ?? {});
  const moduleUrl = await builtModule(platform, url);
  const namespace = (await import(moduleUrl)) as { readonly default?: unknown };
  const program = namespace.default;
  if (typeof program !== 'function') {
    throw new ClientError('PROGRAM_FORM_UNKNOWN', `${String(url)} has no default export that is a function: export default (env, args) => …`);
  }
  const executor = new LocalExecutor({
    platform, configuration,
    program: (executionIndex, earlier) => ({ kind: 'module', url: moduleUrl, args, executionIndex, earlier }),
  });
  try {
    await withJobExecutor(executor, () => runJobProgram(program as JobProgram, args, { executionCount: () => executor.jobs.length }));
    const last = executor.jobs.at(-1);
    if (last === undefined) throw new ClientError('PROGRAM_NOT_EXECUTED', `the program ${String(url)} ended without starting a job: add a sink, or call env.execute()`);
    for (const job of executor.jobs) await job.getJobExecutionResult();
    return await last.getJobExecutionResult();
  } finally {
    await executor.close();
  }
}

async function builtModule(platform: Platform, url: URL | string): Promise<string> {
  const href = url instanceof URL || url.startsWith('file:') ? String(url) : pathToFileURL(url).href;
  if (!/\.[cm]?ts$/.test(href)) return href;
  return (await bundleProgram(platform.files, fileURLToPath(href), cacheDirectory(platform.process))).href;
}
