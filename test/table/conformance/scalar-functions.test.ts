// Every scalar expression of the conformance data against Flink's answer: value, text, type and refusal counted apart.
// known-differences.txt lists what differs; it may only shrink.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { conformanceTest, fixturePath } from '../../conformance-folder.js';
import { answerOf, differencesOf, type ScalarCase, type Verdict } from './scalar-case.js';

function readCases(folder: string): ScalarCase[] {
  return readFileSync(join(folder, 'sql', 'functions.ndjson'), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as ScalarCase).filter((test) => test.kind === 'scalar');
}

describe('scalar functions against Flink', () => {
  conformanceTest('no expression differs from Flink that is not listed, and none is listed that does not', (folder) => {
    const known = new Map(readFileSync(fixturePath('sql-functions-known-differences.txt'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(' ', 2) as [string, string]));
    const totals: Record<Verdict, [number, number]> = { value: [0, 0], string: [0, 0], type: [0, 0], error: [0, 0], twin: [0, 0] };
    const found: string[] = [];
    const cases = readCases(folder);
    for (const test of cases) {
      const different = differencesOf(test, answerOf(test));
      const asked: readonly Verdict[] = test.error !== undefined ? ['error'] : test.expected!.string === undefined ? ['value', 'type', 'twin'] : ['value', 'string', 'type', 'twin'];
      for (const verdict of asked) {
        totals[verdict][1] += 1;
        if (!different.includes(verdict)) totals[verdict][0] += 1;
      }
      const listed = known.get(test.id) ?? '';
      const isAsListed = different.join(',') === listed || (listed.endsWith('?') && ['', listed.slice(0, -1)].includes(different.join(',')));
      if (!isAsListed) found.push(`${test.id} ${test.expr}: differs in [${different.join(',')}], listed [${listed}]`);
    }
    console.log(Object.entries(totals).map(([verdict, [right, all]]) => `${verdict} ${right}/${all}`).join(', '));
    assert.deepEqual(found, []);
    assert.ok(cases.length > 5000);
  });
});
