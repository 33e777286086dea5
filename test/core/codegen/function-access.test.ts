import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FieldTree } from '#core/codegen/field-tree';
import { accessOf } from '#core/codegen/function-access';

/** `*` = everything, else fields, a field without children only compared with null. */
function show(tree: FieldTree): unknown {
  return tree.isAll ? '*' : Object.fromEntries([...tree.fields].map(([name, child]) => [name, show(child)]));
}

const reads = (fn: unknown): unknown => show(accessOf(fn).reads);

describe('what a function may read of its record', () => {
  test('plain property paths are what is read', () => {
    assert.deepEqual(reads((e: any) => e.bid.price > 10 && e.kind === 2), { bid: { price: '*' }, kind: '*' }); // any: a test record
    assert.deepEqual(reads(function (e: any) { return e.a.b; }), { a: { b: '*' } }); // any: a test record
    assert.deepEqual(reads((e: any) => e.bid?.price), { bid: { price: '*' } }); // any: a test record
    assert.deepEqual(reads((e: any, time: number) => e.at + time), { at: '*' }); // any: a test record
  });

  test('a method of a leaf reads the leaf, a method of a record reads the record', () => {
    assert.deepEqual(reads((e: any) => e.url.split('/')), { url: '*' }); // any: a test record
    assert.deepEqual(reads((e: any) => e.bid.hasOwnProperty('x')), { bid: '*' }); // any: a test record
    assert.deepEqual(reads((e: any) => e.toString()), '*'); // any: a test record
  });

  test('a comparison with null needs only whether the part is there', () => {
    assert.deepEqual(reads((e: any) => e.bid !== null && e.bid.price > 1), { bid: { price: '*' } }); // any: a test record
    assert.deepEqual(reads((e: any) => e.person != undefined), { person: {} }); // any: a test record
  });

  test('a pattern reads its fields', () => {
    assert.deepEqual(reads(({ a, b: renamed }: any) => a + renamed), { a: '*', b: '*' }); // any: a test record
    assert.deepEqual(reads(({ a: { b } }: any) => b), '*'); // any: a test record
    assert.deepEqual(reads(({ a = 1 }: any) => a), '*'); // any: a test record
    assert.deepEqual(reads(({ a, ...rest }: any) => [a, rest]), '*'); // any: a test record
  });

  test('whatever lets the record escape reads everything', () => {
    const keep: unknown[] = [];
    for (const fn of [
      (e: any) => ({ ...e }), (e: any) => keep.push(e), (e: any) => e['bid'], (e: any) => [e], (e: any) => { const copy = e; return copy.x; }, // any: test records
      function () { return arguments[0]; }, (...all: any[]) => all[0], (e: any = {}) => e.x, // any: test records
      Math.max, ((e: any) => e.x).bind(null), (e: any) => `${e}`, (e: any) => ((f: any) => f.x)(e), (e: any) => { for (const name in e) keep.push(name); }, // any: test records
    ]) assert.equal(reads(fn), '*', String(fn));
    assert.equal(reads(undefined), '*');
  });

  test('a use inside a nested function counts', () => {
    assert.deepEqual(reads((e: any) => [1].map(() => e.a.b)), { a: { b: '*' } }); // any: a test record
  });

  test('a function that only picks a part is a projection', () => {
    assert.deepEqual(accessOf((e: any) => e.bid).projects, ['bid']); // any: a test record
    assert.deepEqual(accessOf((e: any) => e.a.b).projects, ['a', 'b']); // any: a test record
    assert.equal(accessOf((e: any) => e.bid + 1).projects, undefined); // any: a test record
    assert.equal(accessOf((e: any) => ({ bid: e.bid })).projects, undefined); // any: a test record
  });
});
