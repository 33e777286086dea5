// The correctness that must hold: the seven DataStream queries over the recorded events give exactly Flink's results,
// at parallelism 1, 2 and 4, also with the smallest rings and a checkpoint every 100 ms. Real processes and workers.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { conformanceFolder, conformanceTest } from '../conformance-folder.js';

const QUERIES = ['q0', 'q1', 'q2', 'q3', 'q5', 'q8', 'q11'] as const;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const run = promisify(execFile);

interface Manifest {
  readonly queries: Readonly<Record<string, { readonly rows: number; readonly sha256: string; readonly file: string | null }>>;
}

async function resultOf(set: string, query: string, parallelism: number, settings: readonly string[]): Promise<readonly string[]> {
  const input = join(conformanceFolder()!, 'nexmark', set, 'events.ndjson.gz');
  const { stdout } = await run(process.execPath, [join(root, 'bin', 'millrace.mjs'), 'nexmark', '--query', query, '--api', 'datastream', '--input', input, '-p', String(parallelism), '--format', 'ndjson', ...settings], { maxBuffer: 2 ** 30 });
  return stdout.split('\n').filter((line) => line !== '');
}

/** Compares with the rows on file where they are, and always with count and digest. */
function assertResult(set: string, query: string, rows: readonly string[]): void {
  const folder = join(conformanceFolder()!, 'nexmark', set);
  const expected = (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest).queries[query]!;
  const sorted = rows.map((row) => Buffer.from(row)).sort(Buffer.compare).map(String);
  if (expected.file !== null) {
    const lines = gunzipSync(readFileSync(join(folder, expected.file))).toString('utf8').split('\n').filter((line) => line !== '');
    assert.deepEqual(sorted, lines);
  }
  assert.equal(sorted.length, expected.rows);
  assert.equal(createHash('sha256').update(sorted.map((row) => `${row}\n`).join('')).digest('hex'), expected.sha256);
}

const SMALLEST_RINGS = ['-D', 'taskmanager.memory.network.min=4mb', '-D', 'taskmanager.memory.network.max=4mb'];

for (const set of ['S', 'M']) {
  describe(`Nexmark set ${set}`, () => {
    for (const query of QUERIES) {
      for (const parallelism of [1, 2, 4]) {
        conformanceTest(`${query} at parallelism ${parallelism} gives Flink's result`, async () => {
          assertResult(set, query, await resultOf(set, query, parallelism, []));
        });
      }
      conformanceTest(`${query} gives Flink's result with the smallest rings and a checkpoint every 100 ms`, async () => {
        const directory = mkdtempSync(join(tmpdir(), 'millrace-nexmark-'));
        try {
          assertResult(set, query, await resultOf(set, query, 2, [...SMALLEST_RINGS, '-D', 'execution.checkpointing.interval=100ms', '-D', `execution.checkpointing.dir=${directory}`]));
        } finally {
          rmSync(directory, { recursive: true, force: true });
        }
      });
    }
  });
}
