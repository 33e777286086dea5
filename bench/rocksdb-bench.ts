// Rows of the RocksDB addon itself: what one call costs, and single and batched access through it. Wall time, the best
// round of each. Without the addon there are no rows, and with the system's library (assertions on) the rows say so:
// published figures come from `npm run build:rocksdb`. Run alone: node --expose-gc dist/bench/rocksdb-bench.js [--quick]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MultiGetTable, RocksDbAddon, rocksDbErrorCode, WriteBatchBuffer, type ColumnFamily, type RocksDatabase } from '#state/rocksdb/native/rocksdb-addon';
import type { BenchRow } from './bench-row.js';

const MEMORY_BYTES = 1 << 20;
const KEY_BYTES = 8;
const VALUE_BYTES = 16;
const BATCH = 256;
/** Places in the memory: one key and value, keys of a batch, the table, results, the write batch. */
const KEY = 0;
const VALUE = 16;
const KEYS = 1024;
const TABLE = 16_384;
const VALUES = 65_536;
const WRITES = 131_072;
const OUT = 524_288;

export interface RocksDbBenchOptions {
  readonly quick: boolean;
}

export async function rocksdbRows({ quick }: RocksDbBenchOptions): Promise<BenchRow[]> {
  const addon = tryLoad();
  if (addon === undefined) return [];
  const rows: BenchRow[] = [];
  for (const keyCount of quick ? [100_000] : [100_000, 2_000_000]) {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-rocksdb-bench-'));
    try {
      rows.push(...await rowsOf(new Subject(addon, join(folder, 'db'), keyCount), quick ? 3 : 5, quick ? 50_000 : 200_000));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

function tryLoad(): RocksDbAddon | undefined {
  try {
    return RocksDbAddon.load();
  } catch (error) {
    if (rocksDbErrorCode(error) !== 'ROCKSDB_UNAVAILABLE') throw error;
    console.error(`  no rows: ${(error as Error).message}`);
    return undefined;
  }
}

async function rowsOf(subject: Subject, rounds: number, operations: number): Promise<BenchRow[]> {
  await subject.load();
  const batches = Math.floor(operations / BATCH);
  const measured: [name: string, count: number, run: () => void, prototypeNs: number][] = [
    ['call with nothing to do', operations, () => subject.callEmpty(operations), 51],
    ['get', operations, () => subject.get(operations), 2212],
    [`multiGet ${BATCH}, per key`, batches * BATCH, () => subject.multiGet(batches), 1354],
    ['scan 4096 entries per call, per entry', subject.keyCount, () => subject.scan(), 273],
    ['scan of 8 entries: open, next, close', 10_000, () => subject.shortScans(10_000), 4636],
    ['put', operations, () => subject.put(operations), 6057],
    [`write batch ${BATCH}, per put`, batches * BATCH, () => subject.write(batches), 5295],
    ['read-modify-write, get and put', operations, () => subject.readModifyWrite(operations), 8893],
    [`read-modify-write, multiGet and write batch ${BATCH}`, batches * BATCH, () => subject.readModifyWriteMany(batches), 8271],
  ];
  const rows: BenchRow[] = [];
  for (const [name, count, run, prototypeNs] of measured) {
    const ns = bestWallNanoseconds(count, rounds, run);
    const anchor = subject.keyCount === 100_000 ? prototypeNs : undefined;
    rows.push({
      name: `${name}, ${subject.keyCount} keys`, figure: ns, unit: `ns (${subject.build})`, anchor, anchorName: 'ns, prototype on the system library',
      ratio: anchor === undefined ? undefined : ns / anchor, target: 'none of its own', isPass: undefined, higherIsBetter: false,
    });
  }
  rows.push(await checkpointRow(subject));
  subject.close();
  return rows;
}

/** The whole checkpoint after one key in a hundred was written; what stops the record thread is the call alone. */
async function checkpointRow(subject: Subject): Promise<BenchRow> {
  await subject.database.flush();
  subject.put(subject.keyCount / 100);
  const before = process.hrtime.bigint();
  const done = subject.database.checkpoint(`${subject.database.path}-checkpoint`);
  const blockedMs = Number(process.hrtime.bigint() - before) / 1e6;
  await done;
  const wholeMs = Number(process.hrtime.bigint() - before) / 1e6;
  return {
    name: `checkpoint after 1 % updates, ${subject.keyCount} keys`, figure: wholeMs, unit: `ms (${subject.build})`, anchor: blockedMs, anchorName: 'ms of it stop the thread',
    ratio: undefined, target: '<= 20 ms stopped', isPass: blockedMs <= 20, higherIsBetter: false,
  };
}

function bestWallNanoseconds(operations: number, rounds: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round++) {
    const before = process.hrtime.bigint();
    run();
    if (round > 0) best = Math.min(best, Number(process.hrtime.bigint() - before) / operations);
  }
  return best;
}

/** A database of `keyCount` 8-byte keys in hash order with 16-byte values, bloom filter on, all of it in the block cache. */
class Subject {
  readonly keyCount: number;
  readonly build: string;
  readonly database: RocksDatabase;
  readonly #family: ColumnFamily;
  readonly #bytes = new Uint8Array(new SharedArrayBuffer(MEMORY_BYTES));
  readonly #words = new Int32Array(this.#bytes.buffer);
  readonly #table = new MultiGetTable(this.#bytes, TABLE);
  readonly #batch = new WriteBatchBuffer(this.#bytes, WRITES, 65_536);
  #random = 0x2545f491;

  constructor(addon: RocksDbAddon, path: string, keyCount: number) {
    this.keyCount = keyCount;
    this.build = `${addon.about.link} ${addon.about.rocksdbVersion}`;
    this.database = addon.openDatabase(path, {
      columnFamilies: [{ name: 'state', bloomBitsPerKey: 10, blockCacheBytes: 512 << 20, writeBufferBytes: 16 << 20 }],
      memory: addon.registerMemory(this.#bytes),
    });
    this.#family = this.database.columnFamily('state');
  }

  async load(): Promise<void> {
    for (let key = 0; key < this.keyCount; key++) {
      this.#placeKey(KEYS, key);
      if (!this.#batch.put(this.#family.index, KEYS, KEY_BYTES, VALUE, VALUE_BYTES)) {
        this.#writeBatch();
        key--;
      }
    }
    this.#writeBatch();
    await this.database.flush();
    await this.#family.compact();
  }

  callEmpty(count: number): void {
    const iterator = this.#family.openIterator();
    for (let call = 0; call < count; call++) iterator.next(0, OUT, 0);
    iterator.close();
  }

  get(count: number): void {
    for (let call = 0; call < count; call++) {
      this.#placeKey(KEY, this.#nextKey());
      if (this.#family.get(KEY, KEY_BYTES, OUT, VALUE_BYTES) !== VALUE_BYTES) throw new Error('rocksdb bench: a key is missing');
    }
  }

  multiGet(batches: number): void {
    for (let batch = 0; batch < batches; batch++) {
      this.#placeKeys();
      if (this.#family.multiGet(BATCH, TABLE, KEYS, VALUES, 65_536) !== 0 || this.#table.result(BATCH - 1) !== VALUE_BYTES) throw new Error('rocksdb bench: a key is missing');
    }
  }

  put(count: number): void {
    for (let call = 0; call < count; call++) {
      this.#placeKey(KEY, this.#nextKey());
      this.#family.put(KEY, KEY_BYTES, VALUE, VALUE_BYTES);
    }
  }

  write(batches: number): void {
    for (let batch = 0; batch < batches; batch++) {
      this.#placeKeys();
      for (let index = 0; index < BATCH; index++) this.#batch.put(this.#family.index, KEYS + index * KEY_BYTES, KEY_BYTES, VALUE, VALUE_BYTES);
      this.#writeBatch();
    }
  }

  readModifyWrite(count: number): void {
    for (let call = 0; call < count; call++) {
      this.#placeKey(KEY, this.#nextKey());
      this.#family.get(KEY, KEY_BYTES, VALUE, VALUE_BYTES);
      this.#words[VALUE / 4]!++;
      this.#family.put(KEY, KEY_BYTES, VALUE, VALUE_BYTES);
    }
  }

  readModifyWriteMany(batches: number): void {
    for (let batch = 0; batch < batches; batch++) {
      this.#placeKeys();
      this.#family.multiGet(BATCH, TABLE, KEYS, VALUES, 65_536);
      for (let index = 0; index < BATCH; index++) {
        const value = VALUES + this.#table.valueOffset(index);
        this.#words[value / 4]!++;
        this.#batch.put(this.#family.index, KEYS + index * KEY_BYTES, KEY_BYTES, value, VALUE_BYTES);
      }
      this.#writeBatch();
    }
  }

  scan(): void {
    const iterator = this.#family.openIterator();
    let entries = 0;
    for (let count = iterator.next(4096, OUT, MEMORY_BYTES - OUT); count > 0; count = iterator.next(4096, OUT, MEMORY_BYTES - OUT)) entries += count;
    iterator.close();
    if (entries !== this.keyCount) throw new Error(`rocksdb bench: the scan found ${entries} of ${this.keyCount} keys`);
  }

  shortScans(count: number): void {
    for (let call = 0; call < count; call++) {
      this.#placeKey(KEY, this.#nextKey());
      const iterator = this.#family.openIterator({ lowerOffset: KEY, lowerLength: KEY_BYTES });
      iterator.next(8, OUT, 4096);
      iterator.close();
    }
  }

  close(): void {
    this.database.close();
  }

  #writeBatch(): void {
    this.database.write(this.#batch.offset, this.#batch.length);
    this.#batch.clear();
  }

  #placeKeys(): void {
    for (let index = 0; index < BATCH; index++) {
      this.#placeKey(KEYS + index * KEY_BYTES, this.#nextKey());
      this.#table.setKey(index, index * KEY_BYTES, KEY_BYTES);
    }
  }

  /** Hash first, so that the keys' order is random. */
  #placeKey(at: number, key: number): void {
    this.#words[at / 4] = Math.imul(key, 0x9e3779b1);
    this.#words[at / 4 + 1] = key;
  }

  #nextKey(): number {
    let state = this.#random;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#random = state;
    return (state >>> 0) % this.keyCount;
  }
}

if (process.argv[1]?.endsWith('rocksdb-bench.js') === true) {
  for (const row of await rocksdbRows({ quick: process.argv.includes('--quick') })) {
    console.log(`${row.name.padEnd(66)} ${row.figure.toFixed(row.figure < 1000 ? 1 : 0).padStart(9)} ${row.unit}${row.anchor === undefined ? '' : `; anchor ${row.anchor.toPrecision(3)} ${row.anchorName}`}`);
  }
}
