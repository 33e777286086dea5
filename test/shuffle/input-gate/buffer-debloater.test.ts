import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { Types } from '#core/types/type-information';
import { ControlKind } from '#shuffle/channel/channel';
import { BufferDebloater, readDebloating } from '#shuffle/input-gate/buffer-debloater';
import { GateEvent } from '#shuffle/input-gate/input-gate';
import { CHANNEL_KINDS, Edge } from '../result-partition/edge-harness.js';

const ENABLED = { 'taskmanager.network.memory.buffer-debloat.enabled': true };
const RING_BYTES = 1 << 20;
const ROW = Types.ROW({ id: Types.LONG, text: Types.STRING });

/** A producer that is never without rows, before a consumer that takes its time over each. */
class SlowConsumer {
  readonly edge: Edge;
  readonly #debloater: BufferDebloater | undefined;
  nowMs = 0;
  #sent = 0;
  #taken = 0;

  constructor(options: { readonly kind: string; readonly settings: Readonly<Record<string, unknown>>; readonly channels?: number }) {
    const { kind, settings, channels = 1 } = options;
    this.edge = new Edge({ type: ROW, dataBytes: RING_BYTES, kind, channels, partitioner: { kind: 'rebalance' } });
    const debloating = readDebloating(Configuration.fromMap(settings));
    this.#debloater = debloating === undefined ? undefined : new BufferDebloater(this.edge.gate.channels, debloating, 0);
  }

  metric(name: string): number {
    return new Map(this.#debloater!.metrics()).get(name)!;
  }

  /** Consumes for so long; true as soon as a barrier has come on all channels. */
  run(untilMs: number, msPerRow: number): boolean {
    const { gate } = this.edge;
    while (this.nowMs < untilMs) {
      this.#produce();
      const event = gate.poll();
      if (event === GateEvent.BARRIER) return true;
      if (event !== GateEvent.BATCH) continue;
      const { batch } = gate.channel;
      this.nowMs += batch.count * msPerRow;
      this.#taken += batch.count;
      gate.channel.release();
      if (this.#debloater?.isDue(this.nowMs) === true) this.#debloater.update(this.nowMs, this.nowMs, 0);
    }
    return false;
  }

  /** ms until a barrier that is sent now has come. */
  barrierMs(msPerRow: number): number {
    const sentMs = this.nowMs;
    this.edge.writer.broadcast(ControlKind.BARRIER, 1, 0, 0);
    assert.ok(this.run(sentMs + 10_000_000, msPerRow), 'the barrier comes');
    return this.nowMs - sentMs;
  }

  get rowsInFlight(): number {
    return this.#sent - this.#taken;
  }

  #produce(): void {
    const { writer, availability } = this.edge;
    writer.drain();
    while (availability.blocked === 0) writer.emit({ id: this.#sent++, text: 'some text' }, 0);
  }
}

describe('buffer debloating', () => {
  for (const kind of Object.keys(CHANNEL_KINDS)) {
    test(`keeps about as much in flight as is consumed in the target's time, in a ${kind} channel`, () => {
      const slow = new SlowConsumer({ kind, settings: ENABLED });
      for (const msPerRow of [10, 1, 4]) {
        slow.run(slow.nowMs + 30_000, msPerRow);
        const rowsPerTarget = 1000 / msPerRow;
        assert.ok(slow.rowsInFlight > rowsPerTarget / 3 && slow.rowsInFlight < rowsPerTarget * 2, `${slow.rowsInFlight} rows in flight at ${rowsPerTarget} a second`);
      }
    });
  }

  test('a barrier comes in about that time, where it came behind a full ring', () => {
    const [debloated, plain] = [ENABLED, {}].map((settings) => {
      const slow = new SlowConsumer({ kind: 'ring', settings, channels: 2 });
      slow.run(30_000, 1);
      return slow.barrierMs(1);
    });
    assert.ok(debloated! < 2500, `${debloated} ms`);
    assert.ok(plain! > 20_000, `${plain} ms`);
  });

  test('starts with small frames, and lets a fast consumer have the whole ring', () => {
    const fast = new SlowConsumer({ kind: 'ring', settings: ENABLED });
    assert.equal(fast.metric('debloatedBufferSize'), 4 * 1024);
    fast.run(10_000, 0.001);
    assert.ok(fast.metric('debloatedBufferSize') > RING_BYTES / 2);
  });

  test('tells how much may be in flight and how long that takes', () => {
    const slow = new SlowConsumer({ kind: 'ring', settings: { ...ENABLED, 'taskmanager.network.memory.buffer-debloat.target': '3 s' } });
    assert.equal(slow.metric('estimatedTimeToConsumeBuffersMs'), 0);
    slow.run(60_000, 1);
    const estimated = slow.metric('estimatedTimeToConsumeBuffersMs');
    assert.ok(estimated > 1000 && estimated < 6000, `${estimated} ms`);
  });

  test('time without rows changes nothing, nor does a change below the threshold', () => {
    const slow = new SlowConsumer({ kind: 'ring', settings: ENABLED });
    slow.run(30_000, 1);
    const before = slow.metric('debloatedBufferSize');
    slow.run(35_000, 0.95);
    assert.equal(slow.metric('debloatedBufferSize'), before);
  });

  test('is off unless asked for', () => {
    assert.equal(readDebloating(Configuration.fromMap({})), undefined);
  });
});
