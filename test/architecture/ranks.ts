// The one table of layers (docs/architecture.md section 1): which top folder of src may import which. The rules of
// dependency-cruiser, of oxlint and the tests of this folder are made from it.

/** program and cluster folders never import each other, whatever their ranks; foundation folders are open to both. */
export type Tower = 'foundation' | 'program' | 'cluster' | 'meeting';

export interface Layer {
  readonly folder: string;
  /** A folder imports lower ranks only; equals never import each other. */
  readonly rank: number;
  readonly tower: Tower;
}

export const LAYERS: readonly Layer[] = [
  { folder: 'core', rank: 0, tower: 'foundation' },
  { folder: 'platform', rank: 1, tower: 'foundation' },
  { folder: 'metrics', rank: 2, tower: 'foundation' },
  { folder: 'state', rank: 3, tower: 'foundation' },
  { folder: 'shuffle', rank: 3, tower: 'foundation' },
  { folder: 'formats', rank: 3, tower: 'foundation' },
  { folder: 'streaming', rank: 4, tower: 'foundation' },
  { folder: 'graph', rank: 5, tower: 'foundation' },
  { folder: 'cluster', rank: 6, tower: 'cluster' },
  { folder: 'connectors', rank: 6, tower: 'program' },
  { folder: 'jobmanager', rank: 7, tower: 'cluster' },
  { folder: 'taskmanager', rank: 7, tower: 'cluster' },
  { folder: 'datastream', rank: 7, tower: 'program' },
  { folder: 'table', rank: 7, tower: 'program' },
  { folder: 'client', rank: 8, tower: 'meeting' },
  { folder: 'rest', rank: 9, tower: 'meeting' },
  { folder: 'web', rank: 9, tower: 'meeting' },
  { folder: 'testing', rank: 9, tower: 'meeting' },
  { folder: 'cli', rank: 10, tower: 'meeting' },
];

/** Files directly in src: they only re-export, stand outside the ranks, and nothing in src imports them. */
export const ENTRY_FILES = ['index.ts', 'testing.ts', 'table.ts'] as const;

/** The one folder that may use what is banned below. */
export const HOST_FOLDER = 'platform';

/** Modules of Node that reach the host: files, threads, sockets, processes, clocks. */
export const HOST_MODULES = [
  'child_process', 'cluster', 'dgram', 'dns', 'fs', 'http', 'http2', 'https', 'inspector', 'net', 'os', 'perf_hooks', 'process', 'readline', 'repl',
  'timers', 'tls', 'tty', 'v8', 'worker_threads',
] as const;

/** Globals that reach the host or hide randomness and time. */
export const HOST_GLOBALS = ['clearImmediate', 'clearInterval', 'clearTimeout', 'crypto', 'fetch', 'performance', 'process', 'setImmediate', 'setInterval', 'setTimeout'] as const;

export const HOST_PROPERTIES = [['Date', 'now'], ['Math', 'random']] as const;

/** Names of node:crypto that are random; hashing is free to all. */
export const RANDOM_CRYPTO = ['getRandomValues', 'randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'webcrypto'] as const;

/** The only folder that loads the addon. */
export const NATIVE_FOLDER = 'state/rocksdb';

export function layerOf(folder: string): Layer | undefined {
  return LAYERS.find((layer) => layer.folder === folder);
}

export function mayImport(from: Layer, to: Layer): boolean {
  if (from.folder === to.folder) return true;
  const isBetweenTowers = (from.tower === 'program' && to.tower === 'cluster') || (from.tower === 'cluster' && to.tower === 'program');
  return to.rank < from.rank && !isBetweenTowers;
}
