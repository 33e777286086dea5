#!/usr/bin/env node
// Simulated clusters on demand: `npm run simulate -- --seeds 5000`, from `--from S`, or one with its story: `--seed N`.
// `--faults` looks for every planted fault and records the seeds that find them, `--faults WORD` for those so named.
// Needs a build. The exit code says whether every output was right.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
const program = words.includes('--faults') ? 'record-faults.js' : 'simulate.js';
const done = spawnSync(process.execPath, ['--enable-source-maps', join(root, 'dist', 'test', 'simulation', program), ...words], { cwd: root, stdio: 'inherit' });
process.exit(done.status ?? 1);
