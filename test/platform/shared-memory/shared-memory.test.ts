import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeSharedMemory } from '#platform/shared-memory/node-shared-memory';
import { SimulatedSharedMemory } from '#platform/shared-memory/simulated-shared-memory';
import { sharedMemoryContract } from '../shared-memory-contract.js';

sharedMemoryContract('NodeSharedMemory', () => new NodeSharedMemory());
sharedMemoryContract('SimulatedSharedMemory', () => new SimulatedSharedMemory());

test('a simulated host runs out of shared memory at its limit, and has it again after a release', () => {
  const memory = new SimulatedSharedMemory({ limitBytes: 1000 });
  const buffer = memory.allocate(600);
  assert.throws(() => memory.allocate(401), { code: 'SHARED_MEMORY_EXHAUSTED', message: /600 of 1000/ });
  memory.release(buffer);
  assert.equal(memory.allocate(401).byteLength, 401);
});

test('a simulated host counts what was touched ahead', () => {
  const memory = new SimulatedSharedMemory();
  memory.touch(memory.allocate(100), 20, 70);
  assert.equal(memory.bytesTouched, 50);
});
