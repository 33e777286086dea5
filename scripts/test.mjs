#!/usr/bin/env node
// Runs node's own test runner over the compiled tests. Arguments are substrings of test paths:
// `npm test -- shuffle state` runs only those. The file list is explicit, since Node 20 takes no glob.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const filters = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const files = walk(join(root, 'dist', 'test')).filter((file) => file.endsWith('.test.js')).sort()
  .filter((file) => filters.length === 0 || filters.some((word) => relative(root, file).includes(word)));
if (files.length === 0) {
  console.error(`[TEST_NO_FILES] no compiled test matches ${JSON.stringify(filters)}: run npm run setup -- --build`);
  process.exit(1);
}
const reporters = [process.stdout.isTTY ? 'spec' : 'tap', join(root, 'scripts', 'failure-reporter.mjs')]
  .flatMap((reporter) => [`--test-reporter=${reporter}`, '--test-reporter-destination=stdout']);
const done = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=2', ...reporters, ...flags, ...files], { cwd: root, stdio: 'inherit' });
process.exit(done.status ?? 1);

function walk(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}
