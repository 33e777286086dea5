import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { docPages, links, linksOf } from './doc-pages.js';
import { readProjectFile, ROOT } from '../architecture/project-files.js';

const LINKS_FLOOR = 100;
const MAP = 'docs/flink-map.md';

describe('the pages of docs', () => {
  test('link only to files that exist', () => {
    const all = docPages().flatMap(links);
    assert.ok(all.length >= LINKS_FLOOR, `only ${all.length} links were seen`);
    const dead = all.filter(({ path }) => !existsSync(join(ROOT, path))).map(({ page, line, target }) => `${page}:${line}: ${target}`);
    assert.deepEqual(dead, []);
  });

  test('are all reachable from the index', () => {
    const reached = new Set(links('docs/README.md').map(({ path }) => path));
    const hidden = docPages().filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !page.startsWith('docs/decisions/') && !reached.has(page));
    assert.deepEqual(hidden, []);
  });

  test('list every decision record in the index of the architecture page', () => {
    const reached = new Set(links('docs/architecture.md').map(({ path }) => path));
    const records = docPages().filter((page) => /^docs\/decisions\/\d{4}-/.test(page));
    assert.ok(records.length >= 10, `only ${records.length} records were seen`);
    assert.deepEqual(records.filter((page) => !reached.has(page)), []);
  });

  test('a dead link is found where it stands', () => {
    assert.deepEqual(linksOf('docs/a.md', 'x\n[b](c/d.md#e) `[no](f)` [web](https://g.h)\n```\n[no](i)\n```\n'), [{ page: 'docs/a.md', line: 2, target: 'c/d.md', path: 'docs/c/d.md' }]);
  });
});

describe('the Flink map', () => {
  const rows = readProjectFile(MAP).split('\n').filter((line) => /^\| (?!---|Flink )/.test(line)).map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));

  test('says of each concept: same, simplified or absent', () => {
    assert.ok(rows.length >= 150, `only ${rows.length} rows were seen`);
    const wrong = rows.filter((cells) => cells.length !== 4 || !['same', 'simplified', 'absent'].includes(cells[2]!));
    assert.deepEqual(wrong, []);
  });

  test('names a file for what is there, and a reason for what is absent or simplified', () => {
    const wrong = rows.filter(([, where, how, why]) => (how === 'absent' ? why === '' : !/\]\(/.test(where!)) || (how !== 'same' && why === ''));
    assert.deepEqual(wrong, []);
  });
});
