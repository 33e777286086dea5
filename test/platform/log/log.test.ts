import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '#core/errors/engine-error';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { CollectedLog } from '#platform/log/collected-log';
import { TextLog } from '#platform/log/text-log';
import { logContract } from '../log-contract.js';

logContract('TextLog', (level) => {
  const written: string[] = [];
  const log = new TextLog({ clock: new SimulatedClock(), write: (line) => written.push(line), level });
  return { log, lines: () => written.map((line) => line.slice(line.indexOf(' ') + 1, -1)) };
});

logContract('CollectedLog', (level) => {
  const log = new CollectedLog(level);
  const shown = (fields: object): string => Object.entries(fields).filter(([, value]) => value !== undefined).map(([key, value]) => ` ${key}=${value}`).join('');
  return { log, lines: () => log.events.map((event) => `${event.level} ${event.message}${shown(event.fields)}`) };
});

test('a text line has time, level, message and values, and is one line whatever they hold', () => {
  const written: string[] = [];
  const log = new TextLog({ clock: new SimulatedClock({ startMs: 0 }), write: (line) => written.push(line) });
  log.info('two\nlines', { path: '/a b', quote: 'say "x"', empty: '', list: [1, 2n], text: 'x\ny' });
  assert.equal(written[0], '1970-01-01T00:00:00.000Z INFO  two lines path="/a b" quote="say \\"x\\"" empty="" list=[1,"2"] text="x\\ny"\n'
    .replace('list=[1,"2"]', 'list="[1,\\"2\\"]"'));
});

test('an error shows its code and its causes, and at debug level its stack', () => {
  const written: string[] = [];
  const clock = new SimulatedClock();
  const error = new EngineError('SOME_CODE', 'it broke', { cause: new TypeError('deep', { cause: 'deeper' }) });
  new TextLog({ clock, write: (line) => written.push(line) }).error('failed', { error });
  assert.match(written[0]!, /error="\[SOME_CODE\] it broke, caused by TypeError: deep, caused by deeper"\n$/);
  new TextLog({ clock, write: (line) => written.push(line), level: 'debug' }).error('failed', { error });
  assert.match(written[1]!, /errorStack="/);
  assert.equal(written[1]!.indexOf('\n'), written[1]!.length - 1);
});

test('a value with a cycle does not break the log', () => {
  const written: string[] = [];
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  new TextLog({ clock: new SimulatedClock(), write: (line) => written.push(line) }).info('cycle', { cyclic });
  assert.match(written[0]!, /cyclic="\[object Object\]"\n$/);
});
