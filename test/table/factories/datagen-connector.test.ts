import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changesOf, inlineTables } from '../api/table-jobs.js';

async function rowsOf(columns: string, options: string): Promise<unknown[][]> {
  const tables = inlineTables();
  await tables.executeSql(`CREATE TABLE made (${columns}) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000', ${options})`);
  return (await changesOf(tables, 'SELECT * FROM made')).map((row) => JSON.parse(row.slice(2)) as unknown[]);
}

describe('datagen', () => {
  test('a sequence counts from start to end, then the source ends', async () => {
    assert.deepEqual(await rowsOf('a INT, b STRING', "'fields.a.kind' = 'sequence', 'fields.a.start' = '3', 'fields.a.end' = '5', 'fields.b.kind' = 'sequence', 'fields.b.start' = '10', 'fields.b.end' = '99'"), [[3, '10'], [4, '11'], [5, '12']]);
  });

  test('random values keep to their bounds and lengths', async () => {
    const rows = await rowsOf('a INT, b STRING, c DOUBLE, d ARRAY<INT>', "'number-of-rows' = '50', 'fields.a.min' = '-2', 'fields.a.max' = '4', 'fields.b.length' = '7', 'fields.c.min' = '1', 'fields.c.max' = '2', 'fields.d.length' = '2'");
    assert.equal(rows.length, 50);
    for (const [a, b, c, d] of rows) {
      assert.ok(Number.isInteger(a) && (a as number) >= -2 && (a as number) <= 4);
      assert.match(b as string, /^[0-9a-f]{7}$/);
      assert.ok((c as number) >= 1 && (c as number) <= 2);
      assert.equal((d as unknown[]).length, 2);
    }
  });

  test('texts and bytes may vary in length; some values may be NULL', async () => {
    const rows = await rowsOf('a STRING, b VARCHAR(5), c CHAR(3), d BYTES, e INT', "'number-of-rows' = '40', 'fields.a.length' = '9', 'fields.a.var-len' = 'true', 'fields.d.length' = '2', 'fields.e.null-rate' = '0.6'");
    assert.ok(rows.every(([a, b, c, d, e]) => (a as string).length >= 1 && (a as string).length <= 9 && (b as string).length === 5 && (c as string).length === 3 && Object.keys(d as object).length === 2 && e === null));
  });

  test('values of options that cannot be are refused', async () => {
    const refused: readonly (readonly [string, string, RegExp])[] = [
      ['a CHAR(3)', "'fields.a.length' = '2'", /Custom length for fixed-length type \(CHAR\/BINARY\) field 'fields\.a' is not supported/],
      ['a VARCHAR(3)', "'fields.a.length' = '4'", /Custom length '4' .* should be shorter than '3' defined in the schema/],
      ['a INT', "'fields.a.var-len' = 'true'", /Only supports specifying 'fields\.a\.var-len' option for variable-length types/],
      ['a INT', "'fields.a.min' = '5', 'fields.a.max' = '4'", /fields\.a\.min .* is 5, above fields\.a\.max, which is 4/],
      ['a INT', "'fields.a.kind' = 'odd'", /Unsupported generator type: odd/],
      ['a INT', "'rows-per-second' = '-1'", /rows-per-second .* is '-1': give a whole number from 1 up/],
      ['a INT', "'scan.parallelism' = '0'", /scan\.parallelism .* is '0'/],
    ];
    for (const [columns, options, message] of refused) {
      const tables = inlineTables();
      await tables.executeSql(`CREATE TABLE made (${columns}) WITH ('connector' = 'datagen', 'number-of-rows' = '1', ${options})`);
      await assert.rejects(changesOf(tables, 'SELECT * FROM made'), { code: 'TABLE_OPTION_INVALID', message }, options);
    }
  });

  test('options that nobody knows are refused, and a sequence without an end', async () => {
    await assert.rejects(rowsOf('a INT', "'fields.b.kind' = 'random'"), /Unsupported options found .*: fields\.b\.kind/);
    await assert.rejects(rowsOf('a INT', "'fields.a.kind' = 'sequence', 'fields.a.start' = '1'"), /Could not find required property 'fields\.a\.end' for sequence generator/);
  });
});
