import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Configuration } from '#core/config/configuration';
import { MemorySize } from '#core/config/memory-size';
import {
  bytesOfFraction, fractionOfSlot, MANAGED_MEMORY_USE_CASES, operatorFraction, pagesOfFraction, readConsumerWeights, rocksDbArena, rocksDbMemory,
} from '#core/memory/managed-memory';
import { inputGateBuffers, networkBufferCount, requireNetworkBuffers, resultPartitionBuffers, segmentBytes } from '#core/memory/network-buffers';

const KEY = 'taskmanager.memory.managed.consumer-weights';

function weightsOf(text: string): ReturnType<typeof readConsumerWeights> {
  return readConsumerWeights(Configuration.fromMap({ [KEY]: text }));
}

describe('managed memory', () => {
  const weights = readConsumerWeights(Configuration.EMPTY);
  const all = new Set(MANAGED_MEMORY_USE_CASES);

  test('is weighted 70, 70 and 30 by default', () => {
    assert.deepEqual(weights, { OPERATOR: 70, STATE_BACKEND: 70, PYTHON: 30 });
  });

  test('is divided among the consumers that are present', () => {
    assert.equal(fractionOfSlot('STATE_BACKEND', 1, all, weights, { usesManagedMemory: true }), 0.4117647058823529);
    assert.equal(fractionOfSlot('OPERATOR', 0.5, new Set(['OPERATOR']), weights, { usesManagedMemory: true }), 0.5);
  });

  test('goes to the others when the state backend uses none', () => {
    assert.equal(fractionOfSlot('STATE_BACKEND', 1, all, weights, { usesManagedMemory: false }), 0);
    assert.equal(fractionOfSlot('OPERATOR', 1, all, weights, { usesManagedMemory: false }), 0.7);
  });

  test('gives nothing to a consumer without a weight', () => {
    assert.equal(fractionOfSlot('PYTHON', 1, all, weightsOf('OPERATOR:10'), { usesManagedMemory: true }), 0);
  });

  test('operators share by weight, pages and bytes are cut off', () => {
    assert.equal(operatorFraction(1, 3), 0.3333333333333333);
    assert.equal(pagesOfFraction(100, 0.3333333333333333), 33);
    assert.equal(bytesOfFraction(MemorySize.of(536870920), 0.7), 375809644);
  });

  test('bad weights are refused by name', () => {
    assert.throws(() => weightsOf('OPERATOR:-1'), { code: 'MEMORY_CONSUMER_WEIGHT_INVALID', message: /weight '-1'/ });
    assert.throws(() => weightsOf('CACHE:1'), { code: 'MEMORY_CONSUMER_WEIGHT_INVALID', message: /consumer 'CACHE'/ });
  });

  test('RocksDB gets a cache and write buffers out of one budget', () => {
    assert.deepEqual(rocksDbMemory(300, 0.5), { cacheBytes: 250, writeBufferBytes: 100 });
    assert.deepEqual(rocksDbArena(64 * 1024 ** 2, 89478486), { arenaBlockBytes: 8388608, mutableLimitBytes: 78293675, fits: true });
    assert.equal(rocksDbArena(64 * 1024 ** 2, 8 * 1024 ** 2).fits, false);
  });
});

describe('network buffers', () => {
  test('are counted in whole segments', () => {
    assert.equal(networkBufferCount(MemorySize.of(134217730), 32768), 4096);
    assert.throws(() => networkBufferCount(MemorySize.MAX, 4096), { code: 'NETWORK_BUFFERS_TOO_MANY' });
  });

  test('a segment is a power of two of at least 4096 bytes', () => {
    assert.equal(segmentBytes(Configuration.EMPTY), 32768);
    for (const text of ['2 kb', '5 kb', '4g']) {
      assert.throws(() => segmentBytes(Configuration.fromMap({ 'taskmanager.memory.segment-size': text })), { code: 'CONFIG_VALUE_INVALID' }, text);
    }
  });

  test('a gate wants two per channel and one more, within its limit', () => {
    assert.deepEqual(inputGateBuffers(10, 'pipelined'), { required: 21, exclusivePerChannel: 2, target: 28 });
    assert.deepEqual(inputGateBuffers(1000, 'blocking'), { required: 1000, exclusivePerChannel: 0, target: 2008 });
    assert.deepEqual(inputGateBuffers(10, 'pipelined', 11), { required: 11, exclusivePerChannel: 1, target: 28 });
  });

  test('a partition wants one per subpartition and one more', () => {
    assert.deepEqual(resultPartitionBuffers(4, 'pipelined', 512), { min: 5, max: 16 });
    assert.deepEqual(resultPartitionBuffers(4, 'unbounded', 512), { min: 5, max: 2147483647 });
    assert.deepEqual(resultPartitionBuffers(200, 'sorted', 512), { min: 512, max: 800 });
  });

  test('a shortage is refused with the keys to change', () => {
    requireNetworkBuffers(10, 10, { count: 10, segmentBytes: 32768 });
    assert.throws(() => requireNetworkBuffers(11, 10, { count: 10, segmentBytes: 32768 }), {
      code: 'NETWORK_BUFFERS_INSUFFICIENT',
      message: /^Insufficient number of network buffers: required 11, but only 10 available of 10 of 32768 bytes each: raise taskmanager\.memory\.network\.fraction/,
    });
  });
});
