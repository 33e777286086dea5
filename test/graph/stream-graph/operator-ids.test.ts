import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operatorIdOfUid } from '#graph/stream-graph/operator-ids';
import { Program } from '../programs.js';
import { vectorTests } from '../../runtime-vectors.js';

function idsOf(build: (p: Program) => void): string[] {
  const program = new Program();
  build(program);
  return program.streamGraph().nodes.map((node) => node.operatorId);
}

describe('operator ids', () => {
  vectorTests('uid', 'a uid gives Flink’s operator id', 21, (vectors) => {
    for (const vector of vectors) assert.equal(operatorIdOfUid(vector['uid']), vector['operatorId'], JSON.stringify(vector));
  });

  test('a uid fixes the id whatever stands before the operator', () => {
    const tail = (p: Program, input: ReturnType<Program['map']>) => { p.end(input).uid = 'end'; };
    const short = idsOf((p) => tail(p, p.from()));
    const long = idsOf((p) => tail(p, p.map(p.from())));
    assert.equal(short.at(-1), operatorIdOfUid('end'));
    assert.equal(long.at(-1), operatorIdOfUid('end'));
  });

  test('a uid hash is used as it is', () => {
    const hash = '00112233445566778899aabbccddeeff';
    assert.equal(idsOf((p) => { p.end(p.from()).uidHash = hash; }).at(-1), hash);
    assert.throws(() => idsOf((p) => { p.end(p.from()).uidHash = 'abc'; }), { code: 'UID_HASH_INVALID', message: 'the uid hash of "Sink: Writer" is "abc": it must be 32 hexadecimal digits' });
  });

  test('structural ids are distinct, repeat with the program, and change with what stands before', () => {
    const build = (p: Program) => {
      const source = p.from();
      p.end(p.map(source));
      p.end(p.map(p.union([source, p.from()])));
    };
    const ids = idsOf(build);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(idsOf(build), ids);
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
    assert.notEqual(idsOf((p) => p.end(p.from())).at(-1), idsOf((p) => p.end(p.map(p.from()))).at(-1));
  });

  test('names, parallelism and creation order of unrelated objects do not change structural ids', () => {
    const plain = idsOf((p) => p.end(p.map(p.from())));
    assert.deepEqual(idsOf((p) => {
      p.from();
      p.end(p.map(p.from(), 'Other')).parallelism = 2;
    }), plain);
  });

  test('two operators with one uid are refused by name', () => {
    assert.throws(() => idsOf((p) => {
      const mapped = p.map(p.from());
      mapped.uid = 'same';
      p.end(mapped).uid = 'same';
    }), { code: 'UID_DUPLICATE', message: '"Map" and "Sink: Writer" have the same id, uid "same": give each operator a uid of its own' });
  });
});
