import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Configuration } from '#core/config/configuration';
import { validateConfiguration } from '#core/config/config-validation';
import { parseConfigSetting } from '#core/config/config-setting';
import { parseConfigYaml } from '#core/config/config-yaml';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { executionOptions } from '#core/config/options/execution-options';
import { restOptions } from '#core/config/options/rest-options';
import { taskManagerOptions } from '#core/config/options/task-manager-options';

describe('configuration', () => {
  test('an unset key gives its default, and nothing through getOptional', () => {
    assert.equal(Configuration.EMPTY.get(taskManagerOptions.segmentSize).bytes, 32768n);
    assert.equal(Configuration.EMPTY.getOptional(taskManagerOptions.segmentSize), undefined);
    assert.equal(Configuration.EMPTY.contains(taskManagerOptions.segmentSize), false);
    assert.equal(Configuration.EMPTY.get(checkpointingOptions.interval), undefined);
  });

  test('setting a key leaves the original as it was', () => {
    const before = Configuration.EMPTY;
    const after = before.set(executionOptions.parallelismDefault, 4);
    assert.equal(after.get(executionOptions.parallelismDefault), 4);
    assert.equal(before.contains(executionOptions.parallelismDefault), false);
    assert.equal(after.without(executionOptions.parallelismDefault).contains(executionOptions.parallelismDefault), false);
  });

  test('the other side of a merge wins', () => {
    const merged = Configuration.fromMap({ a: 1, b: 2 }).merge(Configuration.fromMap({ b: 3 }));
    assert.deepEqual(merged.toMap(), { a: '1', b: '3' });
  });

  test('a key is looked up first, then its fallback, then its old names', () => {
    assert.equal(Configuration.fromMap({ 'rest.port': 9000 }).get(restOptions.bindPort), '9000');
    assert.equal(Configuration.fromMap({ 'rest.port': 9000, 'rest.bind-port': '9100-9200' }).get(restOptions.bindPort), '9100-9200');
    assert.equal(Configuration.fromMap({ 'taskmanager.memory.size': '5m' }).get(taskManagerOptions.managedSize)?.bytes, 5242880n);
  });

  test('a map key may be given one entry at a time', () => {
    const config = Configuration.fromMap({ 'pipeline.global-job-parameters.threshold': 5, 'pipeline.global-job-parameters.a.b': 'c' });
    assert.deepEqual(config.get(executionOptions.globalJobParameters), { threshold: '5', 'a.b': 'c' });
    assert.equal(config.contains(executionOptions.globalJobParameters), true);
  });

  test('a value that cannot be read names the key, the value and what is expected', () => {
    const config = Configuration.fromMap({ 'execution.checkpointing.interval': 'often', 'execution.checkpointing.mode': 'twice' });
    assert.throws(() => config.get(checkpointingOptions.interval), {
      code: 'CONFIG_VALUE_INVALID',
      message: "execution.checkpointing.interval cannot be 'often' (the text starts with no number and is no ISO-8601 duration): give a duration such as '500 ms', '10 s' or '1 min'",
    });
    assert.throws(() => config.get(checkpointingOptions.mode), {
      message: "execution.checkpointing.mode cannot be 'twice' (no such constant): give one of EXACTLY_ONCE, AT_LEAST_ONCE",
    });
  });

  test('validation finds a bad value of any typed key, also under an old name', () => {
    validateConfiguration(Configuration.fromMap({ 'rest.port': 8081, 'some.other.key': 'x' }));
    assert.throws(() => validateConfiguration(Configuration.fromMap({ 'state.checkpoints.num-retained': 'many' })), {
      code: 'CONFIG_VALUE_INVALID', message: /^state\.checkpoints\.num-retained cannot be 'many'/,
    });
  });

  test('values of programs become text', () => {
    const config = Configuration.fromMap({ a: { b: true, c: { d: 2n } }, list: ['x', 'y;z'], none: null });
    assert.deepEqual(config.toMap(), { 'a.b': 'true', 'a.c.d': '2', list: "x;'y;z'" });
    assert.deepEqual(config.keys(), ['a.b', 'a.c.d', 'list']);
  });
});

describe('config.yaml', () => {
  test('nested maps become dotted keys and lists stay lists', () => {
    const config = parseConfigYaml([
      'taskmanager:', '  memory:', '    process:', '      size: 1728m', '  numberOfTaskSlots: 2', 'parallelism.default: 2', 'pipeline.jars: [a.js, b.js]', 'empty:',
    ].join('\n'));
    assert.deepEqual(config.toMap(), {
      'taskmanager.memory.process.size': '1728m', 'taskmanager.numberOfTaskSlots': '2', 'parallelism.default': '2', 'pipeline.jars': 'a.js;b.js',
    });
    assert.deepEqual(config.get(executionOptions.pipelineJars), ['a.js', 'b.js']);
  });

  test('an empty text is an empty configuration', () => {
    assert.deepEqual(parseConfigYaml('# nothing\n').toMap(), {});
  });

  test('64-bit numbers keep all their digits', () => {
    assert.deepEqual(parseConfigYaml('a: 9223372036854775807').toMap(), { a: '9223372036854775807' });
  });

  test('text that is no YAML, no map, or names a key twice is refused in one line', () => {
    for (const text of ['a: [1', '- 1\n- 2', 'a: 1\na: 2', 'a:\n  b: 1\na.b: 2']) {
      assert.throws(() => parseConfigYaml(text, 'conf/config.yaml'), (error: Error & { code: string }) => {
        assert.equal(error.code, 'CONFIG_FILE_INVALID');
        assert.match(error.message, /^conf\/config\.yaml [^\n]+$/);
        return true;
      }, text);
    }
  });
});

describe('settings of the command line', () => {
  test('split at the first equals sign', () => {
    assert.deepEqual(parseConfigSetting('a.b = c=d'), { key: 'a.b', value: 'c=d' });
    assert.deepEqual(parseConfigSetting('a='), { key: 'a', value: '' });
  });

  test('without an equals sign or a key are a usage error', () => {
    for (const text of ['a', '=b', '']) assert.throws(() => parseConfigSetting(text, '--what-if'), { code: 'CONFIG_SETTING_INVALID', exitCode: 2 }, text);
  });
});
