// All commands by name, each with a loader of its own module.
import type { CommandContext } from '#cli/command-context';

export type Command = (context: CommandContext) => Promise<number>;

interface CommandEntry {
  readonly description: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: { description: 'runs a program on this host', load: async () => (await import('#cli/commands/run')).runRun },
  nexmark: { description: 'runs the queries of the Nexmark benchmark', load: async () => (await import('#cli/commands/nexmark')).runNexmark },
  'explain-memory': { description: 'shows every memory pool and what a setting would change', load: async () => (await import('#cli/commands/memory')).runMemory },
  completion: { description: 'prints a completion script for bash, zsh or fish', load: async () => (await import('#cli/commands/completion')).runCompletion },
};

export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

export async function loadCommand(name: string): Promise<Command | undefined> {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.load() : undefined;
}

export function commandHelp(): string {
  const width = Math.max(...COMMAND_NAMES.map((name) => name.length)) + 2;
  const rows = Object.entries(COMMANDS).map(([name, { description }]) => `  ${name.padEnd(width)}${description}\n`);
  return `millrace COMMAND [options]\nStateful stream processing on one host, with Flink's concepts and guarantees.\n\n${rows.join('')}\nmillrace COMMAND --help shows the options of a command; millrace --version the version.\n`;
}
