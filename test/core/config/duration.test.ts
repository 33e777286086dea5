import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Duration, parseDuration } from '#core/config/duration';
import { vectorTests } from '../../runtime-vectors.js';

const NANOS_PER_SECOND = 1_000_000_000n;

function nanosOf(text: string): bigint | string {
  const outcome = parseDuration(text);
  return outcome.kind === 'parsed' ? outcome.value.nanos : outcome.reason;
}

describe('durations', () => {
  vectorTests('duration', 'text reads and prints as in Flink', 20, (vectors) => {
    for (const vector of vectors) {
      const outcome = parseDuration(vector['text']);
      const got = outcome.kind === 'refused' ? {} : {
        seconds: String(outcome.value.nanos / NANOS_PER_SECOND), nanos: Number(outcome.value.nanos % NANOS_PER_SECOND), formatted: outcome.value.toString(),
      };
      const { seconds, nanos, formatted } = vector as { seconds?: string; nanos?: number; formatted?: string };
      assert.deepEqual(got, vector['error'] === undefined ? { seconds, nanos, formatted } : {}, JSON.stringify(vector));
    }
  });

  test('every duration reads back from its own text', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: (2n ** 63n - 1n) * NANOS_PER_SECOND }), (nanos) => {
      assert.equal(nanosOf(Duration.ofNanos(nanos).toString()), nanos);
    }));
  });

  test('a number without a unit counts milliseconds', () => {
    assert.equal(nanosOf('250'), 250_000_000n);
    assert.equal(Duration.ofMillis(250).toMillis(), 250);
  });

  test('units are read in any case, also microseconds by their sign', () => {
    assert.equal(nanosOf('5 µs'), 5_000n);
    assert.equal(nanosOf('5 MICROSECONDS'), 5_000n);
  });

  test('ISO-8601 durations are read, negative and empty ones refused', () => {
    assert.equal(nanosOf('PT1H2M3.5S'), 3_723_500_000_000n);
    assert.equal(nanosOf('P2D'), 172_800_000_000_000n);
    assert.equal(nanosOf('PT-1S'), 'a negative duration is not allowed');
    assert.equal(nanosOf('PT'), 'the text starts with no number and is no ISO-8601 duration');
    assert.equal(nanosOf('P'), 'the text starts with no number and is no ISO-8601 duration');
  });
});
