// The engine process: finds the command and runs it. Commands are loaded one at a time, so that each starts fast.
// Invariant: stdout carries results only; an error is one line `[CODE] …` on stderr; exit code 0, 1 or 2.
import { CliError } from '#cli/errors';
import { COMMAND_NAMES } from '#cli/command-names';
import { commandHelp, loadCommand } from '#cli/command-table';
import { errorPlace } from '#client/submission/error-place';
import { ClusterError } from '#cluster/errors';
import { createNodePlatform, type Platform } from '#client/platform';
import { EngineError } from '#core/errors/engine-error';
import { nearestName } from '#core/config/edit-distance';

const VERSION = '0.1.0';

async function main(platform: Platform): Promise<number> {
  const [name, ...words] = platform.process.argv;
  if (name === undefined) {
    platform.process.writeStderr(commandHelp());
    throw new CliError('USAGE_ARGUMENT_MISSING', 'millrace needs a command: see above');
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    platform.process.writeStdout(commandHelp());
    return 0;
  }
  if (name === '--version' || name === '-V') {
    platform.process.writeStdout(`millrace ${VERSION}\n`);
    return 0;
  }
  const command = await loadCommand(name);
  if (command === undefined) {
    const near = nearestName(name, COMMAND_NAMES);
    throw new CliError('USAGE_COMMAND_UNKNOWN', `millrace has no command '${name}': ${near === undefined ? '' : `did you mean ${near}? `}see millrace --help`);
  }
  return command({ platform, words });
}

/** One line, and with --verbose the stacks of the error and its causes. */
function report(platform: Platform, thrown: unknown): number {
  const isEngine = thrown instanceof EngineError;
  const line = isEngine ? `${thrown.line}${thrown.code === 'USER_FUNCTION_FAILED' ? errorPlace(thrown) : ''}` : `[ENGINE_BUG] ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)}: please report it with the stack that --verbose shows`;
  platform.process.writeStderr(`${line}\n`);
  const words = platform.process.argv;
  if (words.includes('--verbose') || words.includes('-v')) {
    for (let cause: unknown = thrown; cause instanceof Error; cause = cause.cause) platform.process.writeStderr(`${cause.stack ?? String(cause)}\n`);
  }
  return isEngine ? thrown.exitCode : 1;
}

const platform = createNodePlatform();
platform.process.onUncaught((thrown) => platform.process.exit(report(platform, thrown)));
// Whoever starts the job again, from its newest checkpoint, must not find it running.
platform.process.onParentGone(() => platform.process.exit(report(platform, new ClusterError('ENGINE_PARENT_GONE', 'the millrace command of this engine has gone: the engine ends with it, start its jobs again from their newest checkpoints'))));
let exitCode: number;
try {
  exitCode = await main(platform);
} catch (thrown) {
  exitCode = report(platform, thrown);
}
platform.process.exit(exitCode);
