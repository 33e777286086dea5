// The correctness that must hold: the queries of the benchmark over the recorded events give exactly Flink's results, in both APIs,
// at several parallelisms, also with the smallest rings and a checkpoint every 100 ms. Real processes and workers.
// With MILLRACE_FULL=1 (`npm run check:full`) every query runs on both sets at parallelism 1, 2 and 4, and in SQL on both state backends.
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
import { withAddon } from '../state/rocksdb/rocksdb-fixture.js';

const QUERIES = ['q0', 'q1', 'q2', 'q3', 'q5', 'q8', 'q11'] as const;
// q12 goes by the clock and q13 needs its side table: neither has a recorded result over the events alone.
const SQL_QUERIES = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q9', 'q10', 'q11', 'q14', 'q15', 'q16', 'q17', 'q18', 'q19', 'q20', 'q21', 'q22', 'q23'] as const;
const IS_FULL = process.env['MILLRACE_FULL'] === '1';
const PARALLELISMS = { S: [1, 2, 4], M: IS_FULL ? [1, 2, 4] : [2] } as const;
const SQL_PARALLELISMS = { S: IS_FULL ? [1, 2, 4] : [1, 4], M: IS_FULL ? [1, 2, 4] : [2] } as const;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const run = promisify(execFile);

interface Manifest {
  readonly queries: Readonly<Record<string, { readonly rows: number; readonly sha256: string; readonly file: string | null }>>;
}

async function resultOf(set: string, query: string, api: 'datastream' | 'sql', parallelism: number, settings: readonly string[] = []): Promise<readonly string[]> {
  const input = join(conformanceFolder()!, 'nexmark', set, 'events.ndjson.gz');
  const { stdout } = await run(process.execPath, [join(root, 'bin', 'millrace.mjs'), 'nexmark', '--query', query, '--api', api, '--input', input, '-p', String(parallelism), '--format', 'ndjson', ...settings], { maxBuffer: 2 ** 30 });
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

for (const set of ['S', 'M'] as const) {
  describe(`Nexmark set ${set}`, () => {
    for (const query of QUERIES) {
      for (const parallelism of PARALLELISMS[set]) {
        conformanceTest(`${query} at parallelism ${parallelism} gives Flink's result`, async () => {
          assertResult(set, query, await resultOf(set, query, 'datastream', parallelism));
        });
      }
      conformanceTest(`${query} gives Flink's result with the smallest rings and a checkpoint every 100 ms`, async () => {
        await withCheckpoints(async (settings) => assertResult(set, query, await resultOf(set, query, 'datastream', 2, [...SMALLEST_RINGS, ...settings])));
      });
    }
    for (const query of SQL_QUERIES) {
      for (const parallelism of SQL_PARALLELISMS[set]) {
        conformanceTest(`${query} in SQL at parallelism ${parallelism} gives Flink's result`, async () => {
          assertResult(set, query, await resultOf(set, query, 'sql', parallelism));
        });
      }
    }
  });
}

const RECORDED_QUERIES = { datastream: IS_FULL ? QUERIES : ['q5', 'q11'], sql: IS_FULL ? SQL_QUERIES : ['q4', 'q5', 'q18', 'q20'] } as const;

describe('Nexmark set S from events recorded in memory before the job, on workers', () => {
  for (const api of ['datastream', 'sql'] as const) {
    for (const query of RECORDED_QUERIES[api]) {
      conformanceTest(`${query} with --api ${api} gives Flink's result`, async () => {
        assertResult('S', query, await resultOf('S', query, api, 2, ['--source', 'recorded']));
      });
    }
  }
});

/** Groups that are gathered before they go out, as the benchmark is set up for Flink; small bundles, so that there are many. */
const MINI_BATCH = ['-D', 'table.exec.mini-batch.enabled=true', '-D', 'table.exec.mini-batch.allow-latency=1s', '-D', 'table.exec.mini-batch.size=700'];
const GROUPED_QUERIES = ['q4', 'q15', 'q16', 'q17'] as const;

describe('Nexmark set S in SQL with mini-batches and a checkpoint every 100 ms', () => {
  for (const query of GROUPED_QUERIES) {
    for (const phases of ['ONE_PHASE', 'TWO_PHASE']) {
      conformanceTest(`${query} with aggregation in ${phases} gives Flink's result`, async () => {
        await withCheckpoints(async (settings) => assertResult('S', query, await resultOf('S', query, 'sql', 2, [...MINI_BATCH, '-D', `table.optimizer.agg-phase-strategy=${phases}`, ...settings])));
      });
    }
  }
});

withAddon(() => {
  describe('Nexmark set S in SQL with mini-batches on RocksDB', () => {
    for (const query of GROUPED_QUERIES) {
      conformanceTest(`${query} gives Flink's result`, async () => {
        assertResult('S', query, await resultOf('S', query, 'sql', 2, [...MINI_BATCH, '-D', 'state.backend.type=rocksdb']));
      });
    }
  });
  for (const set of IS_FULL ? ['S', 'M'] : ['S']) {
    describe(`Nexmark set ${set} in SQL on RocksDB, with a checkpoint every 100 ms`, () => {
      for (const query of SQL_QUERIES) {
        conformanceTest(`${query} gives Flink's result`, async () => {
          await withCheckpoints(async (settings) => assertResult(set, query, await resultOf(set, query, 'sql', 2, ['-D', 'state.backend.type=rocksdb', ...settings])));
        });
      }
    });
  }
});

async function withCheckpoints(body: (settings: readonly string[]) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-nexmark-'));
  try {
    await body(['-D', 'execution.checkpointing.interval=100ms', '-D', `execution.checkpointing.dir=${directory}`]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
