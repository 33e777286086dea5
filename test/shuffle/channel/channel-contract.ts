// The contract of channel.ts as tests. Each implementation runs all of them (run by the *-channel.test.ts files).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ControlKind, Polled } from '#shuffle/channel/channel';
import type { ChannelConsumer, ChannelProducer } from '#shuffle/channel/channel';
import type { RingStart } from '#shuffle/ring/ring-layout';

export interface ChannelUnderTest {
  readonly producer: ChannelProducer;
  readonly consumer: ChannelConsumer;
  producerRings(): number;
  consumerRings(): number;
  /** Lets some time pass for what is under way. */
  step(): void;
  /** Lets everything under way arrive. */
  settle(): void;
}

export type OpenChannel = (dataBytes: number, start: RingStart, seed: number) => ChannelUnderTest;

/** A channel carries flags as they are. */
const FLAGS = 4;
const ORIGIN: RingStart = { position: 0, frames: 0, controlEntries: 0 };
/** Every counter passes the end of its range within the first few operations. */
const NEAR_WRAPS: readonly RingStart[] = [
  { position: 2 ** 31 - 64, frames: 2 ** 31 - 2, controlEntries: 2 ** 31 - 1 },
  { position: 2 ** 32 - 128, frames: 2 ** 32 - 1, controlEntries: 2 ** 32 - 2 },
  { position: 2 ** 32 - 8, frames: 2 ** 40 - 3, controlEntries: 2 ** 31 - 3 },
];

function fill(producer: ChannelProducer, offset: number, bytes: number, sequence: number): void {
  for (let i = 0; i < bytes; i++) producer.memory.u8[offset + i] = (sequence * 7 + i * 3 + 1) & 255;
}

function assertFilled(consumer: ChannelConsumer, offset: number, bytes: number, sequence: number): void {
  for (let i = 0; i < bytes; i++) {
    if (consumer.memory.u8[offset + i] !== ((sequence * 7 + i * 3 + 1) & 255)) assert.fail(`byte ${i} of frame ${sequence} is damaged`);
  }
}

/** Publishes one frame of `bytes`, filled after its sequence number; false when there is no room. */
function send(channel: ChannelUnderTest, bytes: number): boolean {
  const { producer } = channel;
  const offset = producer.tryReserve(bytes);
  if (offset === -1) return false;
  fill(producer, offset, bytes, producer.framesPublished);
  producer.publish(bytes);
  return true;
}

/** Takes what comes next, checked; its text form, or undefined for nothing. */
function takeOne({ consumer }: ChannelUnderTest): string | undefined {
  const polled = consumer.poll();
  if (polled === Polled.NOTHING) return undefined;
  assert.equal(consumer.poll(), polled, 'poll is idempotent until something is taken');
  if (polled === Polled.FRAME) {
    const sequence = consumer.framesReleased;
    assert.equal(consumer.frameOffset % 8, 0);
    assertFilled(consumer, consumer.frameOffset, consumer.frameBytes, sequence);
    const text = `frame ${sequence} of ${consumer.frameBytes}`;
    consumer.releaseFrame();
    return text;
  }
  const text = controlText(consumer.controlKind, consumer.controlA, consumer.controlB, consumer.controlC, consumer.controlAfterFrame);
  assert.equal(consumer.controlAfterFrame, consumer.framesReleased);
  consumer.takeControl();
  return text;
}

const controlText = (kind: number, a: number, b: number, c: number, after: number): string => `control ${kind} ${a} ${b} ${c} after ${after}`;

function drain(channel: ChannelUnderTest): string[] {
  const taken: string[] = [];
  for (;;) {
    channel.settle();
    const next = takeOne(channel);
    if (next === undefined) return taken;
    taken.push(next);
  }
}

type Action =
  | { readonly kind: 'frame'; readonly reserve: number; readonly share: number }
  | { readonly kind: 'cancel'; readonly reserve: number }
  | { readonly kind: 'control'; readonly code: number; readonly a: number }
  | { readonly kind: 'take'; readonly count: number }
  | { readonly kind: 'limit'; readonly share: number }
  | { readonly kind: 'step' };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('frame' as const), reserve: share, share }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), reserve: share }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('control' as const), code: fc.integer({ min: 1, max: 7 }), a: fc.double() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('take' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), share }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'step' as const }) },
);

/** Drives a channel at random and keeps what should come out of it. */
class Driver {
  readonly expected: string[] = [];
  readonly taken: string[] = [];
  readonly #channel: ChannelUnderTest;
  /** Rings counted when the last reservation (entry) failed; -1 when it did not. */
  #ringsAtRefusal = -1;

  constructor(channel: ChannelUnderTest) {
    this.#channel = channel;
  }

  run(step: Action): void {
    if (step.kind === 'frame') this.#frame(step.reserve, step.share);
    else if (step.kind === 'cancel') this.#cancel(step.reserve);
    else if (step.kind === 'control') this.#control(step.code, step.a);
    else if (step.kind === 'step') this.#channel.step();
    else if (step.kind === 'limit') this.#channel.consumer.limitBytesInFlight(8 + Math.floor(step.share * (this.#channel.consumer.dataBytes - 8)));
    else for (let i = 0; i < step.count; i++) this.#take();
  }

  #frame(reserveShare: number, publishShare: number): void {
    const { producer } = this.#channel;
    const reserved = 1 + Math.floor(reserveShare * (producer.frameBytesMax - 1));
    const offset = producer.tryReserve(reserved);
    this.#checkRefusal(offset !== -1);
    if (offset === -1) return;
    assert.equal(offset % 8, 0);
    const bytes = 1 + Math.floor(publishShare * (reserved - 1));
    fill(producer, offset, bytes, producer.framesPublished);
    this.expected.push(`frame ${producer.framesPublished} of ${bytes}`);
    producer.publish(bytes);
  }

  #cancel(reserveShare: number): void {
    const { producer } = this.#channel;
    const reserved = 1 + Math.floor(reserveShare * (producer.frameBytesMax - 1));
    const offset = producer.tryReserve(reserved);
    this.#checkRefusal(offset !== -1);
    if (offset === -1) return;
    producer.memory.u8.fill(0xee, offset, offset + reserved);
    producer.cancelReservation();
  }

  #control(code: number, a: number): void {
    const { producer } = this.#channel;
    const b = this.expected.length;
    if (producer.tryControl(code, a, b, -b)) this.expected.push(controlText(code, a, b, -b, producer.framesPublished));
  }

  #take(): void {
    const next = takeOne(this.#channel);
    if (next !== undefined) this.taken.push(next);
  }

  /** Room that came back after a refusal must have been announced by a ring. */
  #checkRefusal(hasRoom: boolean): void {
    const rings = this.#channel.producerRings();
    if (hasRoom) this.#ringsAtRefusal = -1;
    else if (this.#ringsAtRefusal === -1) this.#ringsAtRefusal = rings;
  }

  finish(): void {
    this.taken.push(...drain(this.#channel));
    this.#channel.settle();
    assert.deepEqual(this.taken, this.expected);
    if (this.#ringsAtRefusal !== -1) assert.ok(this.#channel.producerRings() > this.#ringsAtRefusal, 'an emptied channel rings its waiting producer');
    assert.equal(this.#channel.producer.isConsumerIdle, true);
    assert.equal(this.#channel.producer.bytesInFlight, 0);
    assert.equal(this.#channel.consumer.framesReleased, this.#channel.producer.framesPublished);
  }
}

export function describeChannelContract(name: string, open: OpenChannel): void {
  describe(`${name} keeps the channel contract`, () => {
    orderTests(open);
    roomTests(open);
    barrierTests(open);
    misuseTests(open);
  });
}

function orderTests(open: OpenChannel): void {
  test('frames and entries of random sizes come out whole and in order, across wrap-arounds and slow readers', () => {
    const start = fc.constantFrom(ORIGIN, ...NEAR_WRAPS);
    const dataBytes = fc.constantFrom(1024, 1032, 1496, 4096);
    fc.assert(
      fc.property(fc.array(action, { maxLength: 150, size: 'max' }), start, dataBytes, fc.nat(), (actions, from, bytes, seed) => {
        const driver = new Driver(open(bytes, from, seed));
        for (const step of actions) driver.run(step);
        driver.finish();
      }),
      { numRuns: 300 },
    );
  });

  test('a control entry acts exactly after the frames that were published before it', () => {
    const channel = open(1024, ORIGIN, 1);
    channel.producer.tryControl(ControlKind.WATERMARK, 1, 0, 0);
    send(channel, 10);
    send(channel, 20);
    channel.producer.tryControl(ControlKind.WATERMARK, 2, 0, 0);
    channel.producer.tryControl(ControlKind.IDLE, 0, 0, 0);
    const offset = channel.producer.tryReserve(30);
    channel.producer.tryControl(ControlKind.ACTIVE, 0, 0, 0);
    fill(channel.producer, offset, 30, 2);
    channel.producer.publish(30);
    channel.producer.tryControl(ControlKind.END_OF_INPUT, 0, 0, 0);
    assert.deepEqual(drain(channel), [
      'control 1 1 0 0 after 0',
      'frame 0 of 10',
      'frame 1 of 20',
      'control 1 2 0 0 after 2',
      'control 2 0 0 0 after 2',
      'control 3 0 0 0 after 2',
      'frame 2 of 30',
      'control 7 0 0 0 after 3',
    ]);
  });

  test('publishing and appending ring the consumer', () => {
    const channel = open(1024, ORIGIN, 2);
    const before = channel.consumerRings();
    send(channel, 8);
    channel.settle();
    const afterFrame = channel.consumerRings();
    channel.producer.tryControl(ControlKind.IDLE, 0, 0, 0);
    channel.settle();
    assert.ok(afterFrame > before);
    assert.ok(channel.consumerRings() > afterFrame);
  });

  test('the consumer is idle only when every published frame is released', () => {
    const channel = open(1024, ORIGIN, 3);
    assert.equal(channel.producer.isConsumerIdle, true);
    send(channel, 100);
    channel.settle();
    assert.equal(channel.consumer.poll(), Polled.FRAME);
    channel.settle();
    assert.equal(channel.producer.isConsumerIdle, false);
    assert.ok(channel.producer.bytesInFlight >= 100);
    channel.consumer.releaseFrame();
    channel.settle();
    assert.equal(channel.producer.isConsumerIdle, true);
    assert.equal(channel.producer.bytesInFlight, 0);
  });
}

function roomTests(open: OpenChannel): void {
  test('four frames of the largest size fit, the fifth waits until the first is released and is then announced', () => {
    const channel = open(4096, ORIGIN, 4);
    const bytes = channel.producer.frameBytesMax;
    for (let i = 0; i < 4; i++) assert.equal(send(channel, bytes), true);
    assert.equal(send(channel, bytes), false);
    channel.settle();
    const rings = channel.producerRings();
    assert.equal(takeOne(channel), `frame 0 of ${bytes}`);
    channel.settle();
    assert.ok(channel.producerRings() > rings);
    assert.equal(send(channel, bytes), true);
  });

  test('an empty channel takes a largest frame wherever its head stands', () => {
    const channel = open(1032, NEAR_WRAPS[1]!, 5);
    for (let i = 0; i < 400; i++) {
      assert.equal(send(channel, 1 + ((i * 37) % 200)), true);
      drain(channel);
      assert.equal(send(channel, channel.producer.frameBytesMax), true);
      drain(channel);
      channel.settle();
    }
  });

  test('whoever was refused is rung before the room it asked for is there, however it asked', () => {
    const size = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 40 }), size, fc.nat(), (sizes, wantedShare, seed) => {
        const channel = open(1024, NEAR_WRAPS[seed % 3]!, seed);
        const max = channel.producer.frameBytesMax;
        for (const s of sizes) if (!send(channel, 1 + Math.floor(s * (max - 1)))) takeOne(channel);
        const wanted = 1 + Math.floor(wantedShare * (max - 1));
        while (send(channel, wanted));
        const rings = channel.producerRings();
        // Nobody asks again until the bell has rung: it must ring before the channel is empty.
        while (channel.producerRings() === rings) {
          channel.settle();
          assert.notEqual(takeOne(channel), undefined, 'the channel is empty and nobody rang');
          channel.settle();
        }
        drain(channel);
        assert.equal(send(channel, wanted), true);
      }),
      { numRuns: 200 },
    );
  });

  test('no more than the consumer wants is in flight, but for one frame of any size, and room beyond it is announced', () => {
    for (const start of [ORIGIN, ...NEAR_WRAPS]) {
      const channel = open(4096, start, 10);
      const { producer, consumer } = channel;
      consumer.limitBytesInFlight(256);
      channel.settle();
      assert.ok(producer.frameBytesTarget <= 64);
      for (let i = 0; i < 4; i++) assert.equal(send(channel, 56), true);
      assert.equal(producer.bytesInFlight, 256);
      assert.equal(send(channel, 56), false);
      channel.settle();
      assert.equal(consumer.bytesQueued, 256);
      const rings = channel.producerRings();
      takeOne(channel);
      channel.settle();
      assert.ok(channel.producerRings() > rings);
      assert.equal(send(channel, 56), true);
      drain(channel);
      channel.settle();
      assert.equal(send(channel, producer.frameBytesMax), true);
      assert.equal(send(channel, 8), false);
      consumer.limitBytesInFlight(4096);
      channel.settle();
      assert.equal(send(channel, producer.frameBytesMax), true);
    }
  });

  test('a cancelled reservation leaves no trace', () => {
    const channel = open(1024, ORIGIN, 6);
    for (let i = 0; i < 50; i++) {
      const offset = channel.producer.tryReserve(channel.producer.frameBytesMax);
      channel.producer.memory.u8.fill(0xaa, offset, offset + 100);
      channel.producer.cancelReservation();
      assert.equal(channel.producer.bytesInFlight, 0);
      assert.equal(channel.producer.framesPublished, i);
      assert.equal(send(channel, 50 + i), true);
      assert.deepEqual(drain(channel), [`frame ${i} of ${50 + i}`]);
    }
  });

  test('a full control lane refuses, and rings when an entry was taken', () => {
    const channel = open(1024, NEAR_WRAPS[0]!, 7);
    for (let i = 0; i < 128; i++) assert.equal(channel.producer.tryControl(ControlKind.LATENCY_MARKER, i, 0, 0), true);
    assert.equal(channel.producer.tryControl(ControlKind.LATENCY_MARKER, 128, 0, 0), false);
    channel.settle();
    const rings = channel.producerRings();
    takeOne(channel);
    channel.settle();
    assert.ok(channel.producerRings() > rings);
    assert.equal(channel.producer.tryControl(ControlKind.LATENCY_MARKER, 128, 0, 0), true);
    assert.equal(drain(channel).length, 128);
  });
}

function barrierTests(open: OpenChannel): void {
  test('a barrier is seen ahead of the frames it follows and still polled in its turn', () => {
    for (const start of [ORIGIN, ...NEAR_WRAPS]) {
      const channel = open(4096, start, 8);
      assert.equal(channel.consumer.peekBarrier(), undefined);
      send(channel, 100);
      channel.producer.tryControl(ControlKind.WATERMARK, 5, 0, 0);
      send(channel, 200);
      channel.producer.tryControl(ControlKind.BARRIER, 77, 123456, FLAGS);
      send(channel, 300);
      channel.producer.tryControl(ControlKind.BARRIER, 78, 123999, 0);
      channel.settle();
      const first = { checkpointId: 77, timestamp: 123456, flags: FLAGS, afterFrame: start.frames + 2 };
      assert.deepEqual(channel.consumer.peekBarrier(), first);
      takeOne(channel);
      takeOne(channel);
      assert.deepEqual(channel.consumer.peekBarrier(), first);
      takeOne(channel);
      assert.equal(takeOne(channel), controlText(ControlKind.BARRIER, 77, 123456, 4, start.frames + 2));
      assert.equal(channel.consumer.peekBarrier()?.checkpointId, 78);
      drain(channel);
      assert.equal(channel.consumer.peekBarrier(), undefined);
    }
  });

  test('the queued frames before a barrier are visited in order, the polled one included, also across the wrap', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 240 }), { maxLength: 60 }), fc.nat({ max: 8 }), fc.nat(), (sizes, before, seed) => {
        const start = NEAR_WRAPS[seed % 3]!;
        const channel = open(1024, start, seed);
        const queued: number[] = [];
        for (const bytes of sizes) {
          while (!send(channel, bytes)) {
            channel.settle();
            takeOne(channel);
            queued.shift();
            channel.settle();
          }
          queued.push(bytes);
        }
        channel.settle();
        channel.consumer.poll();
        const visited: number[] = [];
        const { consumer } = channel;
        consumer.forEachQueuedFrame(consumer.framesReleased + before, (offset, bytes) => {
          assertFilled(consumer, offset, bytes, consumer.framesReleased + visited.length);
          visited.push(bytes);
        });
        assert.deepEqual(visited, queued.slice(0, before));
      }),
      { numRuns: 100 },
    );
  });
}

function misuseTests(open: OpenChannel): void {
  test('programmer errors are refused', () => {
    const { producer, consumer } = open(1024, ORIGIN, 9);
    assert.throws(() => producer.tryReserve(producer.frameBytesMax + 1), /within the channel's 248/);
    assert.throws(() => producer.publish(8), /reservation of 0/);
    assert.throws(() => producer.cancelReservation(), /a reservation is open/);
    assert.throws(() => consumer.releaseFrame(), /a frame is open/);
    assert.throws(() => consumer.takeControl(), /a control entry is open/);
    producer.tryReserve(16);
    assert.throws(() => producer.tryReserve(16), /one reservation at a time/);
    assert.throws(() => producer.publish(17), /published 17 bytes of a reservation of 16/);
  });
}
