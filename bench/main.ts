// `npm run bench [-- suite… --quick --json FILE]`: prints each row with its anchor, ratio and verdict, and writes them as
// JSON with the machine and the commit. A short row is a fact to report; the exit code is 1 only if a suite broke.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './bench-row.js';

interface BenchOptions {
  readonly quick: boolean;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** In the order of printing; each is loaded only when it runs. */
const SUITES: Readonly<Record<string, () => Promise<(options: BenchOptions) => BenchRow[] | Promise<BenchRow[]>>>> = {
  nexmark: async () => (await import('./nexmark-bench.js')).nexmarkRows,
  'nexmark-sql': async () => (await import('./nexmark-sql-bench.js')).nexmarkSqlRows,
  'nexmark-sql-rocksdb': async () => (await import('./nexmark-sql-rocksdb-bench.js')).nexmarkSqlRocksDbRows,
  engine: async () => (await import('./engine-bench.js')).engineRows,
  ring: async () => (await import('./ring-bench.js')).ringRows,
  exchange: async () => (await import('./exchange-bench.js')).exchangeRows,
  codegen: async () => (await import('./codegen-bench.js')).codegenRows,
  parser: async () => (await import('./parser-bench.js')).parserRows,
  planner: async () => (await import('./planner-bench.js')).plannerRows,
  rocksdb: async () => (await import('./rocksdb-bench.js')).rocksdbRows,
  state: async () => (await import('./state-bench.js')).stateRows,
  checkpoint: async () => (await import('./checkpoint-bench.js')).checkpointRows,
  recovery: async () => (await import('./recovery-bench.js')).recoveryRows,
  'rocksdb-state': async () => (await import('./rocksdb-state-bench.js')).rocksdbStateRows,
};

const words = process.argv.slice(2);
const jsonAt = words.indexOf('--json');
const jsonFile = jsonAt === -1 ? join(root, '.cache', 'bench', 'latest.json') : words[jsonAt + 1]!;
const wanted = words.filter((word, index) => !word.startsWith('--') && (jsonAt === -1 || index !== jsonAt + 1));
const names = Object.keys(SUITES).filter((name) => wanted.length === 0 || wanted.includes(name));
const unknown = wanted.filter((word) => !Object.hasOwn(SUITES, word));
if (unknown.length > 0) {
  console.error(`[BENCH_SUITE_UNKNOWN] there is no suite ${unknown.join(', ')}: use ${Object.keys(SUITES).join(', ')}`);
  process.exit(2);
}

const all: { suite: string; rows: BenchRow[] }[] = [];
for (const suite of names) {
  console.log(`\n${suite}`);
  try {
    const rows = await (await SUITES[suite]!())({ quick: words.includes('--quick') });
    for (const row of rows) console.log(formatRow(row));
    all.push({ suite, rows });
  } catch (error) {
    console.error(`  suite ${suite} broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 1;
  }
}
writeReport();

function formatRow(row: BenchRow): string {
  const anchor = row.anchor === undefined ? '' : `${formatFigure(row.anchor)} ${row.anchorName}`;
  const ratio = row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} x`;
  const verdict = row.isPass === undefined ? '' : row.isPass ? 'pass' : 'SHORT';
  return `  ${row.name.padEnd(52)} ${formatFigure(row.figure).padStart(10)} ${row.unit.padEnd(22)} ${ratio.padStart(9)}  ${verdict.padEnd(6)} target ${row.target}${anchor === '' ? '' : `; anchor ${anchor}`}`;
}

function formatFigure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function writeReport(): void {
  const commit = attempt(() => execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim());
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryBytes: totalmem(), arch: arch(), node: process.version };
  mkdirSync(dirname(jsonFile), { recursive: true });
  writeFileSync(jsonFile, `${JSON.stringify({ date: new Date().toISOString(), commit, machine, suites: all }, undefined, 2)}\n`);
  const rows = all.flatMap(({ rows }) => rows).filter((row) => row.isPass !== undefined);
  console.log(`\n${rows.filter((row) => row.isPass === true).length} of ${rows.length} rows reach their target; written to ${jsonFile}`);
}

function attempt(action: () => string): string | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
