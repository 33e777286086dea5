import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulatedPlatform } from '#platform/simulated-platform';
import { ControlKind, Polled } from '#shuffle/channel/channel';
import type { ChannelEnds } from '#shuffle/channel/same-slot-channel';
import { SimulatedChannel } from '#shuffle/channel/simulated-channel';
import { DOORBELL_BYTES, DoorbellCell, SlotDoorbell, WakeCause } from '#shuffle/ring/slot-doorbell';
import type { BellDoor } from '#shuffle/ring/slot-doorbell';

const newCells = (): Int32Array => new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES));
const nothing = (): boolean => false;

test('a ring before the wait ends the wait, once', () => {
  const bell = new SlotDoorbell(newCells(), 0);
  bell.ring();
  bell.ring();
  assert.equal(bell.park(1000, nothing), WakeCause.RUNG);
  assert.equal(bell.park(0, nothing), WakeCause.TIMEOUT);
});

test('a ring made while the owner looks for work ends the wait', () => {
  const bell = new SlotDoorbell(newCells(), 0);
  const cause = bell.park(60_000, () => {
    bell.ring();
    return false;
  });
  assert.equal(cause, WakeCause.RUNG);
});

test('work that nobody rang for is found just before sleeping', () => {
  const cells = newCells();
  const bell = new SlotDoorbell(cells, 0);
  assert.equal(bell.park(60_000, () => cells[DoorbellCell.PARKED] === 1), WakeCause.WORK);
  assert.equal(cells[DoorbellCell.PARKED], 0);
});

test('doorbells side by side do not wake each other', () => {
  const cells = new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES * 2));
  const first = new SlotDoorbell(cells, 0);
  const second = new SlotDoorbell(cells, DOORBELL_BYTES / 4);
  first.ring();
  assert.equal(second.park(0, nothing), WakeCause.TIMEOUT);
  assert.equal(first.park(0, nothing), WakeCause.RUNG);
});

test('an asynchronous wait lets timers and promises go on, and their callback ends it', async () => {
  const bell = new SlotDoorbell(newCells(), 0, { spinCount: 10 });
  setImmediate(() => bell.ring());
  assert.equal(await bell.parkAsync(60_000, nothing), WakeCause.RUNG);
  assert.equal(await bell.parkAsync(60_000, () => true), WakeCause.WORK);
  assert.equal(await bell.parkAsync(1, nothing), WakeCause.TIMEOUT);
  bell.ring();
  assert.equal(await bell.parkAsync(60_000, nothing), WakeCause.RUNG);
});

const FRAMES = 200;

async function simulatedSender({ producer }: ChannelEnds, bell: SlotDoorbell): Promise<void> {
  for (let frame = 0; frame < FRAMES; ) {
    const offset = producer.tryReserve(16 + (frame % 25) * 9);
    if (offset === -1) {
      await bell.parkAsync(Infinity, nothing);
      continue;
    }
    producer.memory.i32[offset >>> 2] = frame++;
    producer.publish(16);
  }
  while (!producer.tryControl(ControlKind.END_OF_INPUT, 0, 0, 0)) await bell.parkAsync(Infinity, nothing);
}

async function simulatedReader({ consumer }: ChannelEnds, bell: SlotDoorbell, taken: number[]): Promise<void> {
  for (;;) {
    const polled = consumer.poll();
    if (polled === Polled.CONTROL) return;
    if (polled === Polled.NOTHING) {
      await bell.parkAsync(Infinity, nothing);
      continue;
    }
    taken.push(consumer.memory.i32[consumer.frameOffset >>> 2]!);
    consumer.releaseFrame();
  }
}

test('simulated slots that park without a bound end under every seed: no wake-up is lost at any delay', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const platform = simulatedPlatform({ seed });
    const door: BellDoor = platform.threads;
    const cells = new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES * 2));
    const producerBell = new SlotDoorbell(cells, 0, { door });
    const consumerBell = new SlotDoorbell(cells, DOORBELL_BYTES / 4, { door });
    const lane = {};
    const schedule = (deliver: () => void): void => {
      if (platform.random.nextInt(3) === 0) platform.clock.schedule(platform.random.nextInt(20), deliver);
      else platform.scheduler.post(deliver, lane);
    };
    const channel = new SimulatedChannel({ dataBytes: 1024, schedule, producerBell, consumerBell });
    const taken: number[] = [];
    let isDone = false;
    const slots = Promise.all([simulatedSender(channel, producerBell), simulatedReader(channel, consumerBell, taken)]);
    void slots.then(() => (isDone = true));
    await platform.run();
    assert.equal(isDone, true, `seed ${seed}: a slot sleeps for ever`);
    assert.deepEqual(taken, Array.from({ length: FRAMES }, (_, frame) => frame));
  }
});
