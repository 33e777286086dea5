// The hot tier against a plain map: random reads and writes of keys and values of all sizes, in an arena that holds few of
// them, with cuts in between whose checkpoints must hold exactly what was there at the cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { directoryOf, openSlot, testFiles, withAddon } from '../rocksdb-fixture.js';
import { TierSubject, type TierSubjectOptions } from './tier-subject.js';

type Model = [Map<string, string>, Map<string, string>];

const sorted = (model: Map<string, string>): [string, string][] => [...model].sort(([a], [b]) => (a < b ? -1 : 1));

const key = fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 24 }).map((n) => `k${n}`) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 }).map((n) => `${n}`.repeat(6000)) });
const value = fc.tuple(fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 80 }) }, { weight: 3, arbitrary: fc.constantFrom(5000, 30_000, 40_000) }, { weight: 1, arbitrary: fc.constantFrom(70_000, 300_000) }), fc.constantFrom('a', 'b', 'c'))
  .map(([length, letter]) => letter.repeat(length));
const family = fc.integer({ min: 0, max: 1 });
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('put' as const), family, key, value }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('append' as const), key, value }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('remove' as const), family, key }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('read' as const), family, key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('scan' as const), family, countMax: fc.integer({ min: 1, max: 8 }), lower: key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('drain' as const), rows: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Cut {
  readonly directory: string;
  readonly model: Model;
  made: Promise<void> | undefined;
}

function apply(subject: TierSubject, model: Model, each: Step): void {
  switch (each.kind) {
    case 'put':
      if (each.family === 1 && each.value === '') return;
      subject.put(each.family, each.key, each.value);
      model[each.family]!.set(each.key, each.value);
      return;
    case 'append':
      subject.append(each.key, each.value);
      model[1].set(each.key, (model[1].get(each.key) ?? '') + each.value);
      return;
    case 'remove':
      subject.remove(each.family, each.key);
      model[each.family]!.delete(each.key);
      return;
    case 'read':
      assert.equal(subject.read(each.family, each.key), model[each.family]!.get(each.key));
      return;
    case 'scan': {
      // What was only appended is not whole while a cut holds writes back: keys are.
      const found = subject.scan(each.family, each.countMax, each.lower).map(([found_, text]) => (each.family === 0 ? [found_, text] : [found_]));
      const expected = sorted(model[each.family]!).filter(([found_]) => found_ >= each.lower).slice(0, each.countMax).map(([found_, text]) => (each.family === 0 ? [found_, text] : [found_]));
      assert.deepEqual(found, expected);
    }
  }
}

function startCut(subject: TierSubject, model: Model): Cut {
  const cut: Cut = { directory: directoryOf(), model: [new Map(model[0]), new Map(model[1])], made: undefined };
  testFiles.mkdirsSync(cut.directory);
  subject.store.tier.writer.cut(() => {
    cut.made = subject.store.database.checkpoint(`${cut.directory}/db`);
  });
  return cut;
}

withAddon(() => {
  const slot = openSlot({}, 64 << 20);
  const subjectOf = (options: TierSubjectOptions = {}): TierSubject => new TierSubject(slot, options);

  for (const [rowsMax, isNew] of [[4, true], [4, false], [Number.POSITIVE_INFINITY, true]] as const) {
    test(`reads, scans and the checkpoints of cuts give what a map gives, with ${rowsMax} rows at most over a ${isNew ? 'new database' : 'database that may hold anything'}`, async () => {
      await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const subject = subjectOf(isNew ? { rowsMax } : { rowsMax, directory: directoryOf() });
        const model: Model = [new Map(), new Map()];
        const cuts: Cut[] = [];
        for (const each of steps) {
          if (each.kind === 'cut') cuts.push(startCut(subject, model));
          else if (each.kind === 'drain') subject.store.tier.writer.drain(each.rows);
          else if (each.kind === 'settle') await Promise.all(cuts.map((cut) => cut.made));
          else apply(subject, model, each);
        }
        subject.store.tier.writer.drain(Number.POSITIVE_INFINITY);
        await Promise.all(cuts.map((cut) => cut.made));
        for (const index of [0, 1]) assert.deepEqual(subject.scan(index), sorted(model[index]!));
        for (const index of [0, 1]) for (const [name, text] of model[index]!) assert.equal(subject.read(index, name), text);
        subject.store.close();
        for (const cut of cuts) {
          const copy = subjectOf({ directory: cut.directory });
          for (const index of [0, 1]) assert.deepEqual(copy.scan(index), sorted(cut.model[index]!));
          copy.store.close();
        }
      }), { numRuns: 25 });
    });
  }

  test('a tier that outgrows its arena takes a larger one and keeps what is dirty', () => {
    const subject = subjectOf();
    const before = subject.store.tier.rows.bytes.length;
    for (let n = 0; n < 20_000; n++) subject.put(0, `key ${n}`, `value ${n}`);
    assert.ok(subject.store.tier.rows.bytes.length > before);
    for (let n = 0; n < 20_000; n += 97) assert.equal(subject.read(0, `key ${n}`), `value ${n}`);
    assert.ok(slot.tierBudget.usedBytes <= slot.tierBudget.bytesMax);
    subject.store.close();
    assert.equal(slot.memory.usedBytesByOwner().get('test'), undefined);
  });

  test('an arena that cannot double takes the next larger size that the share of the slot has room for', () => {
    const subject = subjectOf();
    for (let n = 0; n < 14_000; n++) subject.put(0, `k${n}`, 'v'.repeat(1000));
    assert.ok(slot.tierBudget.bytesMax < 16 << 20);
    assert.equal(subject.store.tier.rows.bytes.length, 12 << 20);
    assert.equal(subject.read(0, 'k0'), 'v'.repeat(1000));
    subject.store.close();
  });

  test('a key that was looked up in vain has room for its value', () => {
    const subject = subjectOf({ directory: directoryOf() });
    const rowOf = (key: string): number => {
      const [length, hash] = subject.place(key);
      return subject.store.tier.rows.find(0, length, hash ^ subject.family(0).salt);
    };
    subject.put(0, 'first', 'v'.repeat(40));
    assert.equal(subject.read(0, 'second'), undefined);
    const row = rowOf('second');
    assert.ok(row > 0);
    subject.put(0, 'second', 'w'.repeat(40));
    assert.equal(rowOf('second'), row);
    assert.equal(subject.read(0, 'second'), 'w'.repeat(40));
    subject.store.close();
  });

  test('of keys that have never gone to the database it is not asked, of those that have it is', () => {
    const subject = subjectOf({ rowsMax: 64 });
    const { tier } = subject.store;
    for (let n = 0; n < 1000; n++) assert.equal(subject.read(0, `key ${n}`), undefined);
    assert.deepEqual([tier.misses, tier.rows.liveRows], [0, 0]);
    for (let n = 0; n < 1000; n++) subject.put(0, `key ${n}`, `value ${n}`);
    const dirtyRows = tier.rows.dirty.count;
    subject.remove(0, 'nothing');
    assert.equal(tier.rows.dirty.count, dirtyRows);
    subject.append('list', 'whole');
    assert.equal(subject.read(1, 'list'), 'whole');
    assert.equal(tier.misses, 0);
    for (let n = 0; n < 900; n++) assert.equal(subject.read(0, `key ${n}`), `value ${n}`);
    assert.equal(tier.misses, 900);
    subject.store.close();
  });

  test('what is read again and again stays, what is read once goes', () => {
    const subject = subjectOf({ rowsMax: 64 });
    const { tier } = subject.store;
    for (let n = 0; n < 4000; n++) {
      subject.put(0, `hot ${n % 16}`, String(n));
      subject.put(0, `cold ${n}`, String(n));
    }
    tier.writer.writeAll();
    const { misses } = tier;
    for (let n = 0; n < 16; n++) subject.read(0, `hot ${n}`);
    assert.equal(tier.misses, misses);
    subject.read(0, 'cold 7');
    assert.equal(tier.misses, misses + 1);
    subject.store.close();
  });

  test('what was made and removed before it was written costs no write', () => {
    const subject = subjectOf();
    for (let n = 0; n < 100; n++) {
      assert.equal(subject.read(0, `key ${n}`), undefined);
      subject.put(0, `key ${n}`, 'x');
      subject.remove(0, `key ${n}`);
    }
    subject.store.tier.writer.writeAll();
    assert.equal(subject.store.tier.writer.writtenRows, 0);
    subject.store.close();
  });

  test('a value, and a list as a whole, may not be larger than the limit', () => {
    const subject = subjectOf({ valueBytesMax: 100_000, rowsMax: 4 });
    assert.throws(() => subject.put(0, 'k', 'x'.repeat(100_001)), { code: 'STATE_VALUE_TOO_LARGE', message: /values.*100001.*100000/ });
    subject.put(0, 'k', 'x'.repeat(100_000));
    const addUntilFull = (bytes: number): number => {
      let added = 0;
      for (; added < 1000; added++) {
        try {
          subject.append('list', 'y'.repeat(bytes));
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'STATE_VALUE_TOO_LARGE');
          return added;
        }
        // Others push the list out, so that additions do not know how long it is.
        for (let n = 0; n < 8; n++) subject.put(0, `other ${n}`, 'z');
      }
      return added;
    };
    assert.equal(addUntilFull(999), 100);
    assert.equal(subject.read(1, 'list')!.length, 99_900);
    assert.equal(addUntilFull(101), 0);
    assert.equal(addUntilFull(100), 1);
    subject.remove(1, 'list');
    assert.equal(addUntilFull(50_000), 2);
    subject.store.close();
  });
});
