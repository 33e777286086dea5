// The graph of the first job that a program would start, without starting it: the program runs up to its execute().
import { ClientError } from '#client/errors';
import type { Platform } from '#client/platform';
import { cacheDirectory } from '#client/submission/cache-directory';
import { bundleProgram } from '#client/submission/program-bundle';
import { ProgramGlobals } from '#client/submission/program-globals';
import { LATE_EXECUTE_MS } from '#client/submission/program-loader';
import { programFailure } from '#client/submission/program-run';
import { JobProgramExecutor } from '#client/submission/replay-executor';
import { runProgramModule } from '#client/submission/run-program';
import type { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';

/** @param path absolute. Rejects with PROGRAM_FAILED, PROGRAM_NOT_EXECUTED, PROGRAM_NOT_BUNDLED. */
export async function graphOfProgram(platform: Platform, path: string, args: readonly string[], configuration: Configuration): Promise<StreamGraph> {
  const { files, process, clock, random } = platform;
  const url = await bundleProgram(files, path, cacheDirectory(process));
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const recording = { argv: [path, ...args], env, cwd: process.cwd(), seed: random.nextInt(2 ** 31), times: [Math.trunc(clock.now())] };
  const globals = new ProgramGlobals(recording, { isMuted: true });
  const executor = new JobProgramExecutor({ kind: 'script', url: url.href, recording, executionIndex: 0, earlier: [] }, configuration, { onResult: () => undefined });
  globals.install(0);
  try {
    const ran = withJobExecutor(executor, () => runProgramModule(url.href, args, { executionCount: () => executor.executionCount }));
    const ended = ran.then(() => clock.sleep(LATE_EXECUTE_MS)).then((): never => {
      throw new ClientError('PROGRAM_NOT_EXECUTED', `the program ${path} ended without starting a job: call env.execute(), or export a job function as default`);
    });
    return await Promise.race([executor.streamGraph, ended]);
  } catch (thrown) {
    throw programFailure(thrown);
  } finally {
    globals.close();
  }
}
