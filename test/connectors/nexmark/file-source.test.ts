import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { join } from 'node:path';
import fc from 'fast-check';
import { NexmarkEventFactory } from '#connectors/nexmark/event-at';
import type { NexmarkEvent } from '#connectors/nexmark/event';
import { NexmarkFileSource } from '#connectors/nexmark/file-source';
import { resolveNexmarkOptions } from '#connectors/nexmark/options';
import { nodePlatform } from '#platform/node-platform';
import type { Files } from '#platform/files/files';
import { simulatedPlatform } from '#platform/simulated-platform';
import { conformanceTest } from '../../conformance-folder.js';
import { SourceHarness } from '../source-harness.js';

const factory = new NexmarkEventFactory(resolveNexmarkOptions({ events: 600, eventRate: 1_000 }));
const events = Array.from({ length: 600 }, (_, place) => factory.eventAt(place + 1));
const lineOf = ({ eventType, person, auction, bid }: NexmarkEvent): string => JSON.stringify({ event_type: eventType, person, auction, bid });

function filesWith(text: string): Files {
  const { files } = simulatedPlatform({ seed: 1 });
  files.mkdirsSync('/data');
  files.atomicWriteSync('/data/events.ndjson', Buffer.from(text));
  files.atomicWriteSync('/data/events.ndjson.gz', gzipSync(text));
  return files;
}

describe('recorded Nexmark events', () => {
  const files = filesWith(`${events.map(lineOf).join('\n')}\n`);

  test('every line is read once at any parallelism, in order within a reader, with dateTime as event time', () => {
    for (const path of ['/data/events.ndjson', '/data/events.ndjson.gz']) {
      for (const parallelism of [1, 2, 4]) {
        const harness = new SourceHarness(new NexmarkFileSource(path, { blockLines: 7 }), { parallelism, files, room: 20 }).finish();
        const read = harness.rows.flat().toSorted((a, b) => a.timestamp - b.timestamp);
        assert.deepEqual(read.map((row) => row.value), events);
        for (const own of harness.rows) {
          assert.ok(own.length >= 600 / parallelism - 7);
          own.forEach((row, index) => assert.ok(index === 0 || own[index - 1]!.timestamp <= row.timestamp));
        }
      }
    }
  });

  test('restored at any position and another parallelism it reads the rest, no line twice', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(3), { maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (before, after, steps, room) => {
      const source = new NexmarkFileSource('/data/events.ndjson.gz', { blockLines: 10 });
      const first = new SourceHarness(source, { parallelism: before, files, room });
      for (const subtask of steps) first.step(subtask % before);
      const second = new SourceHarness(source, { parallelism: after, files, room, checkpoint: first.checkpoint() }).finish();
      const read = [...first.rows.flat(), ...second.rows.flat()].toSorted((a, b) => a.timestamp - b.timestamp);
      assert.deepEqual(read.map((row) => row.value), events);
    }), { numRuns: 40 });
  });

  test('a malformed line fails with file, line number and preview, or is counted and left out', () => {
    for (const bad of ['{"event_type":2', '{"event_type":1,"person":null,"auction":null,"bid":{}}', 'null', '[]', '']) {
      const broken = filesWith([lineOf(events[0]!), lineOf(events[1]!), bad, lineOf(events[2]!)].join('\n'));
      const failing = new SourceHarness(new NexmarkFileSource('/data/events.ndjson'), { files: broken });
      assert.throws(() => failing.finish(), (error: { code?: string; message?: string }) =>
        error.code === 'FILE_RECORD_MALFORMED' && error.message!.startsWith('/data/events.ndjson:3: ') && error.message!.includes(JSON.stringify(bad)));
      const skipping = new SourceHarness(new NexmarkFileSource('/data/events.ndjson', { onMalformed: 'skip' }), { files: broken }).finish();
      assert.deepEqual(skipping.values, events.slice(0, 3));
      assert.deepEqual([...skipping.counted], [['numRecordsInErrors', 1]]);
    }
  });

  test('an unknown file fails at the start with its path', () => {
    assert.throws(() => new SourceHarness(new NexmarkFileSource('/data/none.ndjson'), { files }), { code: 'FILE_NOT_FOUND' });
  });

  test('a damaged gzip file fails instead of ending early', () => {
    const cut = filesWith('');
    cut.atomicWriteSync('/data/cut.gz', gzipSync(events.map(lineOf).join('\n')).subarray(0, 5_000));
    assert.throws(() => new SourceHarness(new NexmarkFileSource('/data/cut.gz'), { files: cut }).finish(), { code: 'FILE_GZIP_DAMAGED' });
  });
});

conformanceTest('set S reads whole at parallelism 2: every event once, equal to the recorded lines', (folder) => {
  const path = join(folder, 'nexmark', 'S', 'events.ndjson.gz');
  const harness = new SourceHarness(new NexmarkFileSource(path), { parallelism: 2, files: nodePlatform().files, room: 1_000 }).finish();
  const read = harness.rows.flat().toSorted((a, b) => a.timestamp - b.timestamp).map((row) => lineOf(row.value as NexmarkEvent));
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  const digest = (lines: readonly string[]) => createHash('sha256').update(lines.map((line) => `${line}\n`).join('')).digest('hex');
  assert.equal(read.length, 20_000);
  assert.equal(digest(read), digest(text.trimEnd().split('\n')));
});
