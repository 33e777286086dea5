import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { completionScript } from '#cli/commands/completion';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a user does; `onStderr` may signal the parent, whose pid it gets. */
function millrace(words: readonly string[], onOutput?: (text: string, pid: number) => void): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'bin', 'millrace.mjs'), ...words], {
    env: { ...process.env, MILLRACE_ENGINE: 'modules', MILLRACE_CACHE_DIR: join(directory, 'cache') }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      out[name] += text;
      onOutput?.(text, child.pid!);
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...out })));
}

const directory = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

function program(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** Printed lines without the subtask that printed them, sorted. */
function linesOf(text: string): readonly string[] {
  return text.trimEnd().split('\n').map((line) => line.replace(/^\d+> /, '')).toSorted();
}

const SMALL = ['-Dtaskmanager.memory.managed.size=16mb', '-p', '2'];
const HEAD = "import { StreamExecutionEnvironment } from 'millrace';\nconst env = StreamExecutionEnvironment.getExecutionEnvironment();\n";

describe('millrace', () => {
  const refusals: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['no command', [], 2, /\[USAGE_ARGUMENT_MISSING\]/],
    ['an unknown command', ['rnu'], 2, /^\[USAGE_COMMAND_UNKNOWN\] .*did you mean run\?.*\n$/],
    ['an unknown option', ['run', '--paralelism', '2', 'x.ts'], 2, /^\[USAGE_OPTION_UNKNOWN\] .*\n$/],
    ['a run without a program', ['run'], 2, /^\[USAGE_ARGUMENT_MISSING\] .*\n$/],
    ['a query that is not there', ['nexmark', '--query', 'q99'], 2, /^\[USAGE_VALUE_INVALID\] .*\n$/],
    ['a completion for two shells', ['completion', 'bash', 'zsh'], 2, /^\[USAGE_ARGUMENT_SURPLUS\] .*\n$/],
    ['an unknown file', ['run', 'nowhere.ts'], 1, /^\[PROGRAM_NOT_FOUND\] .*nowhere\.ts.*\n$/],
    ['an input file that is not there', ['nexmark', '--query', 'q0', '--input', 'nowhere.ndjson'], 1, /^\[SOURCE_ENUMERATOR_FAILED\] .*nowhere\.ndjson.*\n$/],
    ['a bad configuration value', ['nexmark', '-Dexecution.checkpointing.interval=soon'], 1, /^\[CONFIG_VALUE_INVALID\] .*\n$/],
    ['a parallelism that no job can have', ['run', '-p', '40000', program('wide.ts', `${HEAD}env.fromSequence(1, 10).print();\nawait env.execute();`)], 1, /^\[PARALLELISM_ABOVE_MAX\] .*40000.*32768.*\n$/],
    ['a parallelism of a benchmark that no job can have', ['nexmark', '--query', 'q0', '--api', 'datastream', '--events', '1000', '-p', '40000'], 1, /^\[PARALLELISM_ABOVE_MAX\] .*40000.*32768.*\n$/],
    ['a program with a syntax error', ['run', program('syntax.ts', 'const x = ;')], 1, /^\[PROGRAM_NOT_BUNDLED\] .*syntax\.ts:1:11.*\n$/],
    ['a program that never executes', ['run', ...SMALL, program('idle.ts', 'export const x = 1;')], 1, /^\[PROGRAM_NOT_EXECUTED\] .*\n$/],
    ['a program that throws', ['run', ...SMALL, program('throws.ts', "throw new Error('too early');")], 1, /^\[PROGRAM_FAILED\] .*too early.*throws\.ts:1:7.*\n$/],
    ['a program that builds another graph in the worker', ['run', ...SMALL, program('moody.ts', `import { isMainThread } from 'node:worker_threads';\n${HEAD}env.fromData(1).map((x: number) => x).name(isMainThread ? 'here' : 'there').print();\nawait env.execute();`)], 1, /^\[PROGRAM_NOT_DETERMINISTIC\] .*here.*there.*\n$/],
    ['a function that throws', ['run', ...SMALL, program('fails.ts', `${HEAD}env.fromSequence(1, 100).map((x: number) => {\n  if (x === 77) throw new RangeError('no 77');\n  return -1;\n}).filter((x) => x > 0).print();\nawait env.execute();`)], 1, /^\[USER_FUNCTION_FAILED\] Map \([12]\/2\), record \d+ failed with RangeError: no 77 \(at .*fails\.ts:4:\d+\)\n$/],
  ];
  for (const [what, words, code, stderr] of refusals) {
    test(`${what}: one line, exit code ${code}`, async () => {
      const ended = await millrace(words);
      assert.match(ended.stderr, stderr);
      assert.equal(ended.code, code);
      assert.equal(ended.stdout, '');
    });
  }

  test('the engine is told where Node may keep what it has compiled: in the cache of its own', async () => {
    const { stdout, stderr } = await millrace(['run', ...SMALL, program('compiled.ts', `${HEAD}env.fromData(process.env['NODE_COMPILE_CACHE'] ?? 'nowhere').print();\nawait env.execute();`)]);
    assert.deepEqual(linesOf(stdout), [join(directory, 'cache', 'compiled')], stderr);
  });

  test('a script with two jobs, with time and chance in its graph, prints its results', async () => {
    const path = program('two.ts', `${HEAD}const name = \`\${crypto.randomUUID()} \${Math.random()} \${Date.now()}\`;
env.fromData('b', 'a').map((x: string) => x + process.argv[2]).name(name).print();
const first = await env.execute('first');
const rows = await env.fromSequence(1, 3).name(String(Math.random())).executeAndCollect();
console.log(first.jobName, rows.toSorted().join());`);
    const ended = await millrace(['run', ...SMALL, path, '!']);
    assert.equal(ended.stderr, '');
    assert.deepEqual(linesOf(ended.stdout), ['a!', 'b!', 'first 1,2,3']);
    assert.equal(ended.code, 0);
  });

  test('a job module is run by its default export, which need not call execute', async () => {
    const path = program('module.ts', 'export default (env: any, args: readonly string[]) => { env.fromData(...args).print(); };');
    const ended = await millrace(['run', ...SMALL, path, 'one', 'two']);
    assert.deepEqual([ended.code, ended.stderr, linesOf(ended.stdout)], [0, '', ['one', 'two']]);
  });

  test('the first interrupt cancels and cleans up', async () => {
    const path = program('endless.ts', `${HEAD}env.fromSequence(1, Number.MAX_SAFE_INTEGER).filter((x: number) => x === 1000).print();\nawait env.execute();`);
    const ended = await millrace(['run', ...SMALL, path], (_text, pid) => process.kill(pid, 'SIGINT'));
    assert.equal(ended.code, 130);
    assert.equal(ended.stderr, '');
  });

  test('a V8 abort of the engine process is told as one line', async () => {
    const path = program('abort.ts', "(Reflect.get(globalThis, 'process') as NodeJS.Process).abort();");
    const ended = await millrace(['run', ...SMALL, path]);
    assert.match(ended.stderr, /^\[ENGINE_PROCESS_ABORTED\] .*$/m);
    assert.equal(ended.code, 1);
  });

  test('--version and --help go to stdout', async () => {
    assert.match((await millrace(['--version'])).stdout, /^millrace \d+\.\d+\.\d+\n$/);
    assert.match((await millrace(['run', '--help'])).stdout, /--from-savepoint PATH/);
  });

  test('completion scripts name every command and option', () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const script = completionScript(shell);
      for (const word of ['run', 'nexmark', 'explain-memory', 'completion', 'from-savepoint', 'event-rate']) assert.ok(script.includes(word), `${shell}: ${word}`);
    }
    assert.throws(() => completionScript('tcsh'), { code: 'USAGE_VALUE_INVALID' });
  });
});
