#!/usr/bin/env node
// Simulated clusters on demand: `npm run simulate -- --seeds 5000`, from `--from S`, or one with its story: `--seed N`.
// Needs a build. The exit code says whether every output was right.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const done = spawnSync(process.execPath, ['--enable-source-maps', join(root, 'dist', 'test', 'simulation', 'simulate.js'), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(done.status ?? 1);
