import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { lintConfig, lintConfigText } from './lint-rules.js';
import { ROOT, readProjectFile } from './project-files.js';

interface Report {
  readonly number_of_files: number;
  readonly diagnostics: readonly { readonly code?: string; readonly message: string; readonly filename: string; readonly severity: string; readonly labels: readonly { readonly span: { readonly line: number } }[] }[];
}

function lint(root: string): Report {
  const done = spawnSync(join(ROOT, 'node_modules', '.bin', 'oxlint'), ['--config', '.oxlintrc.json', '--format', 'json', 'src'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  assert.notEqual(done.stdout, '', `oxlint said nothing: ${done.stderr}`);
  return JSON.parse(done.stdout) as Report;
}

function findings(report: Report): string[] {
  return report.diagnostics.map((found) => `${found.filename}:${found.labels[0]?.span.line} ${found.code} ${found.message}`);
}

test('.oxlintrc.json is made from the table of ranks', () => {
  assert.equal(readProjectFile('.oxlintrc.json'), lintConfigText(), 'run node dist/test/architecture/write-lint-config.js');
});

test('src passes the linter', () => {
  const report = lint(ROOT);
  assert.ok(report.number_of_files >= 150, `oxlint saw only ${report.number_of_files} files`);
  assert.deepEqual(findings(report), []);
});

test('a planted use of the host outside platform is caught, and passes inside', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-lint-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const uses = [
    `export const a = Date.now();`,
    `export const b = Math.random();`,
    `export const c = setTimeout(() => undefined, 1);`,
    `export const d = setInterval(() => undefined, 1);`,
    `export const e = setImmediate(() => undefined);`,
    `export const f = process.env['HOME'];`,
    `export const g = performance.now();`,
    `export const h = crypto.randomUUID();`,
    `import { readFileSync } from 'node:fs'; export const i = readFileSync;`,
    `import { open } from 'fs/promises'; export const j = open;`,
    `import { Worker } from 'worker_threads'; export const k = Worker;`,
    `import { randomUUID } from 'node:crypto'; export const l = randomUUID;`,
  ];
  const fine = [`import { createHash } from 'node:crypto'; export const n = createHash;`, `import { Buffer } from 'node:buffer'; export const o = Buffer;`, `export const p = new Date(0), q = Math.max(1, 2);`];
  const text = `${[...uses, ...fine].join('\n')}\n`;
  const long = `export function long(): number {\n${'  Math.max(1, 2);\n'.repeat(70)}  return 1;\n}\n`;
  const files = { '.oxlintrc.json': JSON.stringify({ ...lintConfig(), $schema: undefined }), 'src/core/uses.ts': text, 'src/platform/uses.ts': text, 'src/core/long.ts': long };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const found = lint(folder).diagnostics.map((one) => `${one.filename}:${one.labels[0]?.span.line}`).sort();
  assert.deepEqual(found, ['src/core/long.ts:1', ...uses.map((_, index) => `src/core/uses.ts:${index + 1}`)].sort());
});
