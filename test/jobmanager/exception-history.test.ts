import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serializeError } from '#core/errors/engine-error';
import { ExceptionHistory } from '#jobmanager/failover/exception-history';

const failure = (timestamp: number) => ({ timestamp, error: serializeError(new Error(`failure at ${timestamp}`)), task: undefined });

test('the history keeps the newest failures, each with those that came during its restart', () => {
  const history = new ExceptionHistory(2);
  history.addConcurrent(failure(0));
  assert.deepEqual(history.entries(), []);
  for (const time of [1, 2, 3]) history.addRoot(failure(time));
  history.addConcurrent(failure(4));
  assert.deepEqual(history.entries().map(({ timestamp, concurrent }) => [timestamp, concurrent.map((other) => other.timestamp)]), [[3, [4]], [2, []]]);
});

test('a size of 0 keeps none, and no entry grows without end', () => {
  const none = new ExceptionHistory(0);
  none.addRoot(failure(1));
  assert.deepEqual(none.entries(), []);
  const one = new ExceptionHistory(1);
  one.addRoot(failure(1));
  for (let time = 2; time < 1000; time++) one.addConcurrent(failure(time));
  assert.ok(one.entries()[0]!.concurrent.length < 100);
});
