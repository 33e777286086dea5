#!/usr/bin/env node
// Packs the package, installs the tarball into an empty folder and runs two examples from there: word count, and timers
// with their state in RocksDB through the addon that the package carries in `prebuilds` (made by
// `npm run build:rocksdb -- --prebuild`). Without one it says so in a line. Part of `npm run check:full`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'millrace-package-'));

try {
  const tarball = run('npm', ['pack', '--silent', '--pack-destination', folder], root).trim().split('\n').at(-1);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, tarball)], folder);
  writeFileSync(join(folder, 'words.txt'), 'to be or not to be\n');
  expect(example('word-count.ts', [], ['--input', 'words.txt']), ['be: 2', 'not: 1', 'or: 1', 'to: 2'], 'word count');
  if (existsSync(join(folder, 'node_modules', 'millrace', 'prebuilds', `${process.platform}-${process.arch}`, 'rocksdb.node'))) {
    const lines = ['order 1 paid after 20 s', 'order 2 not paid by 70 s', 'order 3 not paid by 150 s'];
    expect(example('timers.ts', ['-D', 'state.backend.type=rocksdb'], []), lines, 'timers in RocksDB');
  } else {
    console.log(`package: no prebuilt RocksDB addon for ${process.platform}-${process.arch} is packed: run npm run build:rocksdb -- --prebuild (needs cargo and CMake)`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Lines of an example's output, without the number of the subtask, sorted. */
function example(name, options, args) {
  copyFileSync(join(root, 'examples', name), join(folder, name));
  const output = run(process.execPath, [join(folder, 'node_modules', 'millrace', 'bin', 'millrace.mjs'), 'run', ...options, name, ...args], folder);
  return output.split('\n').filter((line) => line !== '').map((line) => line.replace(/^\d+> /, '')).sort();
}

function expect(actual, wanted, what) {
  if (JSON.stringify(actual) !== JSON.stringify(wanted)) throw new Error(`package: ${what} gave ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`);
  console.log(`package: ${what} runs from the installed package`);
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new Error(`package: ${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout;
}
