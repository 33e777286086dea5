// Random expressions and queries as syntax trees: what is printed parses to the same tree. The seed of a failure is printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BINARY_OPERATORS, IS_TESTS, type CallExpression, type Expression } from '#table/parser/ast-expression';
import type { Identifier, ObjectPath } from '#table/parser/ast-node';
import type { Query, Select } from '#table/parser/ast-query';
import { RESERVED_WORDS } from '#table/parser/keywords';
import { parseExpression, parseStatement } from '#table/parser/parser';
import { printExpression, printQuery } from '#table/printer/printer';
import { stripSpans } from './strip-spans.js';

const RUNS = 300;
const span = { start: 0, end: 0 };

const plainName = fc.constantFrom('a', 'b1', '_c', 'Ä', 'key', 'value_', 'first', 'map', 'json');
const identifier: fc.Arbitrary<Identifier> = fc.oneof(
  plainName.map((name) => ({ kind: 'identifier' as const, span, name, isQuoted: false })),
  fc.oneof(fc.constantFrom('select', 'a b', 'x`y', '1', ';', '--'), fc.string({ minLength: 1, maxLength: 4 })).map((name) => ({ kind: 'identifier' as const, span, name, isQuoted: true })),
);
const path = (parts: readonly Identifier[]): ObjectPath => ({ kind: 'object-path', span, parts });

const literal: fc.Arbitrary<Expression> = fc.oneof(
  fc.constant<Expression>({ kind: 'null-literal', span }),
  fc.constantFrom(true, false, undefined).map((value): Expression => ({ kind: 'boolean-literal', span, value })),
  fc.nat().map((value): Expression => ({ kind: 'numeric-literal', span, form: 'integer', text: String(value) })),
  fc.constantFrom('1.5', '.5', '1.').map((text): Expression => ({ kind: 'numeric-literal', span, form: 'decimal', text })),
  fc.constantFrom('1e3', '1.5E-3').map((text): Expression => ({ kind: 'numeric-literal', span, form: 'approximate', text })),
  fc.string().map((value): Expression => ({ kind: 'string-literal', span, value })),
  fc.constantFrom('', '0aff').map((hex): Expression => ({ kind: 'binary-literal', span, hex })),
  fc.constantFrom('DATE' as const, 'TIME' as const, 'TIMESTAMP' as const).map((type): Expression => ({ kind: 'datetime-literal', span, type, text: '2024-01-01' })),
  fc.boolean().map((isNegative): Expression => ({
    kind: 'interval-literal', span, isNegative, text: '1', qualifier: { kind: 'interval-qualifier', span, from: 'DAY', to: 'SECOND', precision: 3, fractionPrecision: undefined },
  })),
  fc.array(identifier, { minLength: 1, maxLength: 3 }).map((parts): Expression => ({ kind: 'column-reference', span, parts })),
);

function call(operands: readonly Expression[], name: Identifier): CallExpression {
  return { kind: 'call', span, function: path([name]), syntax: 'plain', quantifier: undefined, arguments: operands, orderBy: [], nullTreatment: undefined, withinGroup: undefined, filter: undefined, over: undefined };
}

const { expression, query } = fc.letrec<{ expression: Expression; query: Query }>((tie) => {
  const one = tie('expression');
  const list = fc.array(one, { minLength: 1, maxLength: 3 });
  const set = fc.oneof<fc.Arbitrary<readonly Expression[] | Query>[]>(list, tie('query'));
  const operators = fc.oneof(
    fc.tuple(fc.constantFrom(...BINARY_OPERATORS), one, one).map(([operator, left, right]): Expression => ({ kind: 'binary', span, operator, left, right })),
    fc.tuple(fc.constantFrom('NOT' as const, '-' as const, '+' as const), one).map(([operator, operand]): Expression => ({ kind: 'unary', span, operator, operand })),
    fc.tuple(fc.constantFrom(...IS_TESTS), one, fc.boolean()).map(([is, operand, isNegated]): Expression => ({ kind: 'is', span, operand, isNegated, test: is })),
    fc.tuple(one, fc.boolean(), fc.boolean(), one, one).map(([operand, isNegated, isSymmetric, low, high]): Expression => ({ kind: 'between', span, operand, isNegated, isSymmetric, low, high })),
    fc.tuple(one, fc.boolean(), set).map(([operand, isNegated, inSet]): Expression => ({ kind: 'in', span, operand, isNegated, set: inSet })),
    fc.tuple(one, fc.boolean(), fc.constantFrom('LIKE' as const, 'SIMILAR TO' as const), one, fc.option(one, { nil: undefined }))
      .map(([operand, isNegated, operator, pattern, escape]): Expression => ({ kind: 'like', span, operator, operand, isNegated, pattern, escape })),
    fc.tuple(one, fc.constantFrom('=' as const, '>=' as const), fc.constantFrom('SOME' as const, 'ALL' as const), set)
      .map(([operand, operator, quantifier, comparedSet]): Expression => ({ kind: 'quantified-comparison', span, operand, operator, quantifier, set: comparedSet })),
  );
  const bracketed = fc.oneof(
    fc.tuple(fc.option(one, { nil: undefined }), one, one, fc.option(one, { nil: undefined }))
      .map(([operand, when, result, otherwise]): Expression => ({ kind: 'case', span, operand, branches: [{ kind: 'case-branch', span, when: [when], result }], otherwise })),
    fc.tuple(one, fc.boolean()).map(([operand, isTry]): Expression => ({
      kind: 'cast', span, isTry, operand, type: { kind: 'collection-type', span, isNullable: false, collection: 'ARRAY', element: { kind: 'basic-type', span, isNullable: undefined, name: 'DECIMAL', parameters: [5, 2] } },
    })),
    fc.tuple(list, fc.boolean()).filter(([elements, isExplicit]) => isExplicit || elements.length > 1).map(([elements, isExplicit]): Expression => ({ kind: 'row', span, isExplicit, elements })),
    fc.tuple(fc.constantFrom('ARRAY' as const, 'MAP' as const, 'MULTISET' as const), list).map(([collection, elements]): Expression => ({ kind: 'collection', span, collection, elements })),
    fc.tuple(list, identifier).map(([operands, name]): Expression => call(operands, name)),
    tie('query').map((inner): Expression => ({ kind: 'subquery', span, query: inner })),
    tie('query').map((inner): Expression => ({ kind: 'exists', span, query: inner })),
  );
  const postfix = fc.oneof(
    fc.tuple(one, one).map(([operand, index]): Expression => ({ kind: 'item-access', span, operand, index })),
    fc.tuple(one, identifier).map(([operand, field]): Expression => ({ kind: 'field-access', span, operand, field })),
    fc.tuple(one, one).map(([left, right]): Expression => ({
      kind: 'datetime-difference', span, left, right, qualifier: { kind: 'interval-qualifier', span, from: 'DAY', to: undefined, precision: undefined, fractionPrecision: undefined },
    })),
    one.map((value): Expression => ({ kind: 'interval-expression', span, value, qualifier: { kind: 'interval-qualifier', span, from: 'HOUR', to: undefined, precision: undefined, fractionPrecision: undefined } })),
  );
  const rowCount = fc.nat().map((value): Expression => ({ kind: 'numeric-literal', span, form: 'integer', text: String(value) }));
  const select = fc.tuple(list, fc.option(identifier, { nil: undefined }), fc.option(one, { nil: undefined })).map(([items, table, where]): Select => ({
    kind: 'select', span, hints: [], quantifier: undefined, items: items.map((item) => ({ kind: 'select-item', span, expression: item, alias: undefined })),
    from: table === undefined ? undefined : { kind: 'table-reference', span, table: path([table]), hints: [], period: undefined, alias: undefined, sample: undefined },
    where: table === undefined ? undefined : where, groupBy: undefined, having: undefined, windows: [], qualify: undefined,
  }));
  const wrapped = (body: Query['body'], limit: Expression | undefined): Query => ({ kind: 'query', span, with: [], isRecursive: false, body, orderBy: [], offset: undefined, limit });
  return {
    expression: fc.oneof({ maxDepth: 4, depthSize: 'small', withCrossShrink: true }, literal, operators, bracketed, postfix),
    query: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.tuple(select, fc.option(rowCount, { nil: undefined })).map(([body, limit]) => wrapped(body, limit)),
      fc.tuple(tie('query'), tie('query'), fc.constantFrom('UNION' as const, 'INTERSECT' as const, 'EXCEPT' as const), fc.boolean())
        .map(([left, right, operator, isAll]) => wrapped({ kind: 'set-operation', span, operator, isAll, left: bodyOf(left), right: bodyOf(right) }, undefined)),
    ),
  };
});

/** A query without clauses of its own cannot be told from its body. */
function bodyOf(inner: Query): Query['body'] {
  return inner.limit === undefined ? inner.body : inner;
}

test('a random expression prints to text with the same tree', () => {
  fc.assert(fc.property(expression, (tree) => {
    const printed = printExpression(tree);
    assert.deepEqual(stripSpans(parseExpression(printed)), stripSpans(tree), printed);
  }), { numRuns: RUNS });
});

test('a random query prints to text with the same tree, on one line or several', () => {
  fc.assert(fc.property(query, fc.constantFrom('line' as const, 'lines' as const), (tree, layout) => {
    const printed = printQuery(tree, layout);
    assert.deepEqual(stripSpans(parseStatement(printed)), stripSpans(tree), printed);
  }), { numRuns: RUNS });
});

test('a name that is a reserved word is printed in back-ticks', () => {
  for (const word of RESERVED_WORDS) {
    const column: Expression = { kind: 'column-reference', span, parts: [{ kind: 'identifier', span, name: word.toLowerCase(), isQuoted: false }] };
    assert.equal(printExpression(column), `\`${word.toLowerCase()}\``);
  }
});
