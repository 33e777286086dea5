import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NexmarkEventFactory } from '#connectors/nexmark/event-at';
import type { NexmarkEvent } from '#connectors/nexmark/event';
import { NexmarkFileSource } from '#connectors/nexmark/file-source';
import { resolveNexmarkOptions } from '#connectors/nexmark/options';
import { NexmarkRecordedSource } from '#connectors/nexmark/recorded-source';
import { recordNexmarkEvents } from '#connectors/nexmark/recording';
import { NexmarkSource } from '#connectors/nexmark/source';
import { simulatedPlatform } from '#platform/simulated-platform';
import type { Source } from '#streaming/source/source';
import { SourceHarness, type ReadRow } from '../source-harness.js';

const EVENTS = 30_000;

function recordedSource(source: Source<NexmarkEvent, any, any>, options: { readonly splits?: number; readonly text?: string } = {}): NexmarkRecordedSource { // any: sources have splits of their own
  const platform = simulatedPlatform({ seed: 1 });
  if (options.text !== undefined) platform.files.atomicWriteSync('/events.ndjson', Buffer.from(options.text));
  platform.sharedMemory.publish('test', recordNexmarkEvents(source, platform));
  return new NexmarkRecordedSource('test', { sharedMemory: platform.sharedMemory, ...(options.splits === undefined ? {} : { splits: options.splits }) });
}

const byTime = (rows: readonly (readonly ReadRow[])[]) => rows.flat().toSorted((a, b) => a.timestamp - b.timestamp).map(({ value, timestamp }) => ({ value, timestamp }));

describe('Nexmark events recorded ahead in memory', () => {
  const generator = new NexmarkSource({ events: EVENTS, eventRate: 1000 });
  const generated = byTime(new SourceHarness(generator).finish().rows);
  const recorded = recordedSource(generator);

  it('are those of the generator, with their times, at every parallelism', () => {
    for (const parallelism of [1, 2, 4]) {
      const { rows } = new SourceHarness(recorded, { parallelism }).finish();
      assert.deepEqual(byTime(rows), generated);
      for (const own of rows) assert.ok(own.length > 0 && own.length <= Math.ceil(EVENTS / parallelism) + 16 * 512);
    }
  });

  it('are read from where a checkpoint stands, at another parallelism, none twice', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(3), { maxLength: 40 }), (before, after, steps) => {
      const first = new SourceHarness(recorded, { parallelism: before });
      for (const subtask of steps) first.step(subtask % before);
      const second = new SourceHarness(recorded, { parallelism: after, checkpoint: first.checkpoint() }).finish();
      assert.deepEqual(byTime([...first.rows, ...second.rows]), generated);
    }), { numRuns: 8 });
  });

  it('keep the order of a file in one split, also texts that fill more than a frame together', () => {
    const factory = new NexmarkEventFactory(resolveNexmarkOptions({ events: 1200 }));
    const events = Array.from({ length: 1200 }, (_, place) => {
      const event = factory.eventAt(place + 1);
      return event.bid === null ? event : { ...event, bid: { ...event.bid, extra: `ü${'x'.repeat(place % 7 === 0 ? 6000 : 10)}` } };
    });
    const text = events.map(({ eventType, ...kinds }) => JSON.stringify({ event_type: eventType, ...kinds })).join('\n');
    const source = recordedSource(new NexmarkFileSource('/events.ndjson'), { text, splits: 1 });
    assert.deepEqual(new SourceHarness(source, { parallelism: 2 }).finish().rows.flat().map(({ value }) => value), events);
  });

  it('must have been recorded under the name that is asked for', () => {
    assert.throws(() => new NexmarkRecordedSource('nowhere', { sharedMemory: simulatedPlatform({ seed: 1 }).sharedMemory }), { code: 'CONNECTOR_OPTION_INVALID', message: /recording is nowhere/ });
  });
});
