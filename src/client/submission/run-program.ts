// Runs a program's module, in the client and again in each worker, in the same way: import it, and when its default export
// is a function, call that with an environment and the arguments; a function that leaves execute() out is executed.
// Thread: main, or a slot's before its tasks run.
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';

/** A job module's default export. */
export type JobProgram = (env: StreamExecutionEnvironment, args: readonly string[]) => unknown;

export interface ProgramRun {
  /** Jobs the program has started so far. */
  readonly executionCount: () => number;
}

/** True when the module was a job module, false when it was a script. */
export async function runProgramModule(url: string, args: readonly string[], run: ProgramRun): Promise<boolean> {
  const namespace = (await import(url)) as { readonly default?: unknown };
  const program = namespace.default;
  if (typeof program !== 'function' || run.executionCount() > 0) return false;
  await runJobProgram(program as JobProgram, args, run);
  return true;
}

export async function runJobProgram(program: JobProgram, args: readonly string[], run: ProgramRun): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  await program(env, args);
  if (run.executionCount() === 0 && env.transformations.all.length > 0) await env.execute();
}
