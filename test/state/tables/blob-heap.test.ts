import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BlobHeap, NO_BLOB } from '#state/tables/blob-heap';
import { MemoryManager } from '#state/tables/memory-manager';

function contentOf(heap: BlobHeap, reference: number): number[] {
  const start = heap.offsetOf(reference);
  return [...heap.bytesOf(reference).subarray(start, start + heap.lengthOf(reference))];
}

test('blobs keep their bytes through writes, replacements and frees of every size', () => {
  const sizes = fc.oneof(fc.nat(40), fc.nat(300), fc.nat(5000), fc.integer({ min: 60_000, max: 90_000 }));
  const steps = fc.array(fc.record({ kind: fc.constantFrom('write', 'replace', 'free'), size: sizes, at: fc.nat(20) }), { maxLength: 80 });
  fc.assert(fc.property(steps, (operations) => {
    const memory = MemoryManager.unshared(1 << 26);
    const heap = new BlobHeap(memory, 'test');
    const live: { reference: number; bytes: Uint8Array }[] = [];
    let fill = 0;
    for (const { kind, size, at } of operations) {
      const bytes = new Uint8Array(size + 3).fill(++fill & 0xff);
      const target = live[at];
      if (kind === 'write' || target === undefined) live.push({ reference: heap.write(bytes, 3, size), bytes: bytes.subarray(3) });
      else if (kind === 'replace') live[at] = { reference: heap.replace(target.reference, bytes, 3, size), bytes: bytes.subarray(3) };
      else {
        heap.free(target.reference);
        live.splice(at, 1);
      }
    }
    for (const { reference, bytes } of live) {
      assert.equal(heap.lengthOf(reference), bytes.length);
      assert.ok(heap.equals(reference, bytes, 0, bytes.length));
      assert.ok(!heap.equals(reference, new Uint8Array(bytes.length + 1), 0, bytes.length + 1));
    }
    for (const { reference } of live) heap.free(reference);
    assert.equal(heap.usedBytes, 0);
    heap.release();
    assert.equal(memory.usedBytes, 0);
  }), { numRuns: 60 });
});

test('a replaced blob of the same class stays in place and a freed one is reused', () => {
  const heap = new BlobHeap(MemoryManager.unshared(1 << 20), 'test');
  const first = heap.replace(NO_BLOB, Uint8Array.of(1, 2, 3), 0, 3);
  assert.equal(heap.replace(first, Uint8Array.of(4, 5), 0, 2), first);
  assert.deepEqual(contentOf(heap, first), [4, 5]);
  heap.free(first);
  assert.equal(heap.write(Uint8Array.of(9), 0, 1), first);
});

test('after clear the heap starts anew and keeps one slab', () => {
  const memory = MemoryManager.unshared(1 << 24);
  const heap = new BlobHeap(memory, 'test');
  for (let i = 0; i < 5000; i++) heap.write(new Uint8Array(200), 0, 200);
  heap.clear();
  assert.equal(heap.usedBytes, 0);
  assert.ok(memory.usedBytes <= 256 * 1024);
  assert.deepEqual(contentOf(heap, heap.write(Uint8Array.of(1, 2), 0, 2)), [1, 2]);
});
