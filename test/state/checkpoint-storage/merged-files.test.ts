import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { simulatedPlatform } from '#platform/simulated-platform';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { createMergedFiles, MergedFiles, type MergedPart } from '#state/checkpoint-storage/merged-files';
import { openStateFile } from '#state/checkpoint-storage/state-file';

class Slot {
  readonly clock = new SimulatedClock();
  readonly storage = new DirectoryStorage(simulatedPlatform({ seed: 3 }).files);
  readonly merged: MergedFiles;
  tasks: string[];

  constructor(options: { readonly tasks?: readonly string[]; readonly fileBytesMax?: number; readonly isBlocking?: boolean } = {}) {
    const { tasks = ['a', 'b', 'c'], fileBytesMax = 1000, isBlocking = false } = options;
    this.tasks = [...tasks];
    this.merged = new MergedFiles({ storage: this.storage, jobDirectory: '/c', slotIndex: 1, fileBytesMax, isBlocking, tasks: () => this.tasks, clock: this.clock });
  }

  async open(): Promise<this> {
    for (const id of [1, 2]) await this.storage.mkdirs(`/c/chk-${id}`);
    return this;
  }

  add(checkpointId: number, task: string, text: string): Promise<MergedPart> {
    return this.merged.add(checkpointId, task, Buffer.from(text));
  }

  async files(checkpointId: number): Promise<readonly string[]> {
    return (await this.storage.list(`/c/chk-${checkpointId}`)).map(({ name, bytes }) => `${name} ${bytes}`);
  }

  async read(part: MergedPart): Promise<string> {
    const file = await openStateFile(this.storage, '/c/chk-1', { inlined: {}, merged: { mine: part } }, 'mine');
    const text = Buffer.from(await file.read(0, file.bytes + 5)).toString();
    await file.close();
    return text;
  }
}

describe('merged files', () => {
  test('the parts of all tasks lie in one file, each where it says', async () => {
    const slot = await new Slot().open();
    const parts = await Promise.all([slot.add(1, 'a', 'first'), slot.add(1, 'b', 'second one'), slot.add(1, 'c', 'third')]);
    assert.deepEqual(await slot.files(1), ['slot-1-0.state 20']);
    assert.deepEqual(await Promise.all(parts.map((part) => slot.read(part))), ['first', 'second one', 'third']);
    await Promise.all(slot.tasks.map((task) => slot.add(2, task, task)));
    assert.deepEqual(await slot.files(2), ['slot-1-1.state 3']);
  });

  test('a task that has no part to be merged is not waited for, nor one that has ended', async () => {
    const slot = await new Slot().open();
    const first = slot.add(1, 'a', 'first');
    slot.merged.withhold(1, 'b');
    slot.tasks.splice(slot.tasks.indexOf('b'), 1);
    const second = slot.add(1, 'c', 'second');
    assert.deepEqual([(await first).file, (await second).file], ['slot-1-0.state', 'slot-1-0.state']);
    const early = slot.add(2, 'a', 'early');
    slot.tasks.splice(slot.tasks.indexOf('a'), 1);
    await Promise.all([early, slot.add(2, 'c', 'the last one')]);
    assert.deepEqual(await slot.files(2), ['slot-1-1.state 17']);
  });

  test('a part that has waited for long goes without the others, and they do not wait for it; writers that block wait longer', async () => {
    for (const [isBlocking, waitMs] of [[false, 50], [true, 1000]] as const) {
      const slot = await new Slot({ isBlocking }).open();
      let isWritten = false;
      const early = slot.add(1, 'a', 'early').finally(() => { isWritten = true; });
      slot.clock.advance(waitMs - 1);
      await slot.storage.list('/c');
      assert.equal(isWritten, false);
      slot.clock.advance(1);
      assert.equal((await early).file, 'slot-1-0.state');
      const late = slot.add(1, 'b', 'late');
      slot.merged.withhold(1, 'c');
      assert.equal((await late).file, 'slot-1-1.state');
    }
  });

  test('a file holds no more than its limit', async () => {
    const slot = await new Slot({ fileBytesMax: 10 }).open();
    const parts = await Promise.all([slot.add(1, 'a', '123456'), slot.add(1, 'b', '7890'), slot.add(1, 'c', '12')]);
    assert.deepEqual(parts.map(({ file }) => file), ['slot-1-0.state', 'slot-1-0.state', 'slot-1-1.state']);
    assert.deepEqual(await slot.files(1), ['slot-1-0.state 10', 'slot-1-1.state 2']);
  });

  test('parts of a checkpoint that is given up are not written, those of others are', async () => {
    const slot = await new Slot().open();
    const [given, kept] = [slot.add(1, 'a', 'given up'), slot.add(2, 'a', 'kept')];
    slot.merged.onAborted(1);
    await assert.rejects(given, /given up/);
    slot.clock.advance(50);
    assert.equal((await kept).bytes, 4);
    assert.deepEqual(await slot.files(1), []);
  });

  test('a file that cannot be written fails all of its parts', async () => {
    const slot = new Slot({ tasks: ['a', 'b'] });
    const parts = await Promise.allSettled([slot.add(9, 'a', '1'), slot.add(9, 'b', '2')]);
    assert.deepEqual(parts.map(({ status }) => status), ['rejected', 'rejected']);
  });

  test('there are none unless asked for', () => {
    const slot = new Slot();
    assert.equal(createMergedFiles(Configuration.fromMap({}), { storage: slot.storage, jobDirectory: '/c', slotIndex: 0, tasks: () => [], clock: slot.clock }), undefined);
  });
});
