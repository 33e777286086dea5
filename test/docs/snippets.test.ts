import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type CodeBlock, codeBlocks, codeBlocksOf, docPages } from './doc-pages.js';
import { ROOT } from '../architecture/project-files.js';

// Programs are compiled inside the checkout, so that `millrace` and `#...` mean what package.json says.
const FOLDER = join(ROOT, '.cache', `snippets-${process.pid}`);
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const PROGRAMS_FLOOR = 12;

/** `// name.ts` in the first line of a program gives it that name, so that programs of a page can refer to each other. */
function fileOf(block: CodeBlock): string {
  const name = /^\/\/ ([a-z0-9-]+\.ts)\b/.exec(block.text)?.[1] ?? `line-${block.line}.ts`;
  return join(block.page.replaceAll(/[^a-z0-9]+/gi, '-'), name);
}

/** Type errors as `page:line: message`, the line counted in the page. */
function compile(folder: string, blocks: readonly CodeBlock[]): readonly string[] {
  const byFile = new Map(blocks.map((block) => [fileOf(block).replaceAll('\\', '/'), block]));
  for (const [file, block] of byFile) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), block.text);
  }
  const compilerOptions = { noEmit: true, rootDir: ROOT, incremental: false, composite: false, paths: { millrace: [join(ROOT, 'dist', 'src', 'index.d.ts')] } };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['**/*.ts'] }));
  const done = spawnSync(process.execPath, [TSC, '-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' });
  // The sources come along through `#...`; what is wrong with them stops the build.
  const lines = done.stdout.split('\n').filter((line) => /error TS\d+/.test(line));
  assert.ok(done.status === 0 || lines.length > 0, `the compiler ended with ${done.status}: ${done.stdout}${done.stderr}`);
  return lines.filter((line) => !line.startsWith('..')).map((line) => {
    const place = /^([^(]+)\((\d+),\d+\): (.*)$/.exec(line);
    const block = place === null ? undefined : byFile.get(place[1]!.replaceAll('\\', '/'));
    return block === undefined ? line : `${block.page}:${block.line + Number(place![2])}: ${place![3]}`;
  });
}

describe('code in the docs', () => {
  before(() => mkdirSync(FOLDER, { recursive: true }));
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  const blocks = docPages().flatMap(codeBlocks);
  const programs = blocks.filter(({ info }) => info === 'ts program');

  test('is a whole program wherever it is TypeScript', () => {
    assert.deepEqual(blocks.filter(({ info }) => /^(ts|typescript|js|javascript)\b/.test(info) && info !== 'ts program').map(({ page, line }) => `${page}:${line}`), []);
  });

  test('has names of its own on each page', () => {
    assert.equal(new Set(programs.map(fileOf)).size, programs.length);
  });

  test('compiles against the types of the package', () => {
    assert.ok(programs.length >= PROGRAMS_FLOOR, `only ${programs.length} programs were seen`);
    assert.deepEqual(compile(join(FOLDER, 'all'), programs), []);
  });

  test('that does not compile is reported with page and line', () => {
    const text = "# a\n\n```ts program\nimport { Types } from 'millrace';\nexport const wrong: string = Types.LONG.kind === 'long' ? 1 : 2;\n```\n";
    const errors = compile(join(FOLDER, 'planted'), codeBlocksOf('docs/a.md', text));
    assert.ok(errors.length > 0 && errors.every((error) => error.startsWith('docs/a.md:5: error TS2322')), errors.join('\n'));
  });
});
