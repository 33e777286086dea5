// All commands by name, each with a loader of its own module.
import { COMMAND_DESCRIPTIONS, COMMAND_NAMES, type CommandName } from '#cli/command-names';
import type { CommandContext } from '#cli/command-context';

export type Command = (context: CommandContext) => Promise<number>;

const LOADERS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  run: async () => (await import('#cli/commands/run')).runRun,
  nexmark: async () => (await import('#cli/commands/nexmark')).runNexmark,
  sql: async () => (await import('#cli/commands/sql')).runSql,
  'explain-memory': async () => (await import('#cli/commands/memory')).runMemory,
  list: async () => (await import('#cli/commands/list')).runList,
  cancel: async () => (await import('#cli/commands/cancel')).runCancel,
  stop: async () => (await import('#cli/commands/stop')).runStop,
  savepoint: async () => (await import('#cli/commands/savepoint')).runSavepoint,
  checkpoint: async () => (await import('#cli/commands/checkpoint')).runCheckpoint,
  state: async () => (await import('#cli/commands/state')).runState,
  rescale: async () => (await import('#cli/commands/rescale')).runRescale,
  completion: async () => (await import('#cli/commands/completion')).runCompletion,
};

export async function loadCommand(name: string): Promise<Command | undefined> {
  return Object.hasOwn(LOADERS, name) ? LOADERS[name as CommandName]() : undefined;
}

export function commandHelp(): string {
  const width = Math.max(...COMMAND_NAMES.map((name) => name.length)) + 2;
  const rows = COMMAND_NAMES.map((name) => `  ${name.padEnd(width)}${COMMAND_DESCRIPTIONS[name]}\n`);
  return `millrace COMMAND [options]\nStateful stream processing on one host, with Flink's concepts and guarantees.\n\n${rows.join('')}\nmillrace COMMAND --help shows the options of a command; millrace --version the version.\n`;
}
