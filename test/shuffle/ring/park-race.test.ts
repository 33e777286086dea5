import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameMemory } from '#core/columns/frame-memory';
import { createRingConsumer, createRingProducer } from '#shuffle/ring/ring-channel';
import { formatRing, RingCell, ringRegionBytes } from '#shuffle/ring/ring-layout';
import { DOORBELL_BYTES, DoorbellCell, SlotDoorbell } from '#shuffle/ring/slot-doorbell';
import { CountingBell } from '../channel/counting-bell.js';
import { explore } from './park-race-model.js';

test('no interleaving of publish, ring, wait for room and park loses a wake-up', () => {
  for (const [items, capacity] of [[1, 1], [2, 1], [3, 1], [4, 1], [3, 2], [4, 2], [5, 2]] as const) {
    const { states, steps, lostWakeUp } = explore(items, capacity, {});
    assert.equal(lostWakeUp, undefined);
    assert.ok(states > items * 20, `${states} states for ${items} items`);
    if (items === 1) continue;
    for (const step of ['park: asleep', 'ring: notify', 'park: load RUNG known', 'produce: load TAIL again']) {
      assert.ok(steps.has(step), `${step} was explored`);
    }
  }
});

test('the exploration finds planted faults: each wrong order of steps loses a wake-up', () => {
  assert.deepEqual(explore(1, 1, { isFlagAfterCheck: true }).lostWakeUp?.filter((step) => !step.startsWith('produce: load')), [
    'consume: load HEAD',
    'park: hasWork',
    'produce: store ROOM_WAIT 0',
    'produce: store HEAD',
    'ring: add RUNG false',
    'park: load RUNG late',
    'park: store PARKED 1',
    'ring: load PARKED',
    'ring: notify',
    'park: wait',
  ]);
  assert.ok(explore(1, 1, { isFlagReadBeforeAdd: true }).lostWakeUp);
  assert.ok(explore(3, 1, { isRoomUnchecked: true }).lostWakeUp);
  assert.ok(explore(3, 1, { isRoomCheckedBeforeWait: true }).lostWakeUp);
});

/** Runs `body` and returns the Atomics calls it made on `cells`, with the cells' names. */
function atomicSteps(names: ReadonlyMap<number, string>, body: (note: (step: string) => void) => void): string[] {
  const steps: string[] = [];
  const real = { load: Atomics.load, store: Atomics.store, add: Atomics.add, notify: Atomics.notify, wait: Atomics.wait };
  const record = (verb: keyof typeof real, hasValue: boolean) => {
    // The signatures of Atomics differ by verb; all take (cells, index, value).
    Reflect.set(Atomics, verb, (cells: Int32Array, index: number, ...rest: number[]): unknown => {
      steps.push(`${verb} ${names.get(index)}${hasValue ? ` ${rest[0]}` : ''}`);
      return Reflect.apply(real[verb], Atomics, [cells, index, ...rest]);
    });
  };
  record('load', false);
  record('store', true);
  record('add', false);
  record('notify', false);
  record('wait', false);
  try {
    body((step) => steps.push(step));
  } finally {
    Object.assign(Atomics, real);
  }
  return steps;
}

test('the doorbell makes the steps of the model, in its order', () => {
  const cells = new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES));
  const names = new Map([[DoorbellCell.RUNG, 'RUNG'], [DoorbellCell.PARKED, 'PARKED']] as [number, string][]);
  const bell = new SlotDoorbell(cells, 0);
  const parked = atomicSteps(names, (note) => {
    bell.park(0, () => {
      note('hasWork');
      return false;
    });
  });
  assert.deepEqual(parked, ['load RUNG', 'store PARKED 1', 'hasWork', 'wait RUNG', 'store PARKED 0', 'load RUNG']);
  const busy = atomicSteps(names, () => bell.park(0, () => true));
  assert.deepEqual(busy, ['load RUNG', 'store PARKED 1', 'store PARKED 0', 'load RUNG']);
  assert.deepEqual(atomicSteps(names, () => bell.ring()), ['add RUNG', 'load PARKED']);
  assert.deepEqual(atomicSteps(names, () => bell.park(0, () => false)), ['load RUNG', 'load RUNG']);
  cells[DoorbellCell.PARKED] = 1;
  assert.deepEqual(atomicSteps(names, () => bell.ring()), ['add RUNG', 'load PARKED', 'notify RUNG']);
});

test('the ends of a ring make the steps of the model, in its order', () => {
  const memory = new FrameMemory(new SharedArrayBuffer(ringRegionBytes(1024)));
  formatRing(memory, 0, 1024);
  const names = new Map([[RingCell.HEAD, 'HEAD'], [RingCell.TAIL, 'TAIL'], [RingCell.ROOM_WAIT, 'ROOM_WAIT'], [RingCell.CONTROL_HEAD, 'CONTROL_HEAD'], [RingCell.BYTES_LIMIT, 'BYTES_LIMIT']] as [number, string][]);
  let note: (step: string) => void = () => undefined;
  const bell = { ring: () => note('ring') };
  const producer = createRingProducer(memory, 0, 1024, bell);
  const consumer = createRingConsumer(memory, 0, 1024, bell);
  const steps = (body: () => void): string[] =>
    atomicSteps(names, (noting) => {
      note = noting;
      body();
    }).filter((step) => step !== 'load BYTES_LIMIT'); // says which TAIL is wanted, has no part in waiting for it
  const send = (): void => {
    producer.tryReserve(248);
    producer.publish(248);
  };
  assert.deepEqual(steps(send), ['store HEAD 256', 'ring']);
  for (let i = 0; i < 3; i++) send();
  assert.deepEqual(steps(() => producer.tryReserve(8)), ['load TAIL', 'store ROOM_WAIT 17', 'load TAIL']);
  assert.deepEqual(steps(() => consumer.poll()), ['load HEAD', 'load CONTROL_HEAD']);
  assert.deepEqual(steps(() => consumer.releaseFrame()), ['store TAIL 256', 'load ROOM_WAIT', 'ring']);
  assert.deepEqual(steps(() => producer.tryReserve(8)), ['load TAIL', 'store ROOM_WAIT 0']);
  consumer.poll();
  assert.deepEqual(steps(() => consumer.releaseFrame()), ['store TAIL 512', 'load ROOM_WAIT']);
});

test('a waiting producer is rung only when what it asked for fits', () => {
  const memory = new FrameMemory(new SharedArrayBuffer(ringRegionBytes(1024)));
  formatRing(memory, 0, 1024);
  const producerBell = new CountingBell();
  const producer = createRingProducer(memory, 0, 1024, new CountingBell());
  const consumer = createRingConsumer(memory, 0, 1024, producerBell);
  for (let i = 0; i < 16; i++) {
    producer.tryReserve(56);
    producer.publish(56);
  }
  assert.equal(producer.tryReserve(100), -1);
  const rings: number[] = [];
  for (let i = 0; i < 4; i++) {
    consumer.poll();
    consumer.releaseFrame();
    rings.push(producerBell.rings);
  }
  assert.deepEqual(rings, [0, 1, 2, 3]);
  assert.notEqual(producer.tryReserve(100), -1);
  consumer.poll();
  consumer.releaseFrame();
  assert.equal(producerBell.rings, 3);
});
