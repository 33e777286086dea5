// Recorded streaming cases, programs and queries against what Flink gave. The fixture lists the cases that differ, by kind; it may only
// shrink. Listed cases are not run: `report.js` shows how they differ.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { conformanceTest, fixturePath } from '../../conformance-folder.js';
import type { ProgramCase, QueryCase, StreamingCase } from './program-case.js';
import { verdictOfProgram, verdictOfQuery, verdictOfStreaming } from './program-verdict.js';

const known = new Set(readFileSync(fixturePath('sql-programs-known-differences.txt'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#')));

async function compare<T extends { readonly id: string }>(kind: string, cases: readonly T[], verdictOf: (one: T) => Promise<string>): Promise<void> {
  const run = cases.filter(({ id }) => !known.has(`${kind} ${id}`));
  const differing: string[] = [];
  for (const one of run) {
    // Rows are let in when the job has come to rest, which is told by the clock: on a busy host a case gets another chance.
    const verdicts: string[] = [];
    while (verdicts.length < 3 && verdicts.at(-1) !== 'agrees') verdicts.push(await verdictOf(one));
    if (verdicts.at(-1) !== 'agrees') differing.push(`${one.id}: ${verdicts.at(-1)}`);
  }
  console.log(`${kind}: ${run.length - differing.length} of ${cases.length} agree, ${cases.length - run.length} are known to differ`);
  assert.deepEqual(differing, []);
}

const linesOf = <T>(folder: string, name: string): readonly T[] => readFileSync(join(folder, 'sql', name), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as T);

describe('recorded SQL against Flink', () => {
  conformanceTest('streaming cases cause the changes that they caused, step by step', (folder) => compare('streaming', linesOf<StreamingCase>(folder, 'streaming.ndjson'), verdictOfStreaming));
  conformanceTest('programs give their sinks what they gave', (folder) => compare('program', linesOf<ProgramCase>(folder, 'programs.ndjson').filter(({ portable }) => portable), verdictOfProgram));
  conformanceTest('queries give the rows and changes that they gave', (folder) => compare('query', linesOf<QueryCase & { readonly kind: string }>(folder, 'functions.ndjson').filter(({ kind }) => kind === 'query'), verdictOfQuery));
});
