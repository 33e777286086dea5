// SQL on worker threads: one job with a query of every operator family is killed, restored at other parallelisms, on both backends and
// from one into the other, and what its changes leave must equal what an undisturbed run leaves.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { graphOf } from '../client/savepoint/fixture-savepoint.js';
import { addonTest } from '../native-bindings/addon-fixture.js';
import { RETRACTION, SQL_PIPELINES } from '../simulation/sql-pipelines.js';
import { afterCheckpoints, committedLines, difference, RecoveryFolder, runSql } from './recovery-run.js';
import sqlJob, { groupOf, type SqlArguments } from './sql-job.js';

const ROWS = 150;
const ROCKSDB = { 'state.backend.type': 'rocksdb' };
const ROOM = { 'taskmanager.memory.managed.size': '128 mb', 'taskmanager.memory.network.max': '512 mb' };

let folder: RecoveryFolder;
let expected: readonly string[];

before(async () => {
  folder = new RecoveryFolder();
  const args = { outputDirectory: join(folder.path, 'undisturbed'), rows: ROWS, gateFiles: [] };
  assert.equal((await runSql(args, 1, ROOM)).error, undefined);
  expected = remaining(args.outputDirectory);
});

after(() => rmSync(folder.path, { recursive: true }));

/** Lines that are not taken back, as often as they are there. */
function remaining(outputDirectory: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of committedLines(outputDirectory)) {
    const at = line.indexOf(': ') + 2;
    const isTakenBack = line.startsWith(RETRACTION, at);
    const kept = isTakenBack ? `${line.slice(0, at)}${line.slice(at + RETRACTION.length)}` : line;
    counts.set(kept, (counts.get(kept) ?? 0) + (isTakenBack ? -1 : 1));
  }
  return [...counts].flatMap(([line, count]) => (count < 0 ? [`${line} is taken back ${-count} times too often`] : Array.from({ length: count }, () => line)));
}

/** Killed in the first and in the second third, at parallelism 2, 3 and 1. */
async function killedTwice(name: string, backends: readonly [object, object, object]): Promise<void> {
  const gateFiles = [folder.gate(`${name}-first`), folder.gate(`${name}-second`)];
  const args: SqlArguments = { outputDirectory: join(folder.path, name), rows: ROWS, gateFiles };
  const settings = { ...folder.checkpointSettings(), ...ROOM };
  const one = await runSql(args, 2, { ...settings, ...backends[0] }, afterCheckpoints(2));
  assert.equal(one.error?.code, 'SLOT_WORKER_DIED', one.error?.message);
  folder.open(`${name}-first`);
  const two = await runSql(args, 3, { ...settings, ...backends[1], 'execution.state-recovery.path': one.job.details.checkpoints.latestPath }, afterCheckpoints(2));
  assert.equal(two.error?.code, 'SLOT_WORKER_DIED', two.error?.message);
  folder.open(`${name}-second`);
  const three = await runSql(args, 1, { ...settings, ...backends[2], 'execution.state-recovery.path': two.job.details.checkpoints.latestPath });
  assert.equal(three.error, undefined);
  assert.deepEqual(difference(remaining(args.outputDirectory), expected), []);
}

test('every query has a result', () => {
  const groups = new Set(expected.map((line) => line.slice(0, line.indexOf(': '))));
  assert.deepEqual(SQL_PIPELINES.map(groupOf).filter((group) => !groups.has(group)), []);
});

test('the rows of a lane go from their source to one subtask, so that they have one order at any parallelism', async () => {
  const args: SqlArguments = { outputDirectory: '/nowhere', rows: ROWS, gateFiles: [] };
  const graph = await graphOf((env) => sqlJob(env, [JSON.stringify(args)]), { 'parallelism.default': 3 });
  const fromSources = graph.edges.filter(({ source }) => graph.node(source).kind === 'source');
  assert.deepEqual(new Set(fromSources.map(({ partitioner }) => partitioner.kind)), new Set(['hash']));
});

test('a job of all queries that is killed at parallelism 2 and at 3 ends at 1, and nothing is lost or doubled', async () => {
  await killedTwice('heap', [{}, {}, {}]);
});

addonTest('with its state in RocksDB as well', async () => {
  await killedTwice('rocksdb', [ROCKSDB, ROCKSDB, ROCKSDB]);
});

addonTest('and where it moves from the heap to RocksDB and back', async () => {
  await killedTwice('moved', [{}, ROCKSDB, {}]);
});
