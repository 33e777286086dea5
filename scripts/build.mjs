#!/usr/bin/env node
// Compiles TypeScript into dist/ (readable modules, declarations, source maps) and bundles one file per
// role into dist/bundles/, which is what processes and workers load. Called by setup.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Entry points of the role bundles; chunks shared between them exist once, so a class has one identity. */
const ENTRIES = {
  cli: 'src/cli/main.ts',
  slot: 'src/client/slot-entry.ts',
  'nexmark-job': 'src/cli/commands/nexmark/nexmark-job.ts',
  'sql-job': 'src/cli/commands/sql/sql-job.ts',
  helper: 'src/client/helper-entry.ts',
  database: 'src/platform/database/database-entry.ts',
  index: 'src/index.ts',
  testing: 'src/testing.ts',
  table: 'src/table.ts',
};
const EXTERNAL = ['@aws-sdk/client-s3', 'avsc', 'hyparquet', 'hyparquet-compressors', 'hyparquet-writer', 'pg', 'esbuild', 'fastify', 'msgpackr', 'yaml', 'csv-parse', 'csv-parse/sync', 'piscina', 'pino', 'hdr-histogram-js'];

export async function build() {
  const inputs = hashInputs();
  const stamp = join(root, 'dist', '.build-hash');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return true;
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  removeOrphans();
  const compiled = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json')], { cwd: root, stdio: ['ignore', 2, 2] });
  if (compiled.status !== 0) return false;
  await bundle();
  writeFileSync(stamp, inputs);
  return true;
}

async function bundle() {
  const esbuild = await import('esbuild');
  const entryPoints = Object.fromEntries(Object.entries(ENTRIES).filter(([, file]) => existsSync(join(root, file))).map(([name, file]) => [name, join(root, file)]));
  if (Object.keys(entryPoints).length === 0) return;
  const out = join(root, 'dist', 'bundles');
  rmSync(out, { recursive: true, force: true });
  await esbuild.build({
    entryPoints, outdir: out, bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20',
    minifyWhitespace: true, minifySyntax: true, keepNames: false, sourcemap: 'external', external: EXTERNAL, conditions: ['source'], logLevel: 'warning',
    define: { __MILLRACE_BUNDLED__: 'true' },
  });
}

/** Compiled files whose source is gone would keep tests and imports alive that no longer exist. */
function removeOrphans() {
  for (const top of ['src', 'test', 'bench', 'examples', 'native-bindings']) {
    const folder = join(root, 'dist', top);
    if (!existsSync(folder)) continue;
    for (const file of walk(folder)) {
      const source = join(root, relative(join(root, 'dist'), file)).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
      if (/\.(js|d\.ts)(\.map)?$/.test(file) && !existsSync(source)) rmSync(file);
    }
  }
}

function hashInputs() {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs']) hash.update(readFileSync(join(root, name)));
  for (const top of ['src', 'test', 'bench', 'examples', 'native-bindings']) {
    if (!existsSync(join(root, top))) continue;
    for (const file of walk(join(root, top)).sort()) hash.update(relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function walk(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  process.exit((await build()) ? 0 : 1);
}
