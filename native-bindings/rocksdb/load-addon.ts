// Finds and loads the compiled addon: the one that scripts/build-addon.mjs made (its path lies in .cache/native), else the
// one packed with the published package. Each worker loads it for itself; nothing of it is shared but slot resources.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AddonFunctions } from './addon-functions.js';
import { RocksDbError } from './errors.js';

const require = createRequire(import.meta.url);

interface BuildPointer {
  readonly file?: string;
  readonly reason?: string;
}

/** The package refers to itself by name, so this holds in dist, in the bundles and installed elsewhere. */
function packageRoot(): string {
  return dirname(require.resolve('millrace/package.json'));
}

/** `root` holds .cache or prebuilds. Throws ROCKSDB_UNAVAILABLE with the reason, in one line. */
export function loadAddonFunctions(root: string = packageRoot()): AddonFunctions {
  const { file, reason } = readPointer(join(root, '.cache', 'native', 'rocksdb.json'));
  const packed = join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'rocksdb.node');
  let failure = reason ?? 'it has not been built: run node scripts/build-addon.mjs';
  for (const path of file === undefined ? [packed] : [join(root, '.cache', 'native', file), packed]) {
    try {
      return require(path) as AddonFunctions;
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
      if (!isMissing) failure = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    }
  }
  throw new RocksDbError('ROCKSDB_UNAVAILABLE', `the RocksDB addon is not available, use state.backend.type hashmap: ${failure}`);
}

function readPointer(path: string): BuildPointer {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as BuildPointer;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new RocksDbError('ROCKSDB_UNAVAILABLE', 'the note of the RocksDB addon\'s build cannot be read: run node scripts/build-addon.mjs', { cause: error });
  }
}
