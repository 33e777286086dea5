import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import { broadcastProcessFactory } from '#datastream/functions/bind-process-functions';
import type { ValueState } from '#state/keyed/keyed-state';
import {
  type BroadcastContext, type BroadcastElementContext, type BroadcastOnTimerContext, BroadcastProcessFunction, type KeyedBroadcastContext,
  type KeyedBroadcastElementContext, KeyedBroadcastProcessFunction,
} from '#streaming/process/broadcast-process-functions';
import type { Collector } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { MapStateDescriptor, ValueStateDescriptor } from '#streaming/process/state-descriptors';
import { OperatorHarness } from '../operator-harness.js';

const RULES = new MapStateDescriptor('rules', Types.STRING, Types.LONG);

class Limit extends BroadcastProcessFunction<{ name: string; value: number }, [string, number], string> {
  processElement(value: { name: string; value: number }, context: BroadcastElementContext, out: Collector<string>): void {
    const limit = context.getBroadcastState(RULES).get(value.name);
    if (limit !== null && value.value > limit) out.collect(`${value.name} ${value.value} > ${limit}`);
  }

  processBroadcastElement([name, limit]: [string, number], context: BroadcastContext): void {
    context.getBroadcastState(RULES).put(name, limit);
  }
}

class CountPerKey extends KeyedBroadcastProcessFunction<string, string, string, string> {
  counts!: ValueState<number>;
  readonly descriptor = new ValueStateDescriptor('count', Types.LONG, 0);

  override open(context: RuntimeContext): void {
    this.counts = context.getState(this.descriptor);
  }

  processElement(_value: string, context: KeyedBroadcastElementContext<string>): void {
    this.counts.update((this.counts.value() ?? 0) + 1);
    context.timerService().registerEventTimeTimer(10);
  }

  processBroadcastElement(command: string, context: KeyedBroadcastContext<string>, out: Collector<string>): void {
    context.getBroadcastState(RULES).put(command, 1);
    context.applyToKeyedState<ValueState<number>>(this.descriptor, (key, state) => out.collect(`${command} ${key}=${state.value()}`));
  }

  override onTimer(timestamp: number, context: BroadcastOnTimerContext<string>, out: Collector<string>): void {
    const commands = [...context.getBroadcastState(RULES).entries()].map(([name]) => name).join();
    out.collect(`${context.getCurrentKey()}@${timestamp} after ${commands}`);
  }
}

describe('broadcast process function', () => {
  test('elements meet the state that the broadcast side has set, in every subtask', () => {
    const harness = new OperatorHarness(broadcastProcessFactory(() => new Limit(), undefined, [RULES]), { parallelism: 2 });
    harness.subtasks[0]!.element({ name: 'heat', value: 99 });
    harness.element(['heat', 50], 0, 1);
    for (const subtask of harness.subtasks) subtask.element({ name: 'heat', value: 60 });
    assert.deepEqual(harness.values, ['heat 60 > 50', 'heat 60 > 50']);
  });

  test('broadcast state is whole in every subtask after a restore at another parallelism', () => {
    const factory = broadcastProcessFactory(() => new Limit(), undefined, [RULES]);
    const before = new OperatorHarness(factory, { parallelism: 2 });
    before.element(['heat', 50], 0, 1);
    before.element(['rain', 5], 0, 1);
    const after = new OperatorHarness(factory, { parallelism: 3, snapshots: before.snapshot() });
    for (const subtask of after.subtasks) subtask.element({ name: 'rain', value: 6 });
    assert.deepEqual(after.values, ['rain 6 > 5', 'rain 6 > 5', 'rain 6 > 5']);
  });

  test('the keyed kind has keyed state, timers, and reaches all keys from the broadcast side', () => {
    const key = { selector: (value: string) => value, type: Types.STRING };
    const harness = new OperatorHarness(broadcastProcessFactory(() => new CountPerKey(), key, [RULES]), { parallelism: 2 });
    for (const value of ['a', 'b', 'a']) harness.element(value, 1);
    harness.element('report', 2, 1);
    assert.deepEqual(harness.values.toSorted(), ['report a=2', 'report b=1']);
    harness.watermark(10);
    assert.deepEqual(harness.values.slice().sort().slice(0, 2), ['a@10 after report', 'b@10 after report']);
  });

  test('a state that broadcast() did not name is refused', () => {
    const harness = new OperatorHarness(broadcastProcessFactory(() => new Limit(), undefined, []));
    assert.throws(() => harness.element({ name: 'x', value: 1 }), { code: 'BROADCAST_STATE_UNKNOWN' });
  });

  test('applyToKeyedState without keys is refused', () => {
    const harness = new OperatorHarness(broadcastProcessFactory(() => new CountWithoutKeys() as never, undefined, [RULES]));
    assert.throws(() => harness.element('x', 0, 1), { code: 'STATE_NEEDS_KEYED_STREAM' });
  });
});

class CountWithoutKeys extends CountPerKey {
  override open(): void {}
}
