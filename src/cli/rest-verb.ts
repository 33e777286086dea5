// What the verbs that talk to a running engine have in common: where it is, and how a wrong use ends. They follow
// Flink's command line: exit code 1 also for wrong use.
import { formatHelp, parseArguments, valueOf, type CommandSpec, type OptionSpec, type ParsedArguments } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { readConfiguration } from '#cli/configuration-input';
import { CliError, type CliErrorCode } from '#cli/errors';
import { restOptions } from '#core/config/options/rest-options';
import { RestClient } from '#rest/client/rest-client';

export const VERB_OPTIONS: readonly OptionSpec[] = [
  { name: 'jobmanager', short: 'm', value: 'HOST:PORT', description: 'where the engine listens, default localhost:8081' },
  { name: 'define', short: 'D', value: 'key=value', isRepeatable: true, description: 'a setting over config.yaml, such as rest.port' },
  { name: 'help', short: 'h', description: 'this text' },
];

export interface VerbUse {
  readonly parsed: ParsedArguments;
  readonly client: RestClient;
}

/** Runs a verb; `action` gives what goes to stdout. */
export async function runVerb(spec: CommandSpec, { platform, words }: CommandContext, action: (use: VerbUse) => Promise<string>): Promise<number> {
  try {
    const parsed = parseArguments(spec, words);
    if (parsed.values.has('help')) {
      platform.process.writeStdout(formatHelp(spec));
      return 0;
    }
    const configuration = await readConfiguration(platform, parsed);
    const { host, port } = parseAddress(valueOf(parsed, 'jobmanager') ?? `${configuration.get(restOptions.address) ?? 'localhost'}:${configuration.get(restOptions.port)}`);
    // The name has several addresses, and the endpoint listens at one.
    const client = new RestClient({ host: host === 'localhost' ? '127.0.0.1' : host, port, clock: platform.clock });
    platform.process.writeStdout(await action({ parsed, client }));
    return 0;
  } catch (thrown) {
    if (thrown instanceof CliError) throw new CliError(thrown.code, thrown.message, { exitCode: 1, cause: thrown });
    throw thrown;
  }
}

/** The one argument of a verb. Throws USAGE_ARGUMENT_MISSING, USAGE_ARGUMENT_SURPLUS. */
export function onlyArgument({ positional }: ParsedArguments, spec: CommandSpec, what: string): string {
  const [argument, surplus] = positional;
  if (argument === undefined) throw usage('USAGE_ARGUMENT_MISSING', `millrace ${spec.name} needs ${what}: millrace ${spec.name} ${spec.usage}`);
  if (surplus !== undefined) throw usage('USAGE_ARGUMENT_SURPLUS', `millrace ${spec.name} takes ${what} only, got '${surplus}' too`);
  return argument;
}

export function usage(code: CliErrorCode, message: string): CliError {
  return new CliError(code, message);
}

function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(?:https?:\/\/)?(\[[0-9a-fA-F:.]+\]|[^:/[\]]+):(\d{1,5})\/?$/.exec(text) ?? [];
  if (host === undefined || port === undefined || Number(port) > 65_535) throw usage('USAGE_VALUE_INVALID', `--jobmanager was given '${text}': give HOST:PORT, such as localhost:8081`);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
