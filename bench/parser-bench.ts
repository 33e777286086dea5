// SQL text to syntax tree and back: what a statement costs, over the committed corpus of every feature.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseScript, parseStatement } from '#table/parser/parser';
import { printStatement } from '#table/printer/printer';
import type { BenchRow } from './bench-row.js';

const CORPUS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'test', 'table', 'parser', 'corpus');

const PARSE_GOAL_US = 30;

export function parserRows({ quick }: { readonly quick: boolean }): BenchRow[] {
  const scripts = readdirSync(CORPUS).filter((name) => name.endsWith('.sql')).map((name) => readFileSync(join(CORPUS, name), 'utf8'));
  const statements = scripts.flatMap((script) => parseScript(script));
  const texts = statements.map(({ text }) => text);
  const trees = statements.map(({ statement }) => statement);
  const rounds = quick ? 20 : 100;
  const parseUs = microsPerItem(texts.length, rounds, () => {
    for (const text of texts) parseStatement(text);
  });
  const printUs = microsPerItem(trees.length, rounds, () => {
    for (const tree of trees) printStatement(tree);
  });
  const charsPerStatement = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / texts.length);
  return [
    row(`parse a statement (${texts.length} of ${charsPerStatement} characters)`, parseUs, `<= ${PARSE_GOAL_US} us`, parseUs <= PARSE_GOAL_US),
    row('print a statement', printUs, 'none', undefined),
  ];
}

/** The least over the rounds behind a warm-up: what else the machine does only adds. */
function microsPerItem(items: number, rounds: number, pass: () => void): number {
  for (let round = 0; round < rounds; round += 1) pass();
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint();
    pass();
    least = Math.min(least, Number(process.hrtime.bigint() - start) / 1000 / items);
  }
  return least;
}

function row(name: string, figure: number, target: string, isPass: boolean | undefined): BenchRow {
  return { name, figure, unit: 'us', anchor: undefined, anchorName: '', ratio: undefined, target, isPass, higherIsBetter: false };
}
