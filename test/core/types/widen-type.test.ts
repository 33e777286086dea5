import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inferType } from '#core/types/infer-type';
import { formatType, type TypeInformation } from '#core/types/type-information';
import { widenType } from '#core/types/widen-type';

function widened(rows: readonly unknown[], misfits: readonly unknown[], isOtherShapeUsual = false): string | undefined {
  const type: TypeInformation | undefined = widenType(inferType(rows), misfits, { isOtherShapeUsual });
  return type === undefined ? undefined : formatType(type);
}

const as = (rows: readonly unknown[]): string => formatType(inferType(rows));

describe('the type of an undeclared stream, after rows that do not fit it', () => {
  test('a column that saw null may be null, and one that saw another kind of value takes any', () => {
    assert.equal(widened([{ a: 1, b: 'x' }], [{ a: null, b: 'y' }]), as([{ a: 1, b: 'x' }, { a: null, b: 'y' }]));
    assert.equal(widened([{ a: 1, b: 'x' }], [{ a: 'one', b: 'y' }]), as([{ a: 1, b: 'x' }, { a: 'one', b: 'y' }]));
    assert.equal(widened([{ a: 1 }], [{ a: null }, { a: true }]), as([{ a: 1 }, { a: null }, { a: true }]));
  });

  test('a column of nested rows widens by its fields, or takes any where they are others', () => {
    assert.equal(widened([{ a: { b: 1 } }], [{ a: { b: 'x' } }]), as([{ a: { b: 1 } }, { a: { b: 'x' } }]));
    assert.equal(widened([{ a: { b: 1 } }], [{ a: { c: 1 } }]), as([{ a: [] }]));
  });

  test('single values widen to null or to any', () => {
    assert.equal(widened([1], ['x']), 'ANY');
    assert.match(widened([1], [null])!, /NULL/);
    assert.equal(widened([1], [undefined]), 'ANY');
    assert.equal(widened([1], [{ a: 1 }]), 'ANY');
  });

  test('rows with other fields change nothing, unless they have become the usual ones', () => {
    assert.equal(widened([{ a: 1 }], [{ a: 1, b: 2 }]), undefined);
    assert.equal(widened([{ a: 1 }], [{ b: 'x', c: 2 }], true), as([{ b: 'x', c: 2 }]));
    assert.equal(widened([{ a: 1 }], [{}], true), undefined);
    assert.equal(widened([{ a: 1 }], [{ a: undefined }], true), undefined);
  });

  test('what takes any already does not widen', () => {
    assert.equal(widenType({ kind: 'any' }, [1], { isOtherShapeUsual: true }), undefined);
  });
});
