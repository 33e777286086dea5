import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Configuration } from '#core/config/configuration';
import { MemorySize } from '#core/config/memory-size';
import { fixedResourceSettings, readFixedResources } from '#core/memory/fixed-resources';
import { deriveLocalMemory, deriveMiniClusterMemory, localSlotCount } from '#core/memory/local-memory';
import { cpuCoresOf, ringBytes, slotMemory, slotProfile } from '#core/memory/slot-memory';
import { deriveTaskManagerMemory } from '#core/memory/task-manager-memory';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

function configOf(settings: Readonly<Record<string, unknown>>): Configuration {
  return Configuration.fromMap(settings);
}

describe('slots', () => {
  const memory = deriveTaskManagerMemory(configOf({ 'taskmanager.memory.process.size': '1728m' }));

  test('share managed memory and heap evenly; the hard heap limit is four times the soft one', () => {
    assert.deepEqual(slotMemory(memory, 2, 16 * GIBIBYTE), {
      managedBytes: 268435460, softHeapBytes: 268435451, hardHeapBytes: 1073741804, offHeapBytes: 0, networkBytesTotal: 134217730,
    });
  });

  test('may not fill more than half of the host with objects, and never less than their soft limit', () => {
    assert.equal(slotMemory(memory, 2, 2 * GIBIBYTE).hardHeapBytes, GIBIBYTE / 2);
    assert.equal(slotMemory(memory, 2, GIBIBYTE / 2).hardHeapBytes, 268435451);
  });

  test('offer a profile by integer division', () => {
    const profile = slotProfile(memory, 4, 3);
    assert.deepEqual(
      { cpuCores: profile.cpuCores, taskHeap: profile.taskHeap.bytes, managed: profile.managed.bytes, network: profile.network.bytes, taskOffHeap: profile.taskOffHeap.bytes },
      { cpuCores: 4 / 3, taskHeap: 134217724n, managed: 178956973n, network: 44739243n, taskOffHeap: 0n },
    );
  });

  test('a count or cores that are not above zero are refused', () => {
    assert.throws(() => slotMemory(memory, 0, 16 * GIBIBYTE), { code: 'MEMORY_SLOT_COUNT_INVALID' });
    assert.throws(() => cpuCoresOf(configOf({ 'taskmanager.cpu.cores': '0' }), 1), { code: 'MEMORY_SLOT_COUNT_INVALID' });
    assert.equal(cpuCoresOf(Configuration.EMPTY, 3), 3);
  });

  test('fixed resources are read back as they were derived', () => {
    const settings = fixedResourceSettings(memory, 2, 2);
    const { cpuCores, ...parts } = readFixedResources(Configuration.fromMap(settings.toMap()));
    assert.equal(cpuCores, 2);
    for (const [name, size] of Object.entries(parts)) assert.equal(size.bytes, (memory as unknown as Record<string, MemorySize>)[name]?.bytes, name);
    assert.equal(deriveTaskManagerMemory(settings).process.bytes, memory.process.bytes);
  });

  test('a TaskManager without fixed resources is refused', () => {
    const settings = fixedResourceSettings(memory, 2, 2);
    assert.throws(() => readFixedResources(Configuration.EMPTY), { code: 'MEMORY_RESOURCES_NOT_FIXED', message: /taskmanager\.cpu\.cores, taskmanager\.memory\.task\.heap\.size/ });
    assert.throws(() => readFixedResources(settings.setText('taskmanager.memory.network.max', '1g')), { code: 'MEMORY_RESOURCES_NOT_FIXED' });
  });
});

describe('rings', () => {
  test('are the largest power of two that fits, from 64 KiB to 4 MiB', () => {
    assert.equal(ringBytes(64 * MEBIBYTE, 1), 4 * MEBIBYTE);
    assert.equal(ringBytes(64 * MEBIBYTE, 40), MEBIBYTE);
    assert.equal(ringBytes(65536, 1), 65536);
    fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 65536, max: 2 ** 31 }), (channels, networkBytes) => {
      fc.pre(networkBytes >= 65536 * channels);
      const ring = ringBytes(networkBytes, channels);
      assert.equal(ring & (ring - 1), 0);
      assert.ok(ring >= 65536 && ring <= 4 * MEBIBYTE && ring * channels <= networkBytes);
      assert.ok(ring === 4 * MEBIBYTE || ring * 2 * channels > networkBytes);
    }));
  });

  test('that do not fit at their smallest give Flink\'s error', () => {
    assert.throws(() => ringBytes(MEBIBYTE, 17), {
      code: 'NETWORK_BUFFERS_INSUFFICIENT', message: /^Insufficient number of network buffers: required 17 rings of at least 65536 bytes, but only 16 fit/,
    });
  });
});

describe('the local target', () => {
  test('takes shares of the host when no total is set', () => {
    const { memory, isDerivedInFull } = deriveLocalMemory(Configuration.EMPTY, 8 * GIBIBYTE);
    assert.equal(isDerivedInFull, false);
    assert.deepEqual([memory.managed.toNumber(), memory.network.toNumber(), memory.taskHeap.toNumber()], [3435973836, 429496729, 2 * GIBIBYTE]);
    assert.equal(memory.process.bytes, memory.flink.add(memory.metaspace).add(memory.overhead).bytes);
  });

  test('keeps single sizes that are set', () => {
    const { memory, isDerivedInFull } = deriveLocalMemory(configOf({
      'taskmanager.memory.managed.size': '100m', 'taskmanager.memory.network.max': '64m', 'taskmanager.memory.task.off-heap.size': '1m',
    }), 8 * GIBIBYTE);
    assert.equal(isDerivedInFull, false);
    assert.deepEqual([memory.managed.toString(), memory.network.toString(), memory.taskOffHeap.toString()], ['100 mb', '64 mb', '1 mb']);
    const byFraction = deriveLocalMemory(configOf({ 'taskmanager.memory.managed.fraction': '0.5' }), GIBIBYTE);
    assert.equal(byFraction.memory.managed.toString(), '512 mb');
  });

  test('derives in full when a total, or task heap with managed size, is set', () => {
    for (const settings of [
      { 'taskmanager.memory.process.size': '1728m' }, { 'taskmanager.memory.flink.size': '1280m' },
      { 'taskmanager.memory.task.heap.size': '512m', 'taskmanager.memory.managed.size': '512m' },
    ]) {
      const { memory, isDerivedInFull } = deriveLocalMemory(configOf(settings), 8 * GIBIBYTE);
      assert.equal(isDerivedInFull, true);
      assert.equal(memory.process.bytes, deriveTaskManagerMemory(configOf(settings)).process.bytes);
    }
  });

  test('refuses bounds that contradict each other', () => {
    const config = configOf({ 'taskmanager.memory.network.min': '2m', 'taskmanager.memory.network.max': '1m' });
    assert.throws(() => deriveLocalMemory(config, GIBIBYTE), { code: 'MEMORY_RANGE_INCONSISTENT' });
  });

  test('has as many slots as set, else as the job, the default parallelism or the cores ask for', () => {
    const parallel = configOf({ 'parallelism.default': '3' });
    assert.equal(localSlotCount(parallel.setText('taskmanager.numberOfTaskSlots', '5'), 2, 4), 5);
    assert.equal(localSlotCount(parallel, 2, 4), 4);
    assert.equal(localSlotCount(parallel, 2), 3);
    assert.equal(localSlotCount(Configuration.EMPTY, 2), 2);
  });

  test("Flink's own local mode drops the totals and copies a single network bound", () => {
    const config = configOf({ 'taskmanager.memory.process.size': '1g', 'taskmanager.memory.network.max': '32m' });
    const memory = deriveMiniClusterMemory(config);
    assert.deepEqual([memory.network.toString(), memory.managed.toString(), memory.taskHeap.toHumanString(), memory.overhead.toString()],
      ['32 mb', '128 mb', '1024.000gb (1099511627776 bytes)', '1 gb']);
    assert.equal(deriveMiniClusterMemory(Configuration.EMPTY).network.toString(), '64 mb');
  });
});
