import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';

type Item = { readonly kind: 'byte' | 'boolean' | 'int32' | 'uint32' | 'varUint' | 'float64' | 'bigInt64' | 'string' | 'sized'; readonly value: any };

const item: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant('int32' as const), value: fc.integer() }),
  fc.record({ kind: fc.constant('uint32' as const), value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  fc.record({ kind: fc.constant('varUint' as const), value: fc.oneof(fc.maxSafeNat(), fc.nat(300)) }),
  fc.record({ kind: fc.constant('float64' as const), value: fc.double() }),
  fc.record({ kind: fc.constant('bigInt64' as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
  fc.record({ kind: fc.constant('string' as const), value: fc.string({ unit: 'binary', maxLength: 200 }) }),
  fc.record({ kind: fc.constant('sized' as const), value: fc.uint8Array({ maxLength: 300 }) }),
);

function write(out: DataOutput, { kind, value }: Item): void {
  switch (kind) {
    case 'byte': out.writeByte(value); return;
    case 'boolean': out.writeBoolean(value); return;
    case 'int32': out.writeInt32(value); return;
    case 'uint32': out.writeUint32(value); return;
    case 'varUint': out.writeVarUint(value); return;
    case 'float64': out.writeFloat64(value); return;
    case 'bigInt64': out.writeBigInt64(value); return;
    case 'string': out.writeString(value); return;
    case 'sized': out.writeSized(value); return;
  }
}

function read(input: DataInput, kind: Item['kind']): unknown {
  switch (kind) {
    case 'byte': return input.readByte();
    case 'boolean': return input.readBoolean();
    case 'int32': return input.readInt32();
    case 'uint32': return input.readUint32();
    case 'varUint': return input.readVarUint();
    case 'float64': return input.readFloat64();
    case 'bigInt64': return input.readBigInt64();
    case 'string': return input.readString();
    case 'sized': return input.readSized();
  }
}

describe('data output and input', () => {
  test('items read back in order, at every growth of the buffer and from every offset', () => {
    fc.assert(fc.property(fc.array(item), fc.nat(9), (items, offset) => {
      const out = new DataOutput(1);
      out.writeBytes(new Uint8Array(offset));
      for (const one of items) write(out, one);
      const bytes = out.toBytes();
      assert.deepEqual(new Uint8Array(out.view()), bytes);
      const input = new DataInput(bytes, offset);
      for (const one of items) assert.deepEqual(read(input, one.kind), one.value);
      assert.equal(input.remaining, 0);
      assert.equal(input.position, out.length - offset);
      input.reset(bytes, offset);
      for (const one of items) assert.deepEqual(read(input, one.kind), one.value);
      input.reset(out.view(), bytes.length);
      assert.throws(() => input.readByte(), { code: 'SERIALIZATION_TRUNCATED' });
    }), { numRuns: 300 });
  });

  test('a read past the end throws and names position and bytes left, for every cut', () => {
    fc.assert(fc.property(item, (one) => {
      const out = new DataOutput();
      write(out, one);
      const bytes = out.toBytes();
      for (let length = 0; length < bytes.length; length++) {
        assert.throws(() => read(new DataInput(bytes, 0, length), one.kind), { code: 'SERIALIZATION_TRUNCATED' });
      }
    }), { numRuns: 100 });
    assert.throws(() => new DataInput(new Uint8Array(3)).readInt32(), { message: '4 bytes are needed at position 0 but only 3 of 3 are left: the data is cut short or of another type' });
  });

  test('reset keeps the memory and starts at 0', () => {
    const out = new DataOutput();
    out.writeString('first');
    const kept = out.toBytes();
    out.reset();
    assert.equal(out.length, 0);
    out.writeByte(7);
    assert.deepEqual(out.toBytes(), new Uint8Array([7]));
    assert.equal(new DataInput(kept).readString(), 'first');
  });

  test('writeBytes takes a part of its source', () => {
    const out = new DataOutput();
    out.writeBytes(new Uint8Array([1, 2, 3, 4]), 1, 2);
    assert.deepEqual(out.toBytes(), new Uint8Array([2, 3]));
  });

  test('shared memory is read like private memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(64));
    const out = new DataOutput();
    out.writeString('grüße, a text of more than twelve bytes');
    shared.set(out.view());
    assert.equal(new DataInput(shared).readString(), 'grüße, a text of more than twelve bytes');
  });

  test('strings of every length class round-trip, ASCII and not', () => {
    for (const length of [0, 1, 23, 24, 25, 42, 43, 127, 128, 129, 4095, 4096, 4097, 16_383, 16_384, 70_000]) {
      for (const unit of ['a', 'é', '€', '😀']) {
        const text = unit.repeat(length);
        const out = new DataOutput(1);
        out.writeString(text);
        const expected = new DataOutput();
        expected.writeVarUint(Buffer.byteLength(text));
        expected.writeBytes(Buffer.from(text));
        assert.deepEqual(out.toBytes(), expected.toBytes());
        assert.equal(new DataInput(out.toBytes()).readString(), text);
      }
    }
  });

  test('an integer has the same bytes as a number and as a bigint, and comes back exactly', () => {
    const limits = [0, 1, 127, 128, 255, 256, 32_767, 32_768, 2 ** 31, 2 ** 39, 2 ** 40, 2 ** 47 - 1, 2 ** 47, 2 ** 48, 2 ** 52, Number.MAX_SAFE_INTEGER];
    const around = limits.flatMap((limit) => [limit - 1, limit, limit + 1]).filter((value) => Number.isSafeInteger(value));
    fc.assert(fc.property(fc.oneof(fc.constantFrom(...around, ...around.map((value) => 0 - value)), fc.maxSafeInteger(), fc.integer()), (value) => {
      const asNumber = new DataOutput(1);
      asNumber.writeInteger(value);
      const asBigint = new DataOutput(1);
      asBigint.writeInteger(BigInt(value));
      assert.deepEqual(asNumber.toBytes(), asBigint.toBytes());
      const input = new DataInput(asNumber.toBytes());
      assert.equal(input.readInteger(), value);
      assert.equal(input.remaining, 0);
    }), { numRuns: 2000 });
    const zero = new DataOutput();
    zero.writeInteger(-0);
    assert.deepEqual(zero.toBytes(), Uint8Array.of(0));
    assert.ok(Object.is(new DataInput(zero.toBytes()).readInteger(), 0));
    assert.throws(() => new DataInput(Uint8Array.of(3, 1, 2)).readInteger(), { code: 'SERIALIZATION_TRUNCATED' });
  });

  test('a lone surrogate is written as the replacement character', () => {
    const out = new DataOutput();
    out.writeString('a\ud800');
    assert.equal(new DataInput(out.toBytes()).readString(), 'a\ufffd');
  });
});
