import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StateError } from '#state/errors';
import { classBytesOf, classOf, MemoryManager, type Segment } from '#state/tables/memory-manager';
import { f64ViewOf, u8ViewOf } from '#state/tables/segment-views';

function exhausted(error: unknown): boolean {
  assert.ok(error instanceof StateError);
  assert.equal(error.code, 'MANAGED_MEMORY_EXHAUSTED');
  assert.match(error.message, /taskmanager\.memory\.managed\.size/);
  assert.match(error.message, /rocksdb/);
  assert.match(error.message, /4096/);
  return true;
}

describe('memory manager', () => {
  test('the size class is the smallest of its kind that holds the bytes', () => {
    for (const bytes of [0, 1, 63, 64, 65, 96, 97, 128, 129, 192, 193, 1000, 1024, 1025, 1536, 1537, 2 ** 30 + 1]) {
      const sizeClass = classOf(bytes);
      assert.ok(classBytesOf(sizeClass) >= bytes, `class of ${bytes}`);
      assert.equal(classBytesOf(sizeClass) % 64, 0);
      const smaller = sizeClass === 2 ? 0 : sizeClass - 1;
      if (sizeClass > 0) assert.ok(classBytesOf(smaller) < bytes, `class below that of ${bytes}`);
    }
  });

  test('live segments never overlap, lie in the budget, and are accounted, whatever is allocated and released', () => {
    const operations = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 20_000 }), releaseAt: fc.nat(30), isShared: fc.boolean() }), { maxLength: 200 });
    fc.assert(fc.property(operations, fc.boolean(), (steps, isShared) => {
      const budget = 1 << 17;
      const memory = isShared ? new MemoryManager(new SharedArrayBuffer(budget), { budgetBytes: budget }) : MemoryManager.unshared(budget);
      const live: { segment: Segment; mark: number }[] = [];
      let mark = 0;
      for (const step of steps) {
        try {
          const segment = memory.allocate(step.bytes, 'test');
          assert.ok(segment.bytes >= step.bytes && segment.offset % 8 === 0);
          mark = (mark + 1) % 255;
          u8ViewOf(segment).fill(mark);
          live.push({ segment, mark });
        } catch (error) {
          assert.equal((error as StateError).code, 'MANAGED_MEMORY_EXHAUSTED');
        }
        if (step.releaseAt < live.length) memory.release(live.splice(step.releaseAt, 1)[0]!.segment);
        assert.equal(memory.usedBytes, live.reduce((sum, { segment }) => sum + segment.bytes, 0));
        assert.ok(memory.usedBytes <= budget && memory.peakBytes <= budget);
      }
      for (const { segment, mark: expected } of live) assert.ok(u8ViewOf(segment).every((byte) => byte === expected), 'no other segment wrote here');
      for (const { segment } of live) memory.release(segment);
      assert.equal(memory.usedBytesByOwner().size, 0);
      const whole = memory.allocate(isShared ? budget : 1, 'after');
      assert.ok(!isShared || whole.bytes === budget, 'all memory is one piece again');
    }), { numRuns: 60 });
  });

  test('released small segments merge into a large one when nothing else is left', () => {
    const memory = new MemoryManager(new SharedArrayBuffer(64 * 1024), { budgetBytes: 64 * 1024 });
    const small = Array.from({ length: 1024 }, () => memory.allocate(64, 'small'));
    for (const segment of small) memory.release(segment);
    assert.equal(memory.allocate(64 * 1024, 'large').bytes, 64 * 1024);
  });

  test('when managed memory is full segments are charged to task off-heap, then the error names the way out', () => {
    const memory = new MemoryManager(new SharedArrayBuffer(8192), { budgetBytes: 8192, offHeapBudgetBytes: 4096 });
    memory.allocate(8192, 'a');
    const spare = memory.allocate(4096, 'b');
    assert.equal(spare.isOffHeap, true);
    assert.deepEqual([memory.usedBytes, memory.offHeapBytes, memory.peakBytes], [8192, 4096, 12288]);
    assert.throws(() => memory.allocate(4096, 'c'), exhausted);
    memory.release(spare);
    assert.equal(memory.offHeapBytes, 0);
    assert.deepEqual([...memory.usedBytesByOwner()], [['a', 8192]]);
    assert.equal(f64ViewOf(memory.allocate(4096, 'c')).length, 512);
  });

  test('a manager of private memory keeps to its budget too', () => {
    const memory = MemoryManager.unshared(4096);
    memory.allocate(2048, 'a');
    assert.throws(() => memory.allocate(4096, 'b'), exhausted);
  });
});
