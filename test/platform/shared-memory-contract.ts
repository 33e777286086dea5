// What every SharedMemory keeps to.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PlatformError } from '#platform/errors';
import type { SharedMemory } from '#platform/shared-memory/shared-memory';

export function sharedMemoryContract(name: string, create: () => SharedMemory): void {
  describe(`${name} as SharedMemory`, () => {
    test('memory comes zeroed and is counted until it is released', () => {
      const memory = create();
      const first = memory.allocate(64 * 1024);
      const second = memory.allocate(8);
      assert.ok(first instanceof SharedArrayBuffer);
      assert.equal(first.byteLength, 64 * 1024);
      assert.ok(new Uint8Array(first).every((byte) => byte === 0));
      assert.equal(memory.bytesAllocated, 64 * 1024 + 8);
      memory.release(first);
      assert.equal(memory.bytesAllocated, 8);
      memory.release(second);
      assert.equal(memory.bytesAllocated, 0);
    });

    test('touching ahead leaves the contents alone, at any range', () => {
      const memory = create();
      const buffer = memory.allocate(10_001);
      const bytes = new Uint8Array(buffer);
      bytes.forEach((_, index) => (bytes[index] = index % 251));
      memory.touch(buffer, 0, 10_001);
      memory.touch(buffer, 4095, 4097);
      memory.touch(buffer, 10_000, 10_001);
      memory.touch(buffer, 5, 5);
      assert.ok(bytes.every((byte, index) => byte === index % 251));
    });

    test('buffers are found under the name they were published under, until that is forgotten', () => {
      const memory = create();
      const buffer = memory.allocate(16);
      new Uint8Array(buffer)[3] = 7;
      assert.equal(memory.published('contract'), undefined);
      memory.publish('contract', [buffer]);
      assert.deepEqual(memory.published('contract')!.map((found) => new Uint8Array(found)[3]), [7]);
      memory.publish('contract', undefined);
      assert.equal(memory.published('contract'), undefined);
    });

    test('a size the host cannot give is an error with a code, and counts nothing', () => {
      const memory = create();
      assert.throws(() => memory.allocate(2 ** 52), (error) => error instanceof PlatformError && error.code === 'SHARED_MEMORY_EXHAUSTED');
      assert.equal(memory.bytesAllocated, 0);
    });

    test('a range outside the buffer and a second release are programmer errors', () => {
      const memory = create();
      const buffer = memory.allocate(100);
      assert.throws(() => memory.touch(buffer, 0, 101), /lies within/);
      memory.release(buffer);
      assert.throws(() => memory.release(buffer), /released once/);
    });
  });
}
