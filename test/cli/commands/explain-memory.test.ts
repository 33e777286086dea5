import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { runExplainMemory } from '#cli/commands/explain-memory';
import { ConfigError } from '#core/errors/config-errors';
import { vectorTests } from '../../runtime-vectors.js';

interface Outcome { readonly code: number; readonly stdout: string; readonly stderr: string }

function explain(args: readonly string[], file: Readonly<Record<string, string>> = {}, hostMemoryBytes = 8 * 1024 ** 3): Outcome {
  let stdout = '';
  let stderr = '';
  const code = runExplainMemory(args, {
    stdout: (text) => { stdout += text; },
    stderr: (text) => { stderr += text; },
    hostMemoryBytes,
    hostCores: 2,
    loadConfig: () => ({ ...file }),
  });
  return { code, stdout, stderr };
}

interface Line {
  readonly process: string;
  readonly derived: Readonly<Record<string, number>>;
  readonly inUse: Readonly<Record<string, unknown>>;
  readonly slots?: Readonly<Record<string, number>>;
  readonly whatIf?: { readonly settings: unknown; readonly derived: Readonly<Record<string, number>> };
}

function linesOf(outcome: Outcome): readonly Line[] {
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome.stdout.trim().split('\n').map((line) => JSON.parse(line) as Line);
}

describe('explain-memory', () => {
  test('prints the shipped sizes of both processes when nothing is configured', () => {
    const lines = linesOf(explain(['--format', 'ndjson']));
    assert.deepEqual(lines.map((line) => [line.process, line.derived]), [
      ['taskmanager', {
        process: 1811939328, flink: 1342177280, frameworkHeap: 134217728, taskHeap: 402653174, frameworkOffHeap: 134217728, taskOffHeap: 0,
        network: 134217730, managed: 536870920, metaspace: 268435456, overhead: 201326592, jvmHeap: 536870902, jvmDirect: 268435458,
      }],
      ['jobmanager', { process: 1677721600, flink: 1207959552, heap: 1073741824, offHeap: 134217728, metaspace: 268435456, overhead: 201326592 }],
    ]);
    for (const line of lines) assert.deepEqual(Object.values(line.inUse).filter((bytes) => bytes !== null), []);
  });

  for (const kind of ['taskmanager', 'jobmanager'] as const) {
    vectorTests(`memory-${kind}`, `the ${kind} line has every component of the vectors and errors give one line`, 90, (vectors) => {
      for (const vector of vectors) {
        const settings = Object.entries(vector['config'] as Record<string, string>).flatMap(([key, value]) => ['-D', `${key}=${value}`]);
        const outcome = explain(['--format', 'ndjson', '--process', kind, ...settings]);
        if (vector['error'] === undefined) {
          assert.deepEqual(linesOf(outcome)[0]?.derived, vector['expected'], JSON.stringify(vector));
        } else {
          assert.deepEqual([outcome.code, outcome.stdout], [1, '']);
          assert.match(outcome.stderr, /^\[MEMORY_[A-Z_]+\] [^\n]+\n$/);
        }
      }
    });
  }

  test('settings of the command line win over the file', () => {
    const lines = linesOf(explain(['--format=ndjson', '-Dtaskmanager.memory.process.size=4g'], { 'taskmanager.memory.process.size': '1g' }));
    assert.equal(lines[0]?.derived['process'], 4 * 1024 ** 3);
  });

  test('the local target takes shares of the host for as many slots as cores', () => {
    const [line] = linesOf(explain(['--format', 'ndjson', '--target', 'local', '--process', 'taskmanager']));
    assert.deepEqual([line?.derived['managed'], line?.derived['network'], line?.derived['taskHeap']], [3435973836, 429496729, 2147483648]);
    assert.deepEqual([line?.slots?.['count'], line?.slots?.['managedBytes'], line?.slots?.['hardHeapBytes']], [2, 1717986918, 2147483648]);
  });

  test('the table shows configured and derived sizes, the slots and the keys', () => {
    const outcome = explain(['--process', 'taskmanager', '-D', 'taskmanager.memory.network.fraction=0.2', '-D', 'taskmanager.numberOfTaskSlots=2', '-D', 'taskmanager.memory.process.size=2g']);
    const rows = outcome.stdout.split('\n').map((row) => row.replaceAll(/ {2,}/g, ' | '));
    assert.equal(outcome.code, 0);
    assert.ok(rows.includes('network | fraction 0.2 | 317.440mb (332859969 bytes) | n/a | taskmanager.memory.network.fraction, taskmanager.memory.network.min, taskmanager.memory.network.max'), outcome.stdout);
    assert.ok(rows.some((row) => row.startsWith('hard heap limit per slot | - | ')), outcome.stdout);
    assert.ok(rows.includes('ring size | - | 4.000mb (4194304 bytes) | n/a | network / 4 channels of an exchange between all slots'), outcome.stdout);
  });

  test('what-if shows before and after', () => {
    const outcome = explain(['--what-if', 'taskmanager.memory.managed.size=600m', '--process', 'taskmanager']);
    const rows = outcome.stdout.split('\n').map((row) => row.replaceAll(/ {2,}/g, ' | '));
    assert.ok(rows.includes('managed | 512.000mb (536870920 bytes) | 600.000mb (629145600 bytes) | changed'), outcome.stdout);
    assert.ok(rows.includes('network | 128.000mb (134217730 bytes) | 128.000mb (134217730 bytes)'), outcome.stdout);
    const [line] = linesOf(explain(['--what-if=taskmanager.memory.managed.size=600m', '--format', 'ndjson', '--process', 'taskmanager']));
    assert.deepEqual([line?.derived['managed'], line?.whatIf?.derived['managed']], [536870920, 629145600]);
  });

  test('what-if refuses what cannot hold or work, naming the key', () => {
    const cases: readonly (readonly [string, string, string])[] = [
      ['taskmanager.memory.managed.size=6g', 'MEMORY_PARTS_EXCEED_FLINK', ''],
      ['taskmanager.numberOfTaskSlots=64', 'MEMORY_SETTING_UNSAFE', ''],
      ['taskmanager.numberOfTaskSlots=0', 'MEMORY_SLOT_COUNT_INVALID', ''],
      ['taskmanager.memory.network.max=64 kb', 'MEMORY_RANGE_INCONSISTENT', ''],
      ['taskmanager.memory.managed.size=20g', 'MEMORY_SETTING_UNSAFE', 'local'],
      ['taskmanager.memory.process.sizes=1g', 'CONFIG_KEY_UNKNOWN', ''],
      ['taskmanager.memory.network.fraction=lots', 'CONFIG_VALUE_INVALID', ''],
    ];
    for (const [setting, code, target] of cases) {
      const outcome = explain(['--what-if', setting, ...(target === '' ? [] : ['--target', target])]);
      const key = setting.slice(0, setting.indexOf('='));
      assert.deepEqual([outcome.code, outcome.stdout], [1, ''], setting);
      assert.match(outcome.stderr, new RegExp(`^\\[${code}\\] [^\\n]*${key.replaceAll('.', '\\.')}[^\\n]*\\n$`), setting);
    }
  });

  test('too many rings for the network memory are unsafe', () => {
    const outcome = explain(['-D', 'taskmanager.memory.network.max=64 kb', '-D', 'taskmanager.memory.network.min=64 kb', '--what-if', 'taskmanager.numberOfTaskSlots=2']);
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /^\[MEMORY_SETTING_UNSAFE\] taskmanager\.numberOfTaskSlots would be unsafe: 65536 bytes of network memory do not hold the 4 rings/);
  });

  test('unknown keys and a process larger than the host are warnings', () => {
    const outcome = explain(['-D', 'taskmanager.memory.process.size=16g', '-D', 'taskmanager.memory.proces.size=1g', '--process', 'taskmanager']);
    assert.equal(outcome.code, 0);
    assert.deepEqual(outcome.stderr.split('\n'), [
      '[WARN] unknown configuration key taskmanager.memory.proces.size: did you mean taskmanager.memory.process.size?',
      "[WARN] one TaskManager takes 16.000gb (17179869184 bytes), more than this host's 8589934592 bytes: lower taskmanager.memory.process.size to run it here",
      '',
    ]);
  });

  test('a configuration file that cannot be read is one line and exit code 1', () => {
    let stderr = '';
    const code = runExplainMemory([], {
      stdout: () => assert.fail('nothing is printed'),
      stderr: (text) => { stderr += text; },
      hostMemoryBytes: 1,
      hostCores: 1,
      loadConfig: () => { throw new ConfigError('CONFIG_FILE_INVALID', 'config.yaml cannot be read'); },
    });
    assert.deepEqual([code, stderr], [1, '[CONFIG_FILE_INVALID] config.yaml cannot be read\n']);
  });

  test('wrong usage is one line and exit code 2', () => {
    const cases = [['--frob'], ['-D'], ['-D', 'x'], ['--what-if', 'x'], ['--process', 'client'], ['--format', 'xml'], ['--target', 'moon'], ['--cluster', 'http://localhost:8081'], ['extra']];
    for (const args of cases) {
      const outcome = explain(args);
      assert.deepEqual([outcome.code, outcome.stdout], [2, ''], args.join(' '));
      assert.match(outcome.stderr, /^\[(CLI_USAGE|CONFIG_SETTING_INVALID)\] [^\n]+\n$/, args.join(' '));
    }
  });

  test('help prints the usage', () => {
    assert.match(explain(['--help']).stdout, /^millrace explain-memory \[-D key=value\]/);
  });
});
