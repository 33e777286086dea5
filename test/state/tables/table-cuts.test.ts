import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Types, type TypeInformation } from '#core/types/type-information';
import { SeededRandom } from '#platform/random/seeded-random';
import { BlobHeap, type HeldBlobs } from '#state/tables/blob-heap';
import { ChunkWalk } from '#state/tables/chunk-walk';
import type { ChunkViews } from '#state/tables/chunked-cut';
import { createKeyTable, type KeyTable } from '#state/tables/key-table';
import { MemoryManager } from '#state/tables/memory-manager';
import { RowByRowCut } from '#state/tables/row-by-row-cut';
import { TimerBuckets } from '#state/tables/timer-buckets';
import { forEachTimer } from '#state/tables/timer-entries';

/** A table with what a map of its keys holds, changed together. Values are stamped into all columns. */
class StampedTable {
  readonly model = new Map<number, number>();
  readonly table: KeyTable;
  readonly #keyOf: (n: number) => unknown;
  #stamp = 0;

  constructor(table: KeyTable, keyOf: (n: number) => unknown) {
    this.table = table;
    this.#keyOf = keyOf;
  }

  put(n: number): void {
    const row = this.table.findOrInsert(this.#keyOf(n));
    this.#write(row, n);
  }

  /** As an operator that looked the row up and then writes. */
  update(n: number): void {
    const row = this.table.find(this.#keyOf(n));
    if (row === -1) return;
    this.table.columns.beforeWrite(row);
    this.#write(row, n);
  }

  remove(n: number): void {
    assert.equal(this.table.remove(this.#keyOf(n)), this.model.delete(n));
  }

  clear(): void {
    this.table.clear();
    this.model.clear();
  }

  #write(row: number, n: number): void {
    this.table.columns.f64[0]![row] = ++this.#stamp;
    this.table.columns.i32[0]![row] = n;
    if (this.table.columns.hasAny) this.table.any[row] = { stamp: this.#stamp };
    this.model.set(n, this.#stamp);
  }
}

interface Reader {
  readonly step: (hasTime: () => boolean) => boolean;
  readonly close: () => void;
  readonly seen: Map<number, number>;
  readonly expected: ReadonlyMap<number, number>;
}

const KEYS: readonly { readonly name: string; readonly keyType: TypeInformation | undefined; readonly keyOf: (n: number) => unknown; readonly isManaged: boolean }[] = [
  { name: 'LONG', keyType: Types.LONG, keyOf: (n) => n - 5, isManaged: true },
  { name: 'STRING', keyType: Types.STRING, keyOf: (n) => `key ${n}${'x'.repeat(n % 40)}`, isManaged: true },
  { name: 'TUPLE', keyType: Types.TUPLE(Types.INT, Types.STRING), keyOf: (n) => [n, `${n % 7}`], isManaged: true },
  { name: 'undeclared number', keyType: undefined, keyOf: (n) => n / 2, isManaged: true },
  { name: 'undeclared, of mixed kinds', keyType: undefined, keyOf: (n) => (n % 3 === 0 ? n : n % 3 === 1 ? `${n}` : { n }), isManaged: false },
  { name: 'BIGINT', keyType: Types.BIGINT, keyOf: BigInt, isManaged: true },
  { name: 'INT64 that may be null, mostly beyond a number', keyType: Types.NULLABLE(Types.INT64), keyOf: (n) => (n === 3 ? null : n % 3 === 0 ? n : 2n ** 60n + BigInt(n)), isManaged: true },
];

function readChunks(stamped: StampedTable): Reader {
  const { table } = stamped;
  const keys = table.cutKeys()!;
  const seen = new Map<number, number>();
  const i32Start = table.columns.f64.length;
  const { freeColumn } = table.columns;
  const read = ({ columns, base, from, to }: ChunkViews): void => {
    for (let at = from - base; at < to - base; at++) {
      if (freeColumn !== -1 && columns[i32Start + freeColumn]![at] !== 0) continue;
      const n = columns[i32Start]![at]!;
      assert.ok(!seen.has(n), `row of ${n} is read once`);
      assert.equal(textOf(keys.keyAt(columns, at)), textOf(KEY_OF.get(table)!(n)));
      seen.set(n, columns[0]![at]!);
    }
  };
  const walk = new ChunkWalk((settleNow) => table.columns.cutChunks(settleNow), read);
  const close = (): void => {
    walk.close();
    keys.release();
  };
  return { step: (hasTime) => walk.step(hasTime), close, seen, expected: new Map(stamped.model) };
}

function readRows(stamped: StampedTable): Reader {
  const { table } = stamped;
  const seen = new Map<number, number>();
  const cut = new RowByRowCut(table.columns, (row) => {
    const n = table.columns.i32[0]![row]!;
    assert.ok(!seen.has(n), `row of ${n} is saved once`);
    assert.equal(textOf(table.keyAt(row)), textOf(KEY_OF.get(table)!(n)));
    seen.set(n, (table.any[row] as { stamp: number }).stamp);
    assert.equal(table.columns.f64[0]![row], seen.get(n));
  });
  return { step: (hasTime) => cut.saveWhile(hasTime), close: () => cut.abort(), seen, expected: new Map(stamped.model) };
}

const KEY_OF = new WeakMap<KeyTable, (n: number) => unknown>();

function textOf(key: unknown): string {
  return typeof key === 'bigint' ? `${key}n` : JSON.stringify(key);
}

/** Operations at random, with cuts at random moments that are read in random slices, finished or given up. */
function churn(stamped: StampedTable, random: SeededRandom, cut: (stamped: StampedTable) => Reader): void {
  const below = (limit: number): number => random.nextInt(limit);
  const keyCount = 1 + below(40_000);
  let reader: Reader | undefined;
  let cuts = 0;
  const operations = 20_000 + below(40_000);
  for (let i = 0; i < operations; i++) {
    const n = below(keyCount);
    const choice = below(1000);
    if (choice < 550) stamped.put(n);
    else if (choice < 800) stamped.update(n);
    else if (choice < 998) {
      if (stamped.model.has(n)) stamped.remove(n);
    } else if (choice === 998 && below(10) === 0) stamped.clear();
    if (reader === undefined) {
      if (below(4000) === 0) reader = cut(stamped);
    } else if (below(300) === 0) {
      let looks = below(20);
      if (below(30) === 0) {
        reader.close();
        reader = undefined;
      } else if (reader.step(() => looks-- > 0)) {
        reader.close();
        assert.deepEqual(sorted(reader.seen), sorted(reader.expected));
        reader = undefined;
        cuts++;
      }
    }
  }
  if (reader !== undefined) {
    assert.ok(reader.step(() => true));
    reader.close();
    assert.deepEqual(sorted(reader.seen), sorted(reader.expected));
    cuts++;
  }
  assert.ok(cuts > 0 || operations > 0);
}

function sorted(map: ReadonlyMap<number, number>): [number, number][] {
  return [...map].sort(([a], [b]) => a - b);
}

describe('cuts of key tables', () => {
  for (const { name, keyType, keyOf, isManaged } of KEYS) {
    for (const [kind, cut] of [['chunk by chunk', readChunks], ['row by row', readRows]] as const) {
      const isByRow = cut === readRows;
      if (!isByRow && !isManaged) continue;
      test(`a table of ${name} keys read ${kind} is as it was at the cut, whatever is written, freed, grown or cleared meanwhile`, () => {
        fc.assert(fc.property(fc.integer(), fc.boolean(), (seed, isTight) => {
          // A tight manager has no room for copies: chunks are read at once instead.
          const memory = MemoryManager.unshared(1 << 27);
          const table = createKeyTable({ keyType, memory: isTight ? withoutCopies(memory) : memory, owner: 'test', layout: { f64: 1, i32: 1, hasAny: isByRow } });
          KEY_OF.set(table, keyOf);
          const stamped = new StampedTable(table, keyOf);
          churn(stamped, new SeededRandom(seed), cut);
          table.release();
          assert.equal(memory.usedBytes, 0);
        }), { numRuns: 6 });
      });
    }
  }

  test('without a cut nothing is announced, and while one is read only rows that were there are', () => {
    const table = createKeyTable({ keyType: Types.LONG, memory: MemoryManager.unshared(1 << 22), owner: 'test', layout: { f64: 1, i32: 0, hasAny: false } });
    for (let key = 1; key <= 20_000; key++) table.findOrInsert(key);
    assert.equal(table.columns.writeGuard, 0);
    const cut = table.columns.cutChunks(() => assert.fail('there is room for copies'));
    assert.equal(table.columns.writeGuard, 20_000);
    table.columns.beforeWriteMany(Int32Array.of(3, 4, 19_999, 20_000), 4);
    assert.equal(cut.copiedBytes, 2 * 4096 * 8);
    // Keys are copied only where rows come and go.
    table.remove(1);
    assert.equal(cut.copiedBytes, 3 * 4096 * 8);
    cut.close();
    cut.close();
    assert.equal(table.columns.writeGuard, 0);
  });
});

/** The same memory, but without room for what may be done without. */
function withoutCopies(memory: MemoryManager): MemoryManager {
  return Object.create(memory, {
    allocate: { value: memory.allocate.bind(memory) },
    release: { value: memory.release.bind(memory) },
    tryAllocate: { value: () => undefined },
  }) as MemoryManager;
}

test('blobs of a held heap keep their bytes, whatever is replaced, freed and written meanwhile', () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const random = new SeededRandom(seed);
    const below = (limit: number): number => random.nextInt(limit);
    const memory = MemoryManager.unshared(1 << 28);
    const heap = new BlobHeap(memory, 'test');
    const live: { reference: number; bytes: Uint8Array }[] = [];
    let held: { readonly blobs: HeldBlobs; readonly expected: readonly { reference: number; bytes: Uint8Array }[] } | undefined;
    const check = (): void => {
      for (const { reference, bytes } of held!.expected) {
        const start = held!.blobs.offsetOf(reference);
        assert.deepEqual(held!.blobs.bytesOf(reference).subarray(start, start + held!.blobs.lengthOf(reference)), bytes);
      }
    };
    for (let i = 0; i < 1500; i++) {
      const size = below(60) === 0 ? 60_000 + below(30_000) : below(3) === 0 ? below(2000) : below(60);
      const bytes = new Uint8Array(size).fill(i & 0xff);
      const at = below(live.length + 1);
      const choice = below(100);
      if (at === live.length || choice < 40) live.push({ reference: heap.write(bytes, 0, size), bytes });
      else if (choice < 75) live[at] = { reference: heap.replace(live[at]!.reference, bytes, 0, size), bytes };
      else if (choice < 99) heap.free(live.splice(at, 1)[0]!.reference);
      else if (below(4) === 0) {
        heap.clear();
        live.length = 0;
      }
      if (held === undefined && below(60) === 0) held = { blobs: heap.hold(), expected: live.slice() };
      else if (held !== undefined && below(100) === 0) {
        check();
        held.blobs.release();
        held.blobs.release();
        held = undefined;
      }
    }
    if (held !== undefined) check();
    held?.blobs.release();
    for (const { reference, bytes } of live) assert.ok(heap.equals(reference, bytes, 0, bytes.length));
    for (const { reference } of live) heap.free(reference);
    assert.equal(heap.usedBytes, 0);
    heap.release();
    assert.equal(memory.usedBytes, 0);
  }), { numRuns: 40 });
});

test('timers read from a cut are those of the cut, whatever is registered, deleted and fired meanwhile', () => {
  fc.assert(fc.property(fc.integer(), fc.boolean(), (seed, isTight) => {
    const random = new SeededRandom(seed);
    const below = (limit: number): number => random.nextInt(limit);
    const memory = MemoryManager.unshared(1 << 26);
    const timers = new TimerBuckets(isTight ? withoutCopies(memory) : memory, 'test');
    const model = new Set<string>();
    let cut: { readonly walk: ChunkWalk; readonly seen: string[]; readonly expected: readonly string[] } | undefined;
    let now = 0;
    const finish = (): void => {
      cut!.walk.close();
      assert.deepEqual(cut!.seen.sort(), cut!.expected.toSorted());
      cut = undefined;
    };
    for (let i = 0; i < 25_000; i++) {
      const timestamp = now + below(8000) - 500;
      const key = below(30);
      const choice = below(100);
      if (choice < 70) {
        timers.register(timestamp, key, 0);
        model.add(`${timestamp} ${key} 0`);
      } else if (choice < 95) {
        assert.equal(timers.delete(timestamp, key, 0), model.delete(`${timestamp} ${key} 0`));
      } else {
        now += below(60);
        while (timers.pollDue(now)) assert.ok(model.delete(`${timers.dueTimestamp} ${timers.dueKey} 0`));
      }
      if (cut === undefined && below(3000) === 0) {
        const seen: string[] = [];
        const read = (views: ChunkViews): void => forEachTimer(views, (time, owner, namespace) => seen.push(`${time} ${owner} ${namespace}`));
        cut = { walk: new ChunkWalk((settleNow) => timers.cutChunks(settleNow), read), seen, expected: [...model] };
      } else if (cut !== undefined && below(500) === 0) {
        if (below(10) === 0) {
          cut.walk.close();
          cut = undefined;
        } else if (cut.walk.step(() => false)) finish();
      }
    }
    if (cut !== undefined) {
      cut.walk.finish();
      finish();
    }
    timers.release();
    assert.equal(memory.usedBytes, 0);
  }), { numRuns: 15 });
});
