import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Configuration } from '#core/config/configuration';
import type { MemorySize } from '#core/config/memory-size';
import { EngineError } from '#core/errors/engine-error';
import { deriveJobManagerMemory } from '#core/memory/job-manager-memory';
import { deriveTaskManagerMemory, directLimitOf, heapLimitOf, type TaskManagerMemory } from '#core/memory/task-manager-memory';
import { fixturePath } from '../../conformance-folder.js';
import { vectorTests, type Vector } from '../../runtime-vectors.js';

const MEBIBYTE = 1024 ** 2;

/** Words of Flink's messages, and of the notes beside the reference vectors -> the code that means the same here. */
const MEANINGS: readonly [RegExp, string][] = [
  [/exceed configured Total Flink Memory|less than the configured Off-heap|sum exceeds total flink|flink <= offheap/, 'MEMORY_PARTS_EXCEED_FLINK'],
  [/Sum of configured JVM Metaspace|metaspace\+overhead exceed process/, 'MEMORY_OVERHEAD_EXCEEDS_PROCESS'],
  [/Derived JVM Overhead size|overhead out of range/, 'MEMORY_OVERHEAD_OUT_OF_RANGE'],
  [/is less than the sum of the derived Total Flink|process < flink\+metaspace/, 'MEMORY_FLINK_EXCEEDS_PROCESS'],
  [/Inconsistently configured/, 'MEMORY_RANGE_INCONSISTENT'],
  [/Derived Network Memory|derived Network Memory/, 'MEMORY_NETWORK_OUT_OF_RANGE'],
  [/heap\+offheap != flink|heap > flink/, 'MEMORY_PARTS_DIFFER_FROM_FLINK'],
];

function bytesOf(sizes: Readonly<Record<string, MemorySize>>): Record<string, number> {
  return Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, size.toNumber()]));
}

function withLimits(memory: TaskManagerMemory): Record<string, number> {
  return bytesOf({ ...memory, jvmHeap: heapLimitOf(memory), jvmDirect: directLimitOf(memory) });
}

function derive(vector: Vector): Record<string, number> {
  const config = Configuration.fromMap(vector['config']);
  if (vector['kind'] === 'memory-taskmanager') return withLimits(deriveTaskManagerMemory(config));
  const { warnings, ...sizes } = deriveJobManagerMemory(config);
  assert.equal(warnings.length > 0, sizes.heap.toNumber() < 128 * MEBIBYTE);
  return bytesOf(sizes);
}

function check(vectors: readonly Vector[]): void {
  for (const vector of vectors) {
    const label = JSON.stringify(vector);
    if (vector['error'] === undefined) {
      const derived = derive(vector);
      const expected = vector['expected'] as Record<string, number>;
      for (const [name, bytes] of Object.entries(expected)) assert.equal(derived[name], bytes, `${name} of ${label}`);
      continue;
    }
    const meaning = MEANINGS.find(([words]) => words.test(vector['error']));
    assert.ok(meaning !== undefined, `no meaning known for ${label}`);
    assert.throws(() => derive(vector), { code: meaning[1] }, label);
  }
}

function taskManager(settings: Readonly<Record<string, string>>): TaskManagerMemory {
  return deriveTaskManagerMemory(Configuration.fromMap(Object.fromEntries(Object.entries(settings).map(([key, text]) => [`taskmanager.memory.${key}`, text]))));
}

describe('TaskManager and JobManager memory', () => {
  vectorTests('memory-taskmanager', 'a TaskManager derives byte for byte as in Flink', 200, check);
  vectorTests('memory-jobmanager', 'a JobManager derives byte for byte as in Flink', 90, check);

  test('the reference vectors of the design hold', () => {
    const vectors = readFileSync(fixturePath('memory-reference-vectors.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Vector);
    assert.equal(vectors.length, 26);
    check(vectors);
  });

  test('whatever derives adds up', () => {
    const size = fc.integer({ min: 1, max: 40_000 }).map((mebibytes) => `${mebibytes}m`);
    const settings = fc.record({
      'process.size': size, 'flink.size': size, 'task.heap.size': size, 'managed.size': size, 'network.max': size, 'jvm-metaspace.size': size,
      'managed.fraction': fc.integer({ min: 0, max: 99 }).map((percent) => String(percent / 100)),
    }, { requiredKeys: [] });
    fc.assert(fc.property(settings, (given) => {
      let memory: TaskManagerMemory;
      try {
        memory = taskManager(Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined)));
      } catch (thrown) {
        assert.ok(thrown instanceof EngineError, String(thrown));
        return;
      }
      const { frameworkHeap, frameworkOffHeap, taskHeap, taskOffHeap, managed, network, flink, metaspace, overhead, process } = memory;
      const inner = [frameworkHeap, frameworkOffHeap, taskHeap, taskOffHeap, managed, network].reduce((sum, part) => sum.add(part));
      assert.equal(inner.bytes, flink.bytes);
      assert.equal(flink.add(metaspace).add(overhead).bytes, process.bytes);
    }));
  });

  test('without any size there is nothing to derive from', () => {
    assert.throws(() => taskManager({ 'managed.size': '1g' }), {
      code: 'MEMORY_NOT_CONFIGURED',
      message: 'no memory size is configured: set taskmanager.memory.process.size, or taskmanager.memory.flink.size, or taskmanager.memory.task.heap.size and taskmanager.memory.managed.size',
    });
    assert.throws(() => deriveJobManagerMemory(Configuration.EMPTY), { code: 'MEMORY_NOT_CONFIGURED' });
  });

  test('network memory that is the rest must lie in its range, in both ways to get there', () => {
    assert.throws(() => taskManager({ 'flink.size': '1g', 'task.heap.size': '100m', 'managed.size': '200m', 'network.max': '64m' }), { code: 'MEMORY_NETWORK_OUT_OF_RANGE' });
    assert.throws(() => taskManager({ 'flink.size': '1g', 'task.heap.size': '200m', 'network.max': '64m' }), { code: 'MEMORY_NETWORK_OUT_OF_RANGE' });
  });

  test('all parts and a Flink size that is too small are refused', () => {
    assert.throws(() => taskManager({ 'flink.size': '1g', 'task.heap.size': '600m', 'managed.size': '600m' }), { code: 'MEMORY_PARTS_EXCEED_FLINK' });
  });

  test('a fraction of one or more, or below zero, is refused', () => {
    for (const fraction of ['1.0', '-0.1']) {
      assert.throws(() => taskManager({ 'flink.size': '1g', 'managed.fraction': fraction }), { code: 'MEMORY_RANGE_INCONSISTENT' }, fraction);
    }
  });

  test('an unreadable size names its key', () => {
    assert.throws(() => taskManager({ 'process.size': '12 parsecs' }), { code: 'CONFIG_VALUE_INVALID', message: /^taskmanager\.memory\.process\.size cannot be '12 parsecs'/ });
  });

  test('sizes beyond 64 bits are refused', () => {
    assert.throws(() => taskManager({ 'flink.size': '9223372036854775807', 'jvm-overhead.fraction': '0.9', 'jvm-overhead.max': '9223372036854775807' }), { code: 'MEMORY_SIZE_OVERFLOW' });
  });
});
