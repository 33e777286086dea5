import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeapGuard } from '#taskmanager/slots/heap-guard';

const MIB = 2 ** 20;

function guardOver(memory: { usedBytes: number; externalBytes: number }): HeapGuard {
  return new HeapGuard({ heapBytes: 100 * MIB, offHeapBytes: 50 * MIB }, () => ({ totalBytes: 0, limitBytes: 0, ...memory }));
}

describe('the memory guard of a slot', () => {
  test('garbage above the limit is no failure as long as use falls below it now and then', () => {
    const memory = { usedBytes: 0, externalBytes: 0 };
    const guard = guardOver(memory);
    for (let nowMs = 0; nowMs < 60_000; nowMs += 100) {
      memory.usedBytes = nowMs % 9000 === 0 ? 90 * MIB : 150 * MIB;
      assert.equal(guard.check(nowMs), undefined);
    }
  });

  test('a heap that stays above its share for ten seconds, or holds twice as much, fails the job', () => {
    const memory = { usedBytes: 150 * MIB, externalBytes: 0 };
    const guard = guardOver(memory);
    for (let nowMs = 0; nowMs < 10_000; nowMs += 100) assert.equal(guard.check(nowMs), undefined);
    const error = guard.check(10_000);
    assert.equal(error?.code, 'SLOT_HEAP_LIMIT');
    assert.match(error.message, /holds 150 MiB, its share is 100 MiB: raise taskmanager\.memory\.task\.heap\.size/);
    assert.equal(guardOver({ usedBytes: 201 * MIB, externalBytes: 0 }).check(0)?.code, 'SLOT_HEAP_LIMIT');
  });

  test('buffers count against task off-heap memory beyond what the engine uses itself', () => {
    assert.equal(guardOver({ usedBytes: 0, externalBytes: 170 * MIB }).check(0), undefined);
    const error = guardOver({ usedBytes: 0, externalBytes: 400 * MIB }).check(0);
    assert.equal(error?.code, 'SLOT_OFF_HEAP_LIMIT');
    assert.match(error.message, /taskmanager\.memory\.task\.off-heap\.size/);
  });
});
