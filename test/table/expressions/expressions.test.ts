import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FunctionError, TableValidationError } from '#table/errors';
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import { convertCondition, convertExpression } from '#table/expressions/convert-expression';
import { ExpressionInterpreter } from '#table/expressions/expression-interpreter';
import { reduceExpression } from '#table/expressions/reduce-expression';
import { parseExpression } from '#table/parser/parser';
import { LogicalTypes, notNull, type LogicalType } from '#table/types/logical-type';
import { serializableTypeText } from '#table/types/type-text';
import { contextOf, runGenerated, scopeOf } from '../conformance/scalar-case.js';

const context = contextOf();
const FIELDS: readonly { readonly name: string; readonly type: LogicalType }[] = [
  { name: 'a', type: LogicalTypes.INT },
  { name: 'b', type: notNull(LogicalTypes.INT) },
  { name: 's', type: LogicalTypes.STRING },
  { name: 'f', type: LogicalTypes.BOOLEAN },
  { name: 'r', type: notNull(LogicalTypes.ROW([{ name: 'x', type: LogicalTypes.BIGINT }])) },
];

const converted = (sql: string) => convertExpression(parseExpression(sql), scopeOf(sql, FIELDS, context));

describe('typed expressions', () => {
  test('generated code, the interpreter and folding agree over all values of a three-valued logic', () => {
    const values = [true, false, null];
    for (const sql of ['f AND a = 1', 'f OR a = 1', 'NOT f', 'f IS NOT TRUE', 'NOT (f AND a = 1) OR s IS NULL', 'CASE WHEN f THEN a ELSE b END', 'f IS DISTINCT FROM (a = 1)']) {
      const expression = converted(sql);
      for (const f of values) for (const a of [1, 2, null]) {
        const row = [a, 7, null, f, { x: 1 }];
        const expected = new ExpressionInterpreter(context).evaluate(expression, row);
        assert.deepEqual(runGenerated(expression, row, context), expected, `${sql} with f = ${f}, a = ${a}`);
        assert.deepEqual(runGenerated(reduceExpression(expression, context), row, context), expected, `${sql} folded`);
      }
    }
  });

  test('a condition holds where it is TRUE only', () => {
    const condition = convertCondition(parseExpression('NOT (a > 1) AND s <> \'x\''), scopeOf('', FIELDS, context));
    const codegen = new ExpressionCodegen(context);
    const { statements, condition: text } = codegen.generateCondition(condition, (index) => `row[${index}]`);
    const run = new Function(...codegen.constants.keys(), `return (row) => {\n${statements}\nreturn !!(${text});\n};`)(...codegen.constants.values()) as (row: unknown[]) => boolean;
    assert.equal(run([1, 1, 'y', null, null]), true);
    assert.equal(run([null, 1, 'y', null, null]), false);
    assert.equal(run([1, 1, null, null, null]), false);
  });

  test('no test for NULL is written where it cannot come, and what is shared is computed once', () => {
    const codegen = new ExpressionCodegen(context);
    const { statements } = codegen.generateAll([converted('b * 2 + 1'), converted('b * 2 - 1')], (index) => `c${index}`);
    assert.doesNotMatch(statements, /null/);
    assert.equal(statements.match(/Math\.imul/g)?.length, 1);
    assert.equal(statements.match(/c1/g)?.length, 1);
  });

  test('integers wrap as in Java, and BIGINT is exact', () => {
    const value = (sql: string): unknown => runGenerated(converted(sql), [null, 2147483647, null, null, { x: 9007199254740993n }], context);
    assert.equal(value('b + 1'), -2147483648);
    assert.equal(value('r.x + 2'), 9007199254740995n);
    assert.equal(value('CAST(9223372036854775807 AS BIGINT) + r.x - r.x + 1'), -9223372036854775808n);
  });

  test('the right side of AND and the branches not taken are not computed', () => {
    assert.equal(runGenerated(converted('b <> 0 AND 10 / b > 1'), [null, 0, null, null, null], context), false);
    assert.equal(runGenerated(converted('CASE WHEN b = 0 THEN -1 ELSE 10 / b END'), [null, 0, null, null, null], context), -1);
    assert.throws(() => runGenerated(converted('10 / b'), [null, 0, null, null, null], context), (error: unknown) => error instanceof FunctionError && error.code === 'SQL_FUNCTION_FAILED');
  });

  test('types are those of Flink', () => {
    const typeOf = (sql: string): string => serializableTypeText(converted(sql).type);
    assert.equal(typeOf('0.908 * b'), 'DECIMAL(15, 3) NOT NULL');
    assert.equal(typeOf('a + 1'), 'INT');
    assert.equal(typeOf('MOD(r.x, 10)'), 'INT');
    assert.equal(typeOf("CASE WHEN f THEN 'a' ELSE 'abc' END"), 'VARCHAR(3) NOT NULL');
    assert.equal(typeOf('CAST(s AS DECIMAL(10, 2))'), 'DECIMAL(10, 2)');
  });

  test('a refusal names the place and the nearest name', () => {
    const refusal = (sql: string): TableValidationError => {
      try {
        converted(sql);
      } catch (error) {
        if (error instanceof TableValidationError) return error;
        throw error;
      }
      return assert.fail(`${sql} was taken`);
    };
    assert.equal(refusal('b + ss').line, "[SQL_VALIDATION] Column 'ss' not found in any table at line 1, column 5. Did you mean 's'?");
    assert.equal(refusal('b + ss').excerpt, 'b + ss\n    ^^');
    assert.match(refusal('r.y').message, /Unknown field 'y' at line 1, column 3/);
    assert.match(refusal('REGEXP_EXTRAC(s, s)').message, /No match found for function signature REGEXP_EXTRAC\(<CHARACTER>, <CHARACTER>\) at line 1, column 1\. Did you mean 'REGEXP_EXTRACT'\?/);
    assert.match(refusal('b + f').message, /Cannot apply '\+' to arguments of type '<INTEGER> \+ <BOOLEAN>'\. Supported form\(s\): '<NUMERIC> \+ <NUMERIC>'/);
    assert.match(refusal('CAST(f AS DATE)').message, /Cast function cannot convert value of type BOOLEAN to type DATE/);
    assert.match(refusal('MOD()').message, /Cannot apply 'MOD' to arguments of type 'MOD\(\)'/);
    assert.match(refusal('ARRAY_INTERSECT(ARRAY[1])').message, /takes two arrays/);
    assert.match(refusal('SUM(b)').message, /Aggregate expression is illegal in SELECT clause: 'SUM'/);
  });
});
