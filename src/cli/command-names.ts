// The commands by name, with the line that --help prints of each. Their modules are loaded by command-table.ts.
export const COMMAND_DESCRIPTIONS = {
  run: 'runs a program on this host',
  nexmark: 'runs the queries of the Nexmark benchmark',
  'explain-memory': 'shows every memory pool and what a setting would change',
  completion: 'prints a completion script for bash, zsh or fish',
} as const;

export type CommandName = keyof typeof COMMAND_DESCRIPTIONS;

export const COMMAND_NAMES = Object.keys(COMMAND_DESCRIPTIONS) as readonly CommandName[];
