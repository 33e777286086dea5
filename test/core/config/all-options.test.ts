import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { allOptions, optionForKey } from '#core/config/all-options';
import { configurationReference } from '#core/config/configuration-reference';
import { editDistance } from '#core/config/edit-distance';
import { keyNotices, keyWarnings } from '#core/config/key-notices';
import { isKnownUnused, knownUnusedKeys } from '#core/config/known-unused-keys';
import { parseDuration } from '#core/config/duration';
import { fixturePath } from '../../conformance-folder.js';

interface FlinkKey { readonly key: string; readonly default: string; readonly type: string }

function flinkKeys(): readonly FlinkKey[] {
  return readFileSync(fixturePath('flink-configuration-keys.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as FlinkKey);
}

/** Both sides print in the same form: numbers as numbers, durations in nanoseconds. */
function normalized(type: string, text: string): string {
  if (text === '(none)') return 'none';
  if (text === 'infinite') return String(2 ** 31 - 1);
  const bare = text.replace(/ \(off\)$/, '');
  if (type === 'Duration') {
    const outcome = parseDuration(bare);
    return outcome.kind === 'parsed' ? String(outcome.value.nanos) : bare;
  }
  return type === 'Double' || type === 'Float' ? String(Number(bare)) : bare;
}

describe('the table of options', () => {
  test('holds every documented key of checkpoints, state, restarts and their neighbours with its type and default', () => {
    const keys = flinkKeys();
    assert.ok(keys.length > 180, `${keys.length} keys`);
    for (const { key, default: text, type } of keys) {
      const option = optionForKey(key);
      assert.ok(option !== undefined, `${key} is an option`);
      const own = option.defaultValue === undefined || option.defaultValue === null ? '(none)' : option.type.format(option.defaultValue);
      assert.deepEqual({ key, type: option.type.name, default: normalized(type, own) }, { key, type, default: normalized(type, text) });
    }
  });

  test('holds the keys of the memory model and the own keys', () => {
    for (const key of [
      'taskmanager.memory.process.size', 'taskmanager.memory.flink.size', 'taskmanager.memory.framework.off-heap.batch-shuffle.size',
      'taskmanager.memory.managed.consumer-weights', 'taskmanager.memory.jvm-overhead.fraction', 'taskmanager.cpu.cores',
      'jobmanager.memory.jvm-overhead.min', 'jobmanager.memory.enable-jvm-direct-memory-limit', 'millrace.record.size.max',
      'millrace.process-isolation', 'millrace.output.consistency', 'parallelism.default', 'pipeline.object-reuse',
    ]) assert.ok(optionForKey(key) !== undefined, key);
  });

  test('every default reads back from its own text', () => {
    for (const option of allOptions) {
      if (option.defaultValue === undefined || option.defaultValue === null) continue;
      assert.deepEqual(option.type.parse(option.type.format(option.defaultValue)), { kind: 'parsed', value: option.defaultValue }, option.key);
    }
  });

  test('no typed option is listed as unused', () => {
    assert.ok(knownUnusedKeys.size > 150, `${knownUnusedKeys.size} keys`);
    assert.deepEqual(allOptions.filter((option) => isKnownUnused(option.key)).map((option) => option.key), []);
  });
});

describe('notices about keys', () => {
  test('a misspelt key is a warning with the key that was meant', () => {
    assert.deepEqual(keyWarnings(['taskmanager.numberOfTaskSlot', 'execution.checkpointing.intervall', 'numberOfTaskSlots', 'no.such.thing.at.all']), [
      'unknown configuration key taskmanager.numberOfTaskSlot: did you mean taskmanager.numberOfTaskSlots?',
      'unknown configuration key execution.checkpointing.intervall: did you mean execution.checkpointing.interval?',
      'unknown configuration key numberOfTaskSlots: did you mean taskmanager.numberOfTaskSlots?',
      'unknown configuration key no.such.thing.at.all: remove it, or see docs/configuration.md for the keys there are',
    ]);
  });

  test('an old name is a warning with the present one', () => {
    assert.deepEqual(keyNotices(['state.backend']), [
      { kind: 'deprecated', key: 'state.backend', message: 'configuration key state.backend is an old name: write state.backend.type' },
    ]);
  });

  test('keys in use, entries of map keys and keys that only Flink uses give no warning', () => {
    const keys = ['rest.port', 'pipeline.global-job-parameters.x', 'metrics.reporter.prom.port', 'state.backend.forst.metrics.num-snapshots', 'io.tmp.dirs', 'state.backend.forst.writebuffer.size'];
    assert.deepEqual(keyWarnings(keys), []);
    assert.deepEqual(keyNotices(keys).map((notice) => notice.kind), ['unused', 'unused', 'unused', 'unused']);
  });

  test('a swap of neighbours counts as one edit', () => {
    assert.equal(editDistance('abcd', 'abdc'), 1);
    assert.equal(editDistance('', 'abc'), 3);
    assert.equal(editDistance('kitten', 'sitting'), 3);
  });
});

describe('the configuration reference', () => {
  test('is the committed page: run node scripts/generate-docs.mjs after a change', () => {
    assert.equal(readFileSync(fixturePath('../../docs/configuration.md'), 'utf8'), configurationReference());
  });

  test('has one row for every option', () => {
    const rows = configurationReference().split('\n').filter((line) => line.startsWith('| `')).map((line) => line.slice(3, line.indexOf('`', 3)));
    assert.deepEqual(rows.filter((key) => optionForKey(key) !== undefined).length, allOptions.length);
  });
});
