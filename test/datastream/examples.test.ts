// Every program in examples/ says at its end what it prints; here each is run by the command line and held to it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'millrace-examples-'));
const text = join(folder, 'hamlet.txt');
writeFileSync(text, 'To be, or not\nto be\n');
after(() => rmSync(folder, { recursive: true, force: true }));

describe('examples', () => {
  const programs = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'));

  test('there are examples', () => assert.ok(programs.length >= 4));

  for (const name of programs) {
    test(`${name} prints what it says`, async () => {
      const program = join(root, 'examples', name);
      const { stdout } = await run(process.execPath, [join(root, 'bin', 'millrace.mjs'), 'run', '-p', '1', program, ...(name === 'word-count.ts' ? ['--input', text] : [])]);
      assert.deepEqual(stdout.trimEnd().split('\n').sort(), expectedOutput(readFileSync(program, 'utf8')));
    });
  }
});

/** The comment lines after `// Output …:`. */
function expectedOutput(source: string): string[] {
  const lines = source.trimEnd().split('\n');
  const start = lines.findIndex((line) => line.startsWith('// Output'));
  assert.ok(start !== -1, 'the example says what it prints');
  return lines.slice(start + 1).map((line) => line.replace(/^\/\/ {3}/, ''));
}
