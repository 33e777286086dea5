// The commands by name, with the line that --help prints of each. Their modules are loaded by command-table.ts.
export const COMMAND_DESCRIPTIONS = {
  run: 'runs a program on this host',
  sql: 'runs SQL statements of a file or of the command line',
  nexmark: 'runs the queries of the Nexmark benchmark',
  'explain-memory': 'shows every memory pool and what a setting would change',
  list: 'shows the jobs of a running engine',
  cancel: 'ends a job of a running engine',
  stop: 'ends a job with a savepoint to start it again from',
  savepoint: 'takes a savepoint of a running job, disposes of one, or checks one against a program',
  checkpoint: 'takes a checkpoint of a running job',
  state: 'shows the state in checkpoints and savepoints as rows',
  rescale: 'gives a running job another parallelism',
  completion: 'prints a completion script for bash, zsh or fish',
} as const;

export type CommandName = keyof typeof COMMAND_DESCRIPTIONS;

export const COMMAND_NAMES = Object.keys(COMMAND_DESCRIPTIONS) as readonly CommandName[];
