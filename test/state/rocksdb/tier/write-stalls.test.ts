// While RocksDB stops writes, here because of two files that no thread compacts, the record thread goes on from the tier: the
// task hears of it once, and asks until writes are taken again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { directoryOf, openSlot, withAddon } from '../rocksdb-fixture.js';
import { TierSubject } from './tier-subject.js';

const STOPPING = { level0FileCountTrigger: 2, level0FileCountSlowdown: 2, level0FileCountStop: 2 } as const;
/** More than the tier has room for. */
const KEYS = 100_000;

withAddon(() => {
  const slot = openSlot({}, undefined, STOPPING);

  async function stopped(onStalled: () => void): Promise<TierSubject> {
    // Absent keys are asked for, and remembered.
    const subject = new TierSubject(slot, { onStalled, directory: directoryOf() });
    // Opening a database adds threads.
    slot.addon.setBackgroundThreads(0, 1);
    for (const key of ['first', 'second']) {
      subject.put(0, key, key);
      subject.store.tier.writer.writeAll();
      await subject.store.database.database.flush();
    }
    return subject;
  }

  async function resumed(subject: TierSubject): Promise<void> {
    slot.addon.setBackgroundThreads(1, 1);
    while (!subject.store.tier.writer.tryAgain()) await setTimeout(1);
  }

  test('a full tier is given no more records once a write is refused, sees the one under way to its end, and writes when it may', async () => {
    let stalls = 0;
    const subject = await stopped(() => void stalls++);
    const { database, tier } = subject.store;
    let count = 0;
    while (stalls === 0 && count < KEYS) subject.put(0, `key ${count}`, `value ${count++}`);
    assert.equal(stalls, 1);
    for (let n = 0; n < 100; n++) subject.put(0, `key ${count}`, `value ${count++}`);
    assert.deepEqual([stalls, database.waits, tier.writer.tryAgain()], [1, 0, false]);
    for (let n = 0; n < count; n++) assert.equal(subject.read(0, `key ${n}`), `value ${n}`);
    assert.equal(tier.misses, 0);

    await resumed(subject);
    for (let n = 0; n < 100; n++) subject.put(0, `key ${count}`, `value ${count++}`);
    for (let n = 0; n < count; n++) assert.equal(subject.read(0, `key ${n}`), `value ${n}`);
    assert.equal(database.waits, 0);
    subject.store.close();
  });

  test('rows that the database holds make room while it takes no writes', async () => {
    let stalls = 0;
    const subject = await stopped(() => void stalls++);
    const { database, tier } = subject.store;
    for (let n = 0; n < 100; n++) subject.put(0, `key ${n}`, `value ${n}`);
    subject.append('list', 'element');
    for (let n = 0; n < KEYS; n++) assert.equal(subject.read(0, `absent ${n}`), undefined);
    assert.equal(stalls, 1);
    assert.equal(tier.rows.dirty.count, 101);
    for (let n = 0; n < 100; n++) assert.equal(subject.read(0, `key ${n}`), `value ${n}`);
    assert.equal(subject.read(1, 'list'), 'element');
    assert.equal(database.waits, 0);
    await resumed(subject);
    subject.store.close();
  });

  test('a cut is written when writes are taken again', async () => {
    const subject = await stopped(() => {});
    const { writer } = subject.store.tier;
    subject.put(0, 'key', 'value');
    let isDrained = false;
    writer.cut(() => void (isDrained = true));
    assert.equal(writer.drain(10), false);
    assert.deepEqual([isDrained, writer.tryAgain()], [false, false]);
    await resumed(subject);
    assert.equal(isDrained, true);
    subject.store.close();
  });

  test('while a checkpoint is made a full tier refuses to wait for it', async () => {
    let stalls = 0;
    const subject = new TierSubject(openSlot(), { onStalled: () => void stalls++ });
    const { database, tier } = subject.store;
    let made: Promise<void> | undefined;
    tier.writer.cut(() => void (made = database.checkpoint(`${subject.store.directory}-checkpoint`)));
    tier.writer.drain(1);
    let count = 0;
    while (stalls === 0 && count < KEYS) subject.put(0, `key ${count}`, `value ${count++}`);
    assert.deepEqual([stalls, database.isWritable, tier.writer.tryAgain()], [1, false, false]);
    await made;
    assert.equal(tier.writer.tryAgain(), true);
    for (let n = 0; n < count; n++) assert.equal(subject.read(0, `key ${n}`), `value ${n}`);
    subject.store.close();
  });
});
