import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { Types, type TypeInformation } from '#core/types/type-information';
import { StateError } from '#state/errors';
import { crc32 } from '#state/snapshot/crc32';
import { ALL_KEY_GROUPS } from '#state/snapshot/deferred-snapshot';
import type { KeyedSection, OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { SNAPSHOT_HEADER_BYTES } from '#state/snapshot/snapshot-encoder';
import { decodeSubtaskSnapshot, encodeSubtaskSnapshot, readSubtaskSnapshot, type SnapshotSource } from '#state/snapshot/subtask-snapshot';

const bytesOf = fc.uint8Array({ maxLength: 40 });
const snapshots: fc.Arbitrary<OperatorSnapshot> = fc.record({
  keyed: fc.uniqueArray(fc.record({
    name: fc.string(), version: fc.nat(9), serializers: fc.constant({ key: { type: Types.LONG, version: 1 } }),
    groups: fc.array(fc.record({ keyGroup: fc.nat(127), bytes: bytesOf }), { maxLength: 4 }),
  }), { maxLength: 3, selector: (section) => section.name }),
  operator: fc.uniqueArray(fc.record({ name: fc.string(), version: fc.nat(9), mode: fc.constantFrom('split' as const, 'union' as const, 'broadcast' as const), items: fc.array(bytesOf, { maxLength: 4 }) }), { maxLength: 3, selector: (section) => section.name }),
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
    fc.assert(fc.property(fc.dictionary(fc.string({ minLength: 1 }), snapshots, { maxKeys: 4 }), fc.boolean(), (operators, isCompressed) => {
      const sections = new Map(Object.entries(operators).filter(([, snapshot]) => snapshot.keyed.length + snapshot.operator.length > 0));
      const { bytes, index } = encodeSubtaskSnapshot(sections, { isCompressed });
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
    damaged[SNAPSHOT_HEADER_BYTES + 4]! ^= 1;
    assert.throws(() => decodeSubtaskSnapshot(damaged, 'f'), { code: 'SNAPSHOT_CORRUPT', message: /list\/offsets of operator op-1/ });
    damaged[SNAPSHOT_HEADER_BYTES + 3]! ^= 1;
    assert.throws(() => decodeSubtaskSnapshot(damaged, 'f'), { code: 'SNAPSHOT_CORRUPT', message: /state\/count of operator op-1/ });
    for (let length = 0; length < bytes.length; length++) assert.throws(() => decodeSubtaskSnapshot(bytes.subarray(0, length), 'f'), { code: 'SNAPSHOT_CORRUPT' });
  });

  for (const isCompressed of [false, true]) test(`read by ranges, only what may hold the wanted key groups is read, and damage in it is found${isCompressed ? ', also when it is compressed' : ''}`, async () => {
    const groups = Array.from({ length: 64 }, (_, keyGroup) => ({ keyGroup, bytes: new Uint8Array(20_000).fill(keyGroup) }));
    const { bytes } = encodeSubtaskSnapshot(new Map([['op', { keyed: [{ name: 'k', version: 1, serializers: {}, groups }], operator: SAMPLE.operator }]]), { isCompressed });
    assert.equal(bytes.length < 64 * 20_000 / 10, isCompressed);
    let readBytes = 0;
    const sourceOf = (file: Uint8Array): SnapshotSource => ({
      name: 'f', bytes: file.length,
      read: (offset, length) => {
        readBytes += length;
        return Promise.resolve(file.subarray(offset, offset + length));
      },
    });
    const read = (await readSubtaskSnapshot(sourceOf(bytes), { start: 30, end: 31 })).get('op')!;
    assert.ok(readBytes < bytes.length / 2, `${readBytes} of ${bytes.length} bytes`);
    assert.deepEqual(read.keyed[0]!.groups.filter(({ keyGroup }) => keyGroup === 30 || keyGroup === 31), groups.slice(30, 32));
    assert.deepEqual(read.operator, SAMPLE.operator);
    for (let at = 0; at < bytes.length; at += isCompressed ? 13 : 997) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x10;
      const whole = { start: 0, end: 63 };
      await assert.rejects(readSubtaskSnapshot(sourceOf(damaged), whole), (error) => error instanceof StateError, `byte ${at}`);
      await assert.rejects(readSubtaskSnapshot(sourceOf(bytes.subarray(0, at)), whole), { code: 'SNAPSHOT_CORRUPT' }, `cut at ${at}`);
    }
  });

  test('pieces of all key groups are read by those who get one of their section, and by nobody else', async () => {
    const section = (name: string, ...keyGroups: number[]): KeyedSection => ({ name, version: 2, serializers: {}, groups: keyGroups.map((keyGroup) => ({ keyGroup, bytes: Uint8Array.of(1, 2) })) });
    const keyed = [section('a', 3), section('a', ALL_KEY_GROUPS), section('b', 7), section('b', ALL_KEY_GROUPS)];
    const { bytes } = encodeSubtaskSnapshot(new Map([['op', { keyed, operator: [] }]]));
    const read = await readSubtaskSnapshot({ name: 'f', bytes: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) }, { start: 0, end: 4 });
    assert.deepEqual(read.get('op')!.keyed, [section('a', 3, ALL_KEY_GROUPS)]);
  });

  test('bytes that deflate does not shorten lie as they are, and a run of another length than the index says is no run', () => {
    let state = 1;
    const noise = Uint8Array.from({ length: 300 }, () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 16);
    const encode = (bytes: Uint8Array) => encodeSubtaskSnapshot(new Map([['op', { keyed: [], operator: [{ name: 'o', version: 1, mode: 'split' as const, items: [bytes] }] }]]), { isCompressed: true });
    assert.deepEqual(encode(noise).index.map(({ compressedBytes }) => compressedBytes), [undefined]);
    const { bytes, index } = encode(new Uint8Array(5000));
    assert.ok(index[0]!.compressedBytes! < 100);
    const swap = (from: string, to: string): Uint8Array => {
      const text = JSON.stringify(index).replace(from, to);
      const end = Buffer.alloc(12);
      end.writeUInt32LE(text.length, 0);
      end.writeUInt32LE(crc32(Buffer.from(text)), 4);
      end.writeUInt32LE(0x4d525353, 8);
      return Buffer.concat([bytes.subarray(0, SNAPSHOT_HEADER_BYTES + index[0]!.compressedBytes!), Buffer.from(text), end]);
    };
    assert.equal(decodeSubtaskSnapshot(swap('5000', '5000'), 'f').get('op')!.operator[0]!.items[0]!.length, 5000);
    for (const length of ['4999', '5001']) assert.throws(() => decodeSubtaskSnapshot(swap('5000', length), 'f'), { code: 'SNAPSHOT_CORRUPT', message: /section o of operator op.*decompressed/ });
  });

  test('a file of the first format, with its index in front, stays readable', () => {
    const payload = Uint8Array.of(1, 2, 3, 4, 9);
    const index = [
      { operatorId: 'op-1', name: 'state/count', version: 1, mode: 'keyed', serializers: {}, keyGroups: [3, 4], lengths: [3, 1], offset: 0, crc32: crc32(payload, 0, 4) },
      { operatorId: 'op-1', name: 'list/offsets', version: 1, mode: 'split', lengths: [1], offset: 4, crc32: crc32(payload, 4, 1) },
    ];
    const indexBytes = Buffer.from(JSON.stringify(index));
    const header = Buffer.alloc(16);
    header.write('MRSS', 0, 'latin1');
    [1, indexBytes.length, crc32(indexBytes)].forEach((value, i) => header.writeUInt32LE(value, 4 + i * 4));
    const file = Buffer.concat([header, indexBytes, payload]);
    assert.deepEqual(JSON.parse(JSON.stringify([...decodeSubtaskSnapshot(file, 'f')])), JSON.parse(JSON.stringify([['op-1', SAMPLE]])));
    for (let at = 0; at < file.length; at++) {
      const damaged = Uint8Array.from(file);
      damaged[at]! ^= 0x10;
      assert.throws(() => decodeSubtaskSnapshot(damaged, 'f'), (error) => error instanceof StateError, `byte ${at}`);
    }
  });

  test('two sections of one name that were written with different types stay apart', () => {
    const section = (type: TypeInformation, keyGroup: number): KeyedSection => ({ name: 'state/v', version: 1, serializers: { value: { type, version: 1 } }, groups: [{ keyGroup, bytes: Uint8Array.of(keyGroup) }] });
    const keyed = [section(Types.INT, 1), section(Types.LONG, 2)];
    const { bytes } = encodeSubtaskSnapshot(new Map([['op', { keyed, operator: [] }]]));
    assert.deepEqual(JSON.parse(JSON.stringify(decodeSubtaskSnapshot(bytes, 'file').get('op')!.keyed)), JSON.parse(JSON.stringify(keyed)));
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
