import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '#client/submission/program-bundle';
import { nodePlatform } from '#platform/node-platform';

describe('the bundle of a program', () => {
  test('is made again when a file that it came from has changed, and only then', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-bundle-'));
    try {
      const { files } = nodePlatform();
      const program = join(folder, 'job.ts');
      const part = join(folder, 'part.ts');
      writeFileSync(program, "import { word } from './part.js';\nexport default () => word;\n");
      writeFileSync(part, "export const word: string = 'one';\n");
      const first = await bundleProgram(files, program, folder);
      assert.match(readFileSync(fileURLToPath(first), 'utf8'), /"one"/);
      // A record that names another artifact shows that the second call did not bundle.
      const record = join(folder, 'programs', readdirSync(join(folder, 'programs')).find((name) => name.endsWith('.json'))!);
      const marked = { ...(JSON.parse(readFileSync(record, 'utf8')) as object), artifact: program };
      writeFileSync(record, JSON.stringify(marked));
      assert.equal(fileURLToPath(await bundleProgram(files, program, folder)), program);
      writeFileSync(part, "export const word: string = 'another';\n");
      assert.match(readFileSync(fileURLToPath(await bundleProgram(files, program, folder)), 'utf8'), /"another"/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a record cut short by a crash is no obstacle', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-bundle-'));
    try {
      const { files } = nodePlatform();
      const program = join(folder, 'job.mjs');
      writeFileSync(program, 'export default () => 1;\n');
      const first = await bundleProgram(files, program, folder);
      const record = join(folder, 'programs', readdirSync(join(folder, 'programs')).find((name) => name.endsWith('.json'))!);
      writeFileSync(record, '{"artifact": "/cu');
      assert.equal((await bundleProgram(files, program, folder)).href, first.href);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
