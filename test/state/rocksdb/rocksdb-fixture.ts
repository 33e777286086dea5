// What the tests of the RocksDB backend share: backends over real databases in a temporary folder that goes when the test
// file ends. Without the addon the tests are skipped with one loud line; in CI (CI=true) they fail instead.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { NodeFiles } from '#platform/files/node-files';
import { NodeRandom } from '#platform/random/node-random';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { createRocksDbKeyedStateBackend, type RocksDbKeyedStateBackendOptions } from '#state/rocksdb/rocksdb-keyed-state-backend';
import { type RocksDbSettings, rocksDbSettingsOf } from '#state/rocksdb/rocksdb-settings';
import { RocksDbSlot } from '#state/rocksdb/rocksdb-slot';
import { MemoryManager } from '#state/tables/memory-manager';

const folder = mkdtempSync(join(tmpdir(), 'millrace-rocksdb-state-'));
after(() => rmSync(folder, { recursive: true, force: true }));

export const MANAGED_BYTES = 16 << 20;

/** @param family what no option sets. */
export function openSlot(configuration: Readonly<Record<string, string>> = {}, managedBytes = MANAGED_BYTES, family: Partial<RocksDbSettings['family']> = {}): RocksDbSlot {
  const memory = new MemoryManager(new SharedArrayBuffer(managedBytes), { budgetBytes: managedBytes, offHeapBudgetBytes: 64 << 20 });
  const settings = rocksDbSettingsOf(Configuration.fromMap(configuration));
  return RocksDbSlot.open({ settings: { ...settings, family: { ...settings.family, ...family } }, memory, temporaryDirectory: folder });
}

export type BackendOptions = Omit<RocksDbKeyedStateBackendOptions, 'slot' | 'files' | 'directory'>;

export const testFiles = new NodeFiles(new NodeRandom());
let directories = 0;

/** A path for one database or folder. */
export function directoryOf(): string {
  return join(folder, `directory-${directories++}`);
}

export function openBackend(slot: RocksDbSlot, options: BackendOptions): KeyedStateBackend {
  return createRocksDbKeyedStateBackend({ ...options, slot, files: testFiles, directory: directoryOf() });
}

/** Undefined when the addon is there, else why it is not. */
function findReason(): Error | undefined {
  try {
    openSlot().close();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

const missing = findReason();
if (missing !== undefined) console.error(`SKIPPED: tests of state/rocksdb: ${missing.message}`);

/** Runs what registers tests, if the addon is there. */
export function withAddon(register: () => void): void {
  if (missing === undefined) register();
  else if (process.env['CI'] === 'true') test('the RocksDB addon is there', () => Promise.reject(missing));
  else test('the RocksDB backend', { skip: missing.message }, () => {});
}
