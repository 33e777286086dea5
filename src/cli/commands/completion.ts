// `millrace completion bash|zsh|fish`: a script made from the tables that also parse the options.
import { parseArguments, formatHelp, type CommandSpec } from '#cli/arguments';
import type { CommandContext } from '#cli/command-context';
import { COMMAND_NAMES } from '#cli/command-names';
import { CANCEL_COMMAND } from '#cli/commands/cancel';
import { CHECKPOINT_COMMAND } from '#cli/commands/checkpoint';
import { LIST_COMMAND } from '#cli/commands/list';
import { RESCALE_COMMAND } from '#cli/commands/rescale';
import { SAVEPOINT_COMMAND } from '#cli/commands/savepoint';
import { STATE_COMMAND } from '#cli/commands/state-command';
import { STOP_COMMAND } from '#cli/commands/stop';
import { NEXMARK_COMMAND } from '#cli/commands/nexmark-command';
import { RUN_COMMAND } from '#cli/commands/run';
import { CliError } from '#cli/errors';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const COMPLETION_COMMAND: CommandSpec = {
  name: 'completion',
  usage: 'bash|zsh|fish',
  description: 'Prints a completion script: source <(millrace completion bash)',
  options: [{ name: 'help', short: 'h', description: 'this text' }],
};

export async function runCompletion({ platform, words }: CommandContext): Promise<number> {
  const parsed = parseArguments(COMPLETION_COMMAND, words);
  if (parsed.values.has('help')) {
    platform.process.writeStdout(formatHelp(COMPLETION_COMMAND));
    return 0;
  }
  const [shell, surplus] = parsed.positional;
  if (shell === undefined) throw new CliError('USAGE_ARGUMENT_MISSING', 'millrace completion needs a shell: bash, zsh or fish');
  if (surplus !== undefined) throw new CliError('USAGE_ARGUMENT_SURPLUS', `millrace completion takes one shell, got '${surplus}' too`);
  platform.process.writeStdout(completionScript(shell));
  return 0;
}

/** Throws USAGE_VALUE_INVALID for another shell. */
export function completionScript(shell: string): string {
  const specs = [RUN_COMMAND, NEXMARK_COMMAND, LIST_COMMAND, CANCEL_COMMAND, STOP_COMMAND, SAVEPOINT_COMMAND, CHECKPOINT_COMMAND, RESCALE_COMMAND, STATE_COMMAND, COMPLETION_COMMAND];
  const optionsOf = (spec: CommandSpec): string => spec.options.map((option) => `--${option.name}`).join(' ');
  const cases = specs.map((spec) => `    ${spec.name}) words="${optionsOf(spec)}${spec.name === 'completion' ? ` ${SHELLS.join(' ')}` : ''}" ;;\n`).join('');
  switch (shell) {
    case 'bash':
      return `_millrace() {\n  local current="\${COMP_WORDS[COMP_CWORD]}" words=""\n  if [ "$COMP_CWORD" -eq 1 ]; then words="${COMMAND_NAMES.join(' ')} --help --version"; else case "\${COMP_WORDS[1]}" in\n${cases}  esac; fi\n  COMPREPLY=( $(compgen -W "$words" -- "$current") )\n  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=( $(compgen -f -- "$current") )\n}\ncomplete -F _millrace millrace\n`;
    case 'zsh':
      return `#compdef millrace\n_millrace() {\n  local words_of=""\n  if (( CURRENT == 2 )); then words_of="${COMMAND_NAMES.join(' ')} --help --version"; else case "$words[2]" in\n${cases.replaceAll('words=', 'words_of=')}  esac; fi\n  compadd -- \${=words_of}\n  _files\n}\ncompdef _millrace millrace\n`;
    case 'fish':
      return [
        `complete -c millrace -n __fish_use_subcommand -f -a "${COMMAND_NAMES.join(' ')}"`,
        ...specs.flatMap((spec) => spec.options.map((option) => `complete -c millrace -n "__fish_seen_subcommand_from ${spec.name}" -l ${option.name}${option.short === undefined ? '' : ` -s ${option.short}`}${option.value === undefined ? '' : ' -r'} -d "${option.description}"`)),
        '',
      ].join('\n');
    default:
      throw new CliError('USAGE_VALUE_INVALID', `millrace completion knows no shell '${shell}': give ${SHELLS.join(', ')}`);
  }
}
