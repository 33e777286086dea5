// What the nexmark command tells its job, in the client and in every worker. Plain data, sent as one JSON argument.

export interface NexmarkSettings {
  readonly query: string;
  readonly api: 'sql' | 'datastream';
  /** q13's side table, a CSV file of key and value. */
  readonly sideInput: string | undefined;
  /** Generated events; undefined when `input` is given. */
  readonly events: number | undefined;
  /** push-down: only the columns that the query reads are generated. recorded: read from NEXMARK_RECORDING. */
  readonly source: 'full' | 'push-down' | 'recorded';
  /** File of recorded events. */
  readonly input: string | undefined;
  /** Generated events per second of event time. */
  readonly eventRate: number;
  /** print: canonical rows on stdout. collect: rows go to the command. */
  readonly output: 'print' | 'blackhole' | 'collect';
}

/** Uid of the sink that collects, by which the command asks for its rows. */
export const NEXMARK_COLLECT_UID = 'nexmark-rows';

/** Name of the events that the command has recorded in shared memory. */
export const NEXMARK_RECORDING = 'nexmark-events';
