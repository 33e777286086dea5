// In a worker: runs the program again to get at its functions, checks that it built the graph that was submitted, and lets
// the program stand still from there on. The k-th execute() of a program gives what the k-th job gave in the client.
import { JobProgramExecutor } from '#client/submission/replay-executor';
import { ProgramGlobals } from '#client/submission/program-globals';
import { runProgramModule } from '#client/submission/run-program';
import { ClientError } from '#client/errors';
import type { ProgramReference } from '#cluster/messages/program-reference';
import type { SlotDeployment } from '#cluster/messages/slot-messages';
import { assert } from '#core/assert';
import { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { buildJobGraph } from '#graph/job-graph/build-job-graph';
import { checkSameGraph } from '#graph/job-graph/graph-hash';
import { withParallelisms } from '#graph/job-graph/with-parallelisms';
import type { Clock } from '#platform/clock/clock';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';

/** How long after its module has been loaded a program may take to call execute(): a main function whose promise it drops. */
export const LATE_EXECUTE_MS = 200;

/** Throws PROGRAM_NOT_DETERMINISTIC, PROGRAM_GRAPH_NOT_REACHED, or what the program throws. */
export async function loadProgramInWorker(program: ProgramReference, deployment: SlotDeployment, clock: Clock): Promise<StreamGraph> {
  assert(program.kind !== 'inline', 'functions of an inline job never leave their thread');
  const globals = program.kind === 'script' ? new ProgramGlobals(program.recording, { isMuted: true }) : undefined;
  const args = program.kind === 'script' ? program.recording.argv.slice(1) : program.args;
  let results = 0;
  const executor = new JobProgramExecutor(program, Configuration.fromMap(deployment.configuration), {
    onResult: () => {
      globals?.restore();
      globals?.install(++results);
    },
  });
  globals?.install(0);
  try {
    const ran = withJobExecutor(executor, () => runProgramModule(urlOf(program, deployment), args, { executionCount: () => executor.executionCount }));
    const endedEarly = ran.then(() => clock.sleep(LATE_EXECUTE_MS)).then(() => {
      throw new ClientError('PROGRAM_GRAPH_NOT_REACHED', `the program, run again in a worker, started ${executor.executionCount} jobs and not ${program.executionIndex + 1}: let it start the same jobs whatever the time, randomness or environment`);
    });
    const streamGraph = await Promise.race([executor.streamGraph, endedEarly]);
    checkSameGraph(deployment.jobGraph, withParallelisms(buildJobGraph(streamGraph), deployment.rescaled));
    return streamGraph;
  } finally {
    globals?.restore();
  }
}

/** A script runs only when its module is imported for the first time: in a slot where it has run, a later attempt asks for another one. */
function urlOf(program: Exclude<ProgramReference, { readonly kind: 'inline' }>, { attemptNumber }: SlotDeployment): string {
  return program.kind === 'script' && attemptNumber > 0 ? `${program.url}?attempt=${attemptNumber}` : program.url;
}
