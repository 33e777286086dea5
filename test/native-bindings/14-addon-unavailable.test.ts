// What is said where the addon cannot be had. Runs with and without the addon.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadAddonFunctions } from '../../native-bindings/rocksdb/load-addon.js';
import { temporaryFolder } from './addon-fixture.js';

test('an addon that is not built, could not be built or does not load is unavailable, with the reason', (context) => {
  const root = temporaryFolder(context);
  const cache = join(root, '.cache', 'native');
  const says = (reason: RegExp): void => assert.throws(() => loadAddonFunctions(root), (error) => {
    assert.equal((error as { code?: string }).code, 'ROCKSDB_UNAVAILABLE');
    assert.match((error as Error).message, reason);
    assert.equal((error as Error).message.includes('\n'), false);
    return true;
  });
  says(/not been built/);
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'rocksdb.json'), JSON.stringify({ reason: 'there is no C++ compiler' }));
  says(/no C\+\+ compiler/);
  writeFileSync(join(cache, 'rocksdb.json'), '{"file":');
  says(/cannot be read/);
  writeFileSync(join(cache, 'rocksdb.json'), JSON.stringify({ file: 'broken.node' }));
  writeFileSync(join(cache, 'broken.node'), 'no addon');
  says(/broken\.node/);
});
