// What every Log keeps to.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Log, LogLevel } from '#platform/log/log';

export interface LogHarness {
  readonly log: Log;
  /** What was logged so far, one text per event, with level, message and values in it. */
  lines(): readonly string[];
}

export function logContract(name: string, create: (level: LogLevel) => LogHarness): void {
  describe(`${name} as a Log`, () => {
    test('an event shows its level, message and values, an undefined value does not', () => {
      const { log, lines } = create('debug');
      log.debug('one', { a: 1 });
      log.info('two', { b: 'text', gone: undefined });
      log.warn('three', { c: true });
      log.error('four', { d: 12n });
      assert.deepEqual(lines().map((line) => line.toLowerCase().replaceAll(/\s+/g, ' ')), [
        'debug one a=1', 'info two b=text', 'warn three c=true', 'error four d=12',
      ]);
    });

    test('events below the level go nowhere', () => {
      const { log, lines } = create('warn');
      log.debug('a');
      log.info('b');
      log.warn('c');
      log.error('d');
      assert.equal(lines().length, 2);
      assert.deepEqual((['debug', 'info', 'warn', 'error'] as const).map((level) => log.isEnabled(level)), [false, false, true, true]);
    });

    test('a child shows its own values after those of its parent, whose lines stay as they were', () => {
      const { log, lines } = create('info');
      const child = log.child({ job: 'j1' }).child({ task: 't1' });
      child.info('started', { attempt: 1 });
      log.info('plain');
      assert.deepEqual(lines().map((line) => line.toLowerCase().replaceAll(/\s+/g, ' ')), ['info started job=j1 task=t1 attempt=1', 'info plain']);
    });
  });
}
