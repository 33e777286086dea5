import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { errorDocs, errorTables } from './error-docs.js';
import { projectFiles, readProjectFile, ROOT, sourceFolders } from './project-files.js';
import { FILE_LINES_MAX, FILE_LINES_WARN, lineCount, RULES } from './tidy-rules.js';

/** `rule path: finding` that are known and wait for repair. Shorter than last time, or empty. */
const KNOWN_FINDINGS: readonly string[] = [];

/** Codes that no test throws yet. Shorter than last time, or empty. */
const CODES_WITHOUT_TEST: readonly string[] = [];

const FILES_FLOOR = 200;

function findings(files: readonly { readonly path: string; readonly text: string }[]): string[] {
  return RULES.flatMap((rule) => files.filter(({ path }) => rule.appliesTo(path))
    .flatMap(({ path, text }) => rule.check(path, text).map((found) => `${rule.name} ${path}: ${found}`)));
}

function textFiles(): { path: string; text: string }[] {
  return projectFiles().map((path) => ({ path, text: readProjectFile(path) })).filter(({ text }) => !text.includes('\0'));
}

describe('the house rules', () => {
  test('hold in every file', (t) => {
    const files = textFiles();
    for (const { path, text } of files) {
      if (/\.(ts|mjs)$/.test(path) && lineCount(text) > FILE_LINES_WARN) t.diagnostic(`${path} has ${lineCount(text)} lines: split it before it has ${FILE_LINES_MAX}`);
    }
    assert.ok(files.length >= FILES_FLOOR, `only ${files.length} files were seen`);
    assert.deepEqual(findings(files), KNOWN_FINDINGS);
  });

  test('each find what is planted', () => {
    const planted: [string, string, string][] = [
      ['file-size', 'src/core/a.ts', `// a\n${'x;\n'.repeat(600)}`],
      ['no-fixme', 'docs/a.md', `a ${'FIX'}${'ME'} b`],
      ['todo-has-issue', 'docs/a.md', `${'TO'}${'DO'}: later`],
      ['file-name', 'src/core/string-utils.ts', '// a'],
      ['file-name', 'test/helpers/a.ts', '// a'],
      ['kebab-case', 'src/core/someThing.ts', '// a'],
      ['header-comment', 'src/core/a.ts', 'export const a = 1;'],
      ['banned-class-name', 'src/core/a.ts', '// a\nexport class DefaultThing {}'],
      ['banned-class-name', 'src/core/a.ts', '// a\nexport interface ThingImpl {}'],
      ['any-has-reason', 'src/core/a.ts', '// a\nexport const a = (b: any) => b as any;'],
      ['line-ends', '.ci/run', 'a\r\n'],
      ['no-registry-host', 'README.md', `https://${'registry'}.npmjs.org/x`],
      ['no-registry-host', 'package-lock.json', `  "resolv${'ed"'}: "x"`],
      ['no-machine-path', 'README.md', `see /${'home'}/me/x`],
    ];
    for (const [rule, path, text] of planted) {
      assert.ok(findings([{ path, text }]).some((found) => found.startsWith(`${rule} `)), `${rule} does not find its planted violation in ${path}`);
    }
  });

  test('let pass what is right', () => {
    const fine: [string, string][] = [
      ['src/core/a.ts', `// any word\nexport const a: number = 1;\nexport const b = (c: any) => c; // reason: user code decides\nexport const d = 'as any';\n`],
      ['docs/a.md', `${'TO'}${'DO'}(#12): later, and ${'TO'}${'DO'} #3; ../${'work'}/x, src/${'home'}/y`],
      ['src/core/base-64.ts', '// a\nexport class BaseballTeam {}\n'],
    ];
    assert.deepEqual(findings(fine.map(([path, text]) => ({ path, text }))), []);
  });
});

describe('the documents', () => {
  const architecture = 'docs/architecture.md';
  test('architecture.md names every top folder of src', { skip: existsSync(join(ROOT, architecture)) ? false : `${architecture} is not written yet` }, () => {
    const text = readProjectFile(architecture);
    assert.deepEqual(sourceFolders().filter((folder) => !new RegExp(`\\b${folder}\\b`).test(text)), []);
  });

  test('errors.md is made from the error tables', async () => {
    const made = errorDocs(await errorTables());
    const written = existsSync(join(ROOT, 'docs/errors.md')) ? readProjectFile('docs/errors.md') : '';
    assert.equal(written, made, 'run node dist/test/architecture/write-error-docs.js');
  });

  test('every error code is well formed, in one table only, and thrown by a test', async () => {
    const tables = await errorTables();
    const codes = tables.flatMap((table) => Object.keys(table.codes));
    assert.deepEqual(codes.filter((code, index) => codes.indexOf(code) !== index), [], 'codes in two tables');
    assert.deepEqual(codes.filter((code) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code)), []);
    const tests = textFiles().filter(({ path }) => path.startsWith('test/') && !path.startsWith('test/architecture/')).map(({ text }) => text).join('\n');
    assert.deepEqual(codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests)).sort(), CODES_WITHOUT_TEST);
  });

  test('an error page shows folder, code and sentence', () => {
    const docs = errorDocs([{ path: 'src/state/errors.ts', name: 'STATE_ERRORS', codes: { B_C: 'When b | c.', A_B: 'When a.' } }]);
    assert.match(docs, /\n## state\n\n\| code \| thrown when \|\n\| --- \| --- \|\n\| `A_B` \| When a\. \|\n\| `B_C` \| When b \\\| c\. \|\n$/);
  });
});
