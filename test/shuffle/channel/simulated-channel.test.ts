import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Polled } from '#shuffle/channel/channel';
import { SimulatedChannel } from '#shuffle/channel/simulated-channel';
import { describeChannelContract } from './channel-contract.js';
import { CountingBell } from './counting-bell.js';

/** Holds deliveries back for a random number of steps and then makes them in any order. */
class SeededSchedule {
  readonly #due: { at: number; deliver: () => void }[] = [];
  #state: number;
  #now = 0;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) | 1;
  }

  readonly schedule = (deliver: () => void): void => {
    const delay = this.#next() % 4;
    if (delay === 0) deliver();
    else this.#due.push({ at: this.#now + delay, deliver });
  };

  step(): void {
    this.#now++;
    for (let i = this.#due.length - 1; i >= 0; i--) {
      if (this.#due[i]!.at <= this.#now) this.#due.splice(i, 1)[0]!.deliver();
    }
  }

  settle(): void {
    while (this.#due.length > 0) this.step();
  }

  #next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }
}

describeChannelContract('SimulatedChannel', (dataBytes, start, seed) => {
  const clock = new SeededSchedule(seed);
  const producerBell = new CountingBell();
  const consumerBell = new CountingBell();
  const channel = new SimulatedChannel({ dataBytes, start, schedule: clock.schedule, producerBell, consumerBell });
  return {
    producer: channel.producer,
    consumer: channel.consumer,
    producerRings: () => producerBell.rings,
    consumerRings: () => consumerBell.rings,
    step: () => clock.step(),
    settle: () => clock.settle(),
  };
});

test('a publication is seen, and rung for, when the schedule delivers it and not before', () => {
  const deliveries: (() => void)[] = [];
  const consumerBell = new CountingBell();
  const { producer, consumer } = new SimulatedChannel({
    dataBytes: 1024,
    schedule: (deliver) => deliveries.push(deliver),
    producerBell: new CountingBell(),
    consumerBell,
  });
  producer.tryReserve(8);
  producer.publish(8);
  assert.equal(consumer.poll(), Polled.NOTHING);
  assert.equal(consumerBell.rings, 0);
  deliveries.shift()!();
  assert.equal(consumerBell.rings, 1);
  assert.equal(consumer.poll(), Polled.FRAME);
  consumer.releaseFrame();
  assert.equal(producer.isConsumerIdle, false);
  deliveries.shift()!();
  assert.equal(producer.isConsumerIdle, true);
});
