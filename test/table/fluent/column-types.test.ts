// What the types of column expressions allow: this file compiles, and each line behind `@ts-expect-error` would not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { $, coalesce, ifThenElse, lit, type ColumnExpression } from 'millrace/table';

test('column expressions are typed by their values', () => {
  const price = $<number>('price');
  const name = $<string>('name');
  const total: ColumnExpression<number> = price.plus(1).times(2).sum();
  const isDear: ColumnExpression<boolean> = price.isGreater(3).and(name.like('p%'));
  const text: ColumnExpression<string> = ifThenElse(isDear, name, 'cheap').upperCase();
  const filled: ColumnExpression<string> = coalesce($<string | null>('nick'), name);
  // A column without a type takes part in everything.
  const untyped: ColumnExpression<boolean> = $('anything').isEqual(3).and($('anything').isEqual('x'));
  // @ts-expect-error a number is no text
  const wrongComparison = price.isEqual('three');
  // @ts-expect-error a text has no sum
  const wrongSum = name.sum();
  // @ts-expect-error a number is not like a pattern
  const wrongLike = price.like('p%');
  // @ts-expect-error a number is no condition
  const wrongCondition = isDear.and(price);
  // @ts-expect-error a boolean is no number
  const wrongType: ColumnExpression<number> = lit(true);
  assert.deepEqual([total, isDear, text, filled, untyped, wrongComparison, wrongSum, wrongLike, wrongCondition, wrongType].map((expression) => typeof expression.sql), Array.from({ length: 10 }, () => 'string'));
});
