import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'millrace-verbs-'));
const ROWS = 3000;
const JOB = join(directory, 'job.ts');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly address: string;
  readonly ended: Promise<Ended>;
}

const children = new Set<ChildProcess>();

function spawnMillrace(words: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [join(root, 'bin', 'millrace.mjs'), ...words], {
    env: { ...process.env, MILLRACE_ENGINE: 'modules', MILLRACE_CACHE_DIR: join(directory, 'cache') }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]!.setEncoding('utf8').on('data', (text: string) => { out[name] += text; });
  return { child, ended: new Promise((resolve) => child.on('close', (code) => {
    children.delete(child);
    resolve({ code, ...out });
  })) };
}

const millrace = (...words: readonly string[]): Promise<Ended> => spawnMillrace(words).ended;

/** Starts the job with an endpoint and waits until that says where it listens. */
async function start(words: readonly string[], ratePerSecond: number): Promise<Running> {
  const { child, ended } = spawnMillrace(['run', '-Dtaskmanager.memory.managed.size=16mb', '-Drest.port=0', `-Dexecution.checkpointing.dir=${join(directory, 'checkpoints')}`, ...words, JOB, String(ratePerSecond)]);
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr!.on('data', (text: string) => {
      said += text;
      const found = /^REST endpoint: http:\/\/(localhost:\d+)$/m.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)));
  });
  return { address, ended };
}

async function jobOf({ address }: Running): Promise<string> {
  for (;;) {
    const { code, stdout, stderr } = await millrace('list', '-r', '--json', '-m', address);
    assert.equal(code, 0, stderr);
    const job = stdout === '' ? undefined : JSON.parse(stdout) as { readonly jid: string; readonly tasks: { readonly running: number; readonly finished: number; readonly total: number } };
    // A source without a split, as after the rescale, has finished.
    if (job !== undefined && job.tasks.running + job.tasks.finished === job.tasks.total) return job.jid;
  }
}

const rowsOf = ({ stdout }: Ended): readonly number[] => stdout.trimEnd().split('\n').map((line) => Number(line.replace(/^\d+> /, '')));

describe('verbs that talk to a running engine', () => {
  after(() => {
    for (const child of children) child.kill();
    rmSync(directory, { recursive: true, force: true });
  });
  writeFileSync(JOB, `import { DataGeneratorSource, StreamExecutionEnvironment, WatermarkStrategy } from 'millrace';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
const source = new DataGeneratorSource((index: number) => ({ key: index % 7, index }), ${ROWS}, { ratePerSecond: Number(process.argv[2]) });
env.fromSource(source, WatermarkStrategy.noWatermarks(), 'rows').uid('rows').keyBy('key').map((row: { index: number }) => row.index).uid('same').print().uid('print');
await env.execute('verbs');
`);

  test('a job is listed, checkpointed, saved, stopped, started again elsewhere at another parallelism, and its savepoint disposed of', async () => {
    const first = await start(['-p', '2'], ROWS / 300);
    const jobId = await jobOf(first);
    const list = await millrace('list', '-m', first.address);
    assert.match(list.stdout, new RegExp(`^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d : ${jobId} : verbs \\(RUNNING\\)\n$`));
    assert.deepEqual(await millrace('checkpoint', '-m', first.address, jobId), { code: 0, stdout: 'Checkpoint 1 completed.\n', stderr: '' });
    assert.match((await millrace('rescale', '-m', first.address, '-p', '3', jobId)).stdout, new RegExp(`^Job ${jobId} rescaled\\.\n(  .*: 2 -> 3\n)+$`));
    await jobOf(first);
    const target = join(directory, 'savepoints');
    const taken = await millrace('savepoint', '-m', first.address, jobId, target);
    const pattern = new RegExp(`^Savepoint completed\\. Path: file:(${target}/savepoint-${jobId.slice(0, 6)}-[0-9a-f]{12})\n$`);
    const kept = pattern.exec(taken.stdout)?.[1];
    assert.ok(kept !== undefined && existsSync(join(kept, '_metadata')), taken.stdout + taken.stderr);
    assert.match((await millrace('savepoint', '--detached', '-m', first.address, jobId, join(directory, 'detached'))).stdout, /^Savepoint triggered\. Request: [0-9a-f]{32}\n$/);
    assert.deepEqual(await millrace('savepoint', '-m', first.address, '--dispose', `file:${kept}`), { code: 0, stdout: `Savepoint 'file:${kept}' disposed.\n`, stderr: '' });
    const stopped = await millrace('stop', '-m', first.address, '-p', target, jobId);
    const savepoint = pattern.exec(stopped.stdout)?.[1];
    assert.ok(savepoint !== undefined, stopped.stderr);
    const before = await first.ended;
    assert.equal(before.code, 0, before.stderr);

    const second = await start(['-p', '3', '-s', `file:${savepoint}`], ROWS);
    const rest = await second.ended;
    assert.equal(rest.code, 0, rest.stderr);
    assert.deepEqual(readdirSync(target).map((name) => join(target, name)), [savepoint]);
    assert.ok(rowsOf(before).length < ROWS);
    // Printed rows are not taken back: those behind the checkpoint of the rescale may come twice. None does over the stop.
    assert.deepEqual([...new Set(rowsOf(before)), ...rowsOf(rest)].toSorted((a, b) => a - b), Array.from({ length: ROWS }, (_, index) => index));
  });

  test('a job is canceled; what goes wrong is one line and exit code 1', async () => {
    const running = await start(['-p', '1'], 10);
    const jobId = await jobOf(running);
    const unknown = '0'.repeat(32);
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['cancel', '-m', running.address, unknown], /^\[REST_CALL_REFUSED\] .*Job could not be found.*\n$/],
      [['stop', '-m', running.address, unknown, '-p', directory], /^\[REST_OPERATION_FAILED\] \[JOB_NOT_FOUND\] .*\n$/],
      [['savepoint', '-m', running.address, jobId], /^\[REST_OPERATION_FAILED\] \[SAVEPOINT_DIRECTORY_MISSING\] .*\n$/],
      [['savepoint', '-m', running.address, '--dispose', '/nowhere/at/all'], /^\[REST_OPERATION_FAILED\] \[CHECKPOINT_NOT_FOUND\] .*\n$/],
      [['list', '-m', 'localhost:1'], /^\[REST_NO_ANSWER\] .*\n$/],
      [['cancel', '-m', running.address], /^\[USAGE_ARGUMENT_MISSING\] .*\n$/],
      [['rescale', '-m', running.address, '-p', '1000', jobId], /^\[REST_CALL_REFUSED\] .*\[RESCALE_REFUSED\] .*max parallelism 128.*\n$/],
      [['rescale', '-m', running.address, '--vertex', 'nothing=2', jobId], /^\[REST_CALL_REFUSED\] .*\[RESCALE_REFUSED\] .*no vertex nothing.*\n$/],
      [['rescale', jobId], /^\[USAGE_ARGUMENT_MISSING\] .*-p N.*\n$/],
      [['rescale', '--vertex', 'x', jobId], /^\[USAGE_VALUE_INVALID\] .*\n$/],
      [['list', '-m', 'here'], /^\[USAGE_VALUE_INVALID\] .*\n$/],
      [['checkpoint', 'a', 'b'], /^\[USAGE_ARGUMENT_SURPLUS\] .*\n$/],
    ];
    for (const [words, stderr] of wrong) {
      const ended = await millrace(...words);
      assert.match(ended.stderr, stderr);
      assert.deepEqual([ended.code, ended.stdout], [1, ''], words.join(' '));
    }
    assert.deepEqual(await millrace('cancel', '-m', running.address, jobId), { code: 0, stdout: `Cancelled job ${jobId}.\n`, stderr: '' });
    const { code, stderr } = await running.ended;
    assert.equal(code, 1);
    assert.match(stderr, /^REST endpoint: .*\n\[JOB_CANCELED\] .*\n$/);
  });

  test('a port that is taken ends the run with one line', async () => {
    const running = await start(['-p', '1'], 10);
    const port = running.address.split(':')[1]!;
    const second = await millrace('run', '-Dtaskmanager.memory.managed.size=16mb', '-p', '1', `-Drest.port=${port}`, JOB, '10');
    assert.match(second.stderr, /^\[REST_PORT_TAKEN\] .*\n$/);
    assert.equal(second.code, 1);
    await millrace('cancel', '-m', running.address, await jobOf(running));
    await running.ended;
  });
});
