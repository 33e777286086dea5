// What the tests of the addon share: a database in a temporary folder and memory to write keys and values into. Without
// the addon every test is skipped with one loud line; in CI (CI=true) it fails instead.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ColumnFamily } from '#state/rocksdb/native/rocksdb-addon';
import { PackedEntries, RocksDbAddon, type ColumnFamilyOptions, type DatabaseOptions, type RegisteredMemory, type RocksDatabase } from '#state/rocksdb/native/rocksdb-addon';

const loaded = tryLoad();

export const MEMORY_BYTES = 1 << 20;
/** Room for results; keys and values of requests are placed below it. */
export const OUT = 1 << 19;

/** A test that needs the addon. */
export function addonTest(name: string, run: (addon: RocksDbAddon, context: TestContext) => void | Promise<void>): void {
  if (loaded instanceof RocksDbAddon) {
    test(name, (context) => run(loaded, context));
  } else if (process.env['CI'] === 'true') {
    test(name, () => Promise.reject(loaded));
  } else {
    test(name, { skip: loaded.message }, () => {});
  }
}

function tryLoad(): RocksDbAddon | Error {
  try {
    return RocksDbAddon.load();
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    console.error(`SKIPPED: tests of native-bindings/rocksdb: ${failure.message}`);
    return failure;
  }
}

/** A folder that goes when the test ends. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-rocksdb-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Memory, a database over it and calls in the words of text. */
export class Store {
  readonly folder: string;
  readonly memory: RegisteredMemory;
  readonly database: RocksDatabase;
  readonly family: ColumnFamily;
  #at = 0;

  constructor(addon: RocksDbAddon, folder: string, family: Omit<ColumnFamilyOptions, 'name'> = {}, options: Partial<DatabaseOptions> = {}) {
    this.folder = folder;
    this.memory = addon.registerMemory(new Uint8Array(new SharedArrayBuffer(MEMORY_BYTES)));
    this.database = addon.openDatabase(folder, { columnFamilies: [{ name: 'state', ...family }], ...options, memory: this.memory });
    this.family = this.database.columnFamily('state');
  }

  /** Places text in the memory; the last 64 KiB placed stay as they are. */
  place(text: string | Uint8Array): [offset: number, length: number] {
    const bytes = Buffer.from(text as string);
    if (this.#at + bytes.length > OUT) this.#at = 0;
    const offset = this.#at;
    this.memory.bytes.set(bytes, offset);
    this.#at += bytes.length;
    return [offset, bytes.length];
  }

  put(key: string, value: string | Uint8Array, family: ColumnFamily = this.family): void {
    family.put(...this.place(key), ...this.place(value));
  }

  get(key: string, family: ColumnFamily = this.family): string | undefined {
    const result = family.get(...this.place(key), OUT, MEMORY_BYTES - OUT);
    return result < 0 ? undefined : this.read(OUT, result);
  }

  read(offset: number, length: number): string {
    return Buffer.from(this.memory.bytes.slice(offset, offset + length)).toString();
  }

  /** All entries between the bounds as [key, value], `perCall` a call. */
  scan(lower?: string, upper?: string, perCall = 100): [key: string, value: string][] {
    const [lowerOffset, lowerLength] = lower === undefined ? [0, -1] : this.place(lower);
    const [upperOffset, upperLength] = upper === undefined ? [0, -1] : this.place(upper);
    const iterator = this.family.openIterator({ lowerOffset, lowerLength, upperOffset, upperLength });
    const entries = new PackedEntries(this.memory.bytes);
    const found: [string, string][] = [];
    for (;;) {
      const count = iterator.next(perCall, OUT, MEMORY_BYTES - OUT);
      if (count <= 0) break;
      entries.rewind(OUT);
      for (let index = 0; index < count; index++) {
        entries.advance();
        found.push([this.read(entries.keyOffset, entries.keyLength), this.read(entries.valueOffset, entries.valueLength)]);
      }
    }
    iterator.close();
    return found;
  }
}

/** A store whose folder goes, and whose database closes, when the test ends. */
export function openStore(addon: RocksDbAddon, context: TestContext, family: Omit<ColumnFamilyOptions, 'name'> = {}, options: Partial<DatabaseOptions> = {}): Store {
  const store = new Store(addon, join(temporaryFolder(context), 'db'), family, options);
  context.after(() => store.database.close());
  return store;
}
