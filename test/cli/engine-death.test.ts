import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'millrace-death-'));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command; `look` is called every 10 ms with the parent's pid until the command has ended. */
async function millrace(words: readonly string[], look: (pid: number) => void = () => undefined): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'bin', 'millrace.mjs'), ...words], {
    env: { ...process.env, MILLRACE_CACHE_DIR: join(directory, 'cache') }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => { out[name] += text; });
  const watch = setInterval(() => look(child.pid!), 10);
  return new Promise((resolve) => child.on('close', (code) => {
    clearInterval(watch);
    resolve({ code, ...out });
  }));
}

function program(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, `const host = Reflect.get(globalThis, 'process') as NodeJS.Process;\nconst abort = () => { host.kill(host.pid, 'SIGABRT'); };\nimport { DataGeneratorSource, FileSink, StreamExecutionEnvironment, WatermarkStrategy } from 'millrace';\nimport { existsSync, writeFileSync } from 'node:fs';\n${text}`);
  return path;
}

/** Ends the process as V8 does when one allocation is far too large: whenever it comes to the row, or once behind it, when there is a checkpoint. */
const job = (row: number, once?: { readonly marker: string; readonly checkpoints: string }): string => `
${once === undefined ? '' : `import { readdirSync } from 'node:fs';
const isDue = () => !existsSync('${once.marker}') && existsSync('${once.checkpoints}') && readdirSync('${once.checkpoints}', { recursive: true }).some((path) => String(path).endsWith('_metadata'));`}
export default (env: StreamExecutionEnvironment, args: readonly string[]) => {
  env.fromSource(new DataGeneratorSource((index: number) => index, 2000, { ratePerSecond: ${once === undefined ? 4000 : 1500} }), WatermarkStrategy.noWatermarks(), 'numbers').uid('numbers')
    .map((index: number) => {
      ${once === undefined ? `if (index === ${row}) abort();` : `if (index >= ${row} && index % 20 === 0 && isDue()) { writeFileSync('${once.marker}', ''); abort(); }`}
      return { key: index % 5, count: 1 };
    }).uid('map').keyBy('key').reduce((a: any, b: any) => ({ key: a.key, count: a.count + b.count })).uid('count')
    .map((row: any) => row.key + ' ' + row.count).uid('text').sinkTo(FileSink.forText(args[0]!)).uid('sink');
};`;

function settings(name: string): readonly string[] {
  return ['-p', '2', '-Dtaskmanager.memory.managed.size=16mb', `-Dexecution.checkpointing.dir=${join(directory, name)}`, '-Dexecution.checkpointing.interval=30ms'];
}

const QUICK = '-Drestart-strategy.exponential-delay.initial-backoff=10ms';

function lines(output: string): readonly string[] {
  if (!existsSync(output)) return [];
  return readdirSync(output).filter((name) => !name.startsWith('.')).flatMap((name) => readFileSync(join(output, name), 'utf8').trimEnd().split('\n')).toSorted();
}

const EXPECTED = Array.from({ length: 2000 }, (_, index) => `${index % 5} ${Math.floor(index / 5) + 1}`).toSorted();

describe('the death of the engine process', () => {
  after(() => rmSync(directory, { recursive: true, force: true }));

  test('when V8 aborts, the parent starts the engine again and the job goes on from its newest checkpoint', async () => {
    const output = join(directory, 'aborted');
    const ended = await millrace(['run', ...settings('aborted-checkpoints'), QUICK, program('aborts.ts', job(100, { marker: join(directory, 'has-aborted'), checkpoints: join(directory, 'aborted-checkpoints') })), output]);
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stderr, /the engine process was ended by SIGABRT: it is started again/);
    assert.match(ended.stderr, /goes on after the death of its process.*chk-\d+/);
    assert.deepEqual(lines(output), EXPECTED);
    assert.deepEqual(readdirSync(join(directory, 'aborted-checkpoints')), [], 'checkpoints of both processes are removed in the end');
    assert.deepEqual(readdirSync(output).filter((name) => name.startsWith('.')), [], 'nothing half written is left');
  });

  test('an engine that is killed before its first checkpoint begins anew', async () => {
    const output = join(directory, 'killed');
    let isKilled = false;
    const ended = await millrace(['run', ...settings('killed-checkpoints'), '-Dexecution.checkpointing.interval=1h', QUICK, program('killed.ts', job(-1)), output], (pid) => {
      if (isKilled || !existsSync(output) || readdirSync(output).length === 0) return;
      isKilled = true;
      for (const engine of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')) process.kill(Number(engine), 'SIGKILL');
    });
    assert.equal(isKilled, true);
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stderr, /ended by SIGKILL: it is started again/);
    assert.deepEqual(lines(output), EXPECTED);
  });

  test('an engine ends with the command that started it, and its job goes on from its newest checkpoint elsewhere', async () => {
    const output = join(directory, 'orphaned');
    const checkpoints = join(directory, 'orphaned-checkpoints');
    const newest = () => (existsSync(checkpoints) ? readdirSync(checkpoints, { recursive: true }) : []).map(String).filter((path) => path.endsWith('_metadata')).toSorted((a, b) => Number(/chk-(\d+)/.exec(a)![1]) - Number(/chk-(\d+)/.exec(b)![1])).at(-1);
    const path = program('orphaned.ts', job(-1).replace('4000', '400')); // slow enough to be found running
    // Resolves when nobody has the pipes open any more, the engine included.
    let isKilled = false;
    const ended = await millrace(['run', ...settings('orphaned-checkpoints'), path, output], (pid) => {
      if (isKilled || newest() === undefined) return;
      isKilled = process.kill(pid, 'SIGKILL');
    });
    assert.match(ended.stderr, /^\[ENGINE_PARENT_GONE\] .*\n$/);
    const again = await millrace(['run', ...settings('again-checkpoints'), '-s', join(checkpoints, newest()!), path, output]);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(lines(output), EXPECTED);
  });

  test('a job whose strategy allows no restart dies with its process', async () => {
    const ended = await millrace(['run', ...settings('none-checkpoints'), '-Drestart-strategy.type=none', program('none.ts', job(1000)), join(directory, 'none')]);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^\[ENGINE_PROCESS_ABORTED\] the engine process was ended by SIGABRT, /m);
    assert.doesNotMatch(ended.stderr, /started again/);
  });

  test('the restart strategy counts deaths of the process', async () => {
    const ended = await millrace(['run', ...settings('counted-checkpoints'), '-Drestart-strategy.type=fixed-delay', '-Drestart-strategy.fixed-delay.attempts=2', '-Drestart-strategy.fixed-delay.delay=1ms', program('counted.ts', job(1000)), join(directory, 'counted')]);
    assert.equal(ended.code, 1);
    assert.equal(ended.stderr.split('it is started again').length - 1, 3, ended.stderr);
    assert.match(ended.stderr, /^\[ENGINE_PROCESS_DIED\] /m);
  });

  test('an engine that dies again and again without a checkpoint is given up, whatever the strategy', async () => {
    const ended = await millrace(['run', ...settings('endless-checkpoints'), '-Drestart-strategy.type=fixed-delay', '-Drestart-strategy.fixed-delay.attempts=1000', '-Drestart-strategy.fixed-delay.delay=1ms', '-Dexecution.checkpointing.interval=1h',
      program('endless.ts', `if (existsSync('${join(directory, 'has-begun')}')) abort();${job(1000).replace('abort()', `{ writeFileSync('${join(directory, 'has-begun')}', ''); abort(); }`)}`), join(directory, 'endless')]);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^\[ENGINE_PROCESS_ABORTED\] .* the 6th time without a new checkpoint/m);
  });

  test('jobs of the program that had ended are not run again', async () => {
    const first = join(directory, 'first');
    const script = `
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromData('once').uid('data').sinkTo(FileSink.forText('${first}')).uid('once-sink');
const result = await env.execute('first');
${job(100, { marker: join(directory, 'script-aborted'), checkpoints: join(directory, 'script-checkpoints') }).replace('export default (env: StreamExecutionEnvironment, args: readonly string[]) => {', `const args = ['${join(directory, 'second')}']; {`).replace(/\};\s*$/, '}')}
await env.execute('second of ' + result.jobName + Math.random());`;
    const ended = await millrace(['run', ...settings('script-checkpoints'), QUICK, program('script.ts', script)]);
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(lines(first), ['once']);
    assert.deepEqual(lines(join(directory, 'second')), EXPECTED);
  });
});
