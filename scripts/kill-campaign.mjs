#!/usr/bin/env node
// Kills a running engine again and again and compares what it commits with an undisturbed run. Arguments: kills (default
// 30), seed (default any). Needs a build. Each kill is printed; the exit code says whether the outputs were equal.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [kills = '30', seed = String(Math.floor(Math.random() * 1e6))] = process.argv.slice(2);
const done = spawnSync(process.execPath, ['--enable-source-maps', '--test', join(root, 'dist', 'test', 'recovery', 'kill-campaign.test.js')], {
  cwd: root, stdio: 'inherit', env: { ...process.env, MILLRACE_KILLS: kills, MILLRACE_SEED: seed },
});
process.exit(done.status ?? 1);
