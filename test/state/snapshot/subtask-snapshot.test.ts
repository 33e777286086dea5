import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { Types } from '#core/types/type-information';
import { StateError } from '#state/errors';
import { crc32 } from '#state/snapshot/crc32';
import type { KeyedSection, OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { decodeSubtaskSnapshot, encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';

const bytesOf = fc.uint8Array({ maxLength: 40 });
const snapshots: fc.Arbitrary<OperatorSnapshot> = fc.record({
  keyed: fc.array(fc.record({
    name: fc.string(), version: fc.nat(9), serializers: fc.constant({ key: { type: Types.LONG, version: 1 } }),
    groups: fc.array(fc.record({ keyGroup: fc.nat(127), bytes: bytesOf }), { maxLength: 4 }),
  }), { maxLength: 3 }),
  operator: fc.array(fc.record({ name: fc.string(), version: fc.nat(9), mode: fc.constantFrom('split' as const, 'union' as const, 'broadcast' as const), items: fc.array(bytesOf, { maxLength: 4 }) }), { maxLength: 3 }),
});

const SAMPLE: OperatorSnapshot = {
  keyed: [{ name: 'state/count', version: 1, serializers: {}, groups: [{ keyGroup: 3, bytes: Uint8Array.of(1, 2, 3) }, { keyGroup: 4, bytes: Uint8Array.of(4) }] }],
  operator: [{ name: 'list/offsets', version: 1, mode: 'split', items: [Uint8Array.of(9)] }],
};

describe('subtask snapshot', () => {
  test('the checksum is the CRC-32 of zip files, also in parts', () => {
    assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
    assert.equal(crc32(new Uint8Array(0)), 0);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      const at = Math.min(cut, bytes.length);
      assert.equal(crc32(bytes, at, bytes.length - at, crc32(bytes, 0, at)), crc32(bytes));
    }));
  });

  test('what is encoded decodes to the same sections, from any position of a buffer', () => {
    fc.assert(fc.property(fc.dictionary(fc.string({ minLength: 1 }), snapshots, { maxKeys: 4 }), (operators) => {
      const sections = new Map(Object.entries(operators).filter(([, snapshot]) => snapshot.keyed.length + snapshot.operator.length > 0));
      const { bytes, index } = encodeSubtaskSnapshot(sections);
      const shifted = new Uint8Array(bytes.length + 3);
      shifted.set(bytes, 3);
      assert.deepEqual(JSON.parse(JSON.stringify([...decodeSubtaskSnapshot(shifted.subarray(3), 'file')])), JSON.parse(JSON.stringify([...sections])));
      assert.equal(index.length, [...sections.values()].reduce((sum, snapshot) => sum + snapshot.keyed.length + snapshot.operator.length, 0));
    }));
  });

  test('a flipped bit anywhere, or a cut, is found and the damaged section named', () => {
    const { bytes } = encodeSubtaskSnapshot(new Map([['op-1', SAMPLE]]));
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x10;
      assert.throws(() => decodeSubtaskSnapshot(damaged, 'chk-7/a.state'), (error) => {
        assert.ok(error instanceof StateError);
        assert.ok(error.code === 'SNAPSHOT_CORRUPT' || (error.code === 'SNAPSHOT_VERSION_UNSUPPORTED' && at >= 4 && at < 8), `byte ${at}: ${error.code}`);
        assert.match(error.message, /chk-7\/a\.state/);
        return true;
      });
    }
    const damaged = bytes.slice();
    damaged[bytes.length - 1]! ^= 1;
    assert.throws(() => decodeSubtaskSnapshot(damaged, 'f'), { code: 'SNAPSHOT_CORRUPT', message: /list\/offsets of operator op-1/ });
    damaged[bytes.length - 2]! ^= 1;
    assert.throws(() => decodeSubtaskSnapshot(damaged, 'f'), { code: 'SNAPSHOT_CORRUPT', message: /state\/count of operator op-1/ });
    for (let length = 0; length < bytes.length; length++) assert.throws(() => decodeSubtaskSnapshot(bytes.subarray(0, length), 'f'), { code: 'SNAPSHOT_CORRUPT' });
  });

  test('every key group and every split item arrives exactly once at any parallelism', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.array(fc.nat(5), { minLength: 6, maxLength: 6 }), (before, after, counts) => {
      const maxParallelism = 12;
      const old = Array.from({ length: before }, (_, subtask): OperatorSnapshot => {
        const { start, end } = keyGroupRangeOf(maxParallelism, before, subtask);
        const groups = Array.from({ length: end - start + 1 }, (_unused, i) => ({ keyGroup: start + i, bytes: Uint8Array.of(start + i) }));
        const keyed: KeyedSection[] = [{ name: 'k', version: 1, serializers: {}, groups }];
        return { keyed, operator: [{ name: 's', version: 1, mode: 'split', items: Array.from({ length: counts[subtask]! }, (_unused, i) => Uint8Array.of(subtask, i)) }] };
      });
      const groups: number[] = [];
      const items: string[] = [];
      for (let newSubtask = 0; newSubtask < after; newSubtask++) {
        const restored = redistribute({ old, newSubtask, parallelism: after, maxParallelism, checkpointId: 5 });
        assert.deepEqual([restored.checkpointId, restored.keyGroupRange], [5, keyGroupRangeOf(maxParallelism, after, newSubtask)]);
        groups.push(...[...restored.keyed('k')].map((piece) => piece.bytes[0]!));
        items.push(...restored.operator('s').map((piece) => piece.bytes.join('.')));
        assert.deepEqual([...restored.keyed('other')], []);
        assert.deepEqual(restored.operator('other'), []);
      }
      assert.deepEqual(groups, Array.from({ length: maxParallelism }, (_, group) => group));
      assert.deepEqual(items.sort(), old.flatMap((snapshot) => snapshot.operator[0]!.items.map((item) => item.join('.'))).sort());
    }));
  });

  test('broadcast items of one old subtask are taken, passing over a subtask that had none', () => {
    const section = (value: number): OperatorSnapshot => ({ keyed: [], operator: [{ name: 'b', version: 1, mode: 'broadcast', items: [Uint8Array.of(value)] }] });
    const restored = [0, 1, 2, 3].map((newSubtask) => redistribute({ old: [section(0), undefined, section(2)], newSubtask, parallelism: 4, maxParallelism: 8, checkpointId: 1 }));
    assert.deepEqual(restored.map((each) => each.operator('b').map((piece) => piece.bytes[0])), [[0], [2], [2], [0]]);
    assert.deepEqual(restored[0]!.operatorNames, ['b']);
  });
});
