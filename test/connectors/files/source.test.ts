import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { LINE_BYTES_MAX } from '#connectors/files/line-reader';
import { ndjsonFormat } from '#connectors/files/line-format';
import { FileSource } from '#connectors/files/source';
import { Types } from '#core/types/type-information';
import type { Files } from '#platform/files/files';
import { simulatedPlatform } from '#platform/simulated-platform';
import { SourceHarness } from '../source-harness.js';

function filesWith(contents: Readonly<Record<string, string | Uint8Array>>): Files {
  const { files } = simulatedPlatform({ seed: 1 });
  for (const [path, content] of Object.entries(contents)) {
    files.mkdirsSync(path.slice(0, path.lastIndexOf('/')));
    files.atomicWriteSync(path, typeof content === 'string' ? Buffer.from(content) : content);
  }
  return files;
}

const read = (source: FileSource<any>, files: Files, room = 10) => new SourceHarness(source, { files, room }).finish(); // any: sources of every type

describe('text lines', () => {
  test('lines end at \\n or \\r\\n, the last may lack its end, a byte order mark is dropped, empty lines are lines', () => {
    const files = filesWith({ '/d/a.txt': '\ufeffone\r\ntwö\n\nfour', '/d/empty.txt': '' });
    assert.deepEqual(read(FileSource.forLines('/d/a.txt'), files).values, ['one', 'twö', '', 'four']);
    assert.deepEqual(read(FileSource.forLines('/d/empty.txt'), files).values, []);
  });

  test('any text reads as its lines, plain or gzip, also across the pieces of the file', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat(700_000).map((length) => 'x'.repeat(length))).map((line) => line.replaceAll(/[\r\n\ufeff]/g, '')), { minLength: 1, maxLength: 6 }), (lines) => {
      const text = `${lines.join('\n')}\n`;
      const files = filesWith({ '/d/plain': text, '/d/packed': gzipSync(text) });
      assert.deepEqual(read(FileSource.forLines('/d/plain'), files).values, lines);
      assert.deepEqual(read(FileSource.forLines('/d/packed'), files).values, lines);
    }), { numRuns: 25 });
  });

  test('a directory is its files in order of their names, without hidden ones, shared by the readers', () => {
    const files = filesWith({ '/d/b.txt': 'b1\nb2\n', '/d/a.txt.gz': gzipSync('a1\na2\n'), '/d/.hidden': 'no', '/d/_SUCCESS': 'no', '/d/sub/c.txt': 'no', '/e.txt': 'e1' });
    assert.deepEqual(read(FileSource.forLines('/d', '/e.txt'), files).values, ['a1', 'a2', 'b1', 'b2', 'e1']);
    const parallel = new SourceHarness(FileSource.forLines('/d', '/e.txt'), { files, parallelism: 2, room: 1 }).finish();
    assert.deepEqual(parallel.values.toSorted(), ['a1', 'a2', 'b1', 'b2', 'e1']);
    assert.ok(parallel.rows.every((own) => own.length > 0));
  });

  test('restored anywhere, plain or gzip, it reads the rest and no line twice', () => {
    const lines = Array.from({ length: 60 }, (_, index) => `${index} ${'ä'.repeat(index % 5)}`);
    const text = `\ufeff${lines.join('\r\n')}`;
    const files = filesWith({ '/d/1.txt': text, '/d/2.gz': gzipSync(text), '/d/3.txt': text });
    fc.assert(fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.array(fc.nat(2), { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (before, after, steps, room) => {
      const source = FileSource.forLines('/d');
      const first = new SourceHarness(source, { files, parallelism: before, room });
      for (const subtask of steps) first.step(subtask % before);
      const second = new SourceHarness(source, { files, parallelism: after, room, checkpoint: first.checkpoint() }).finish();
      assert.deepEqual([...first.values, ...second.values].toSorted(), [...lines, ...lines, ...lines].toSorted());
    }), { numRuns: 60 });
  });

  test('an unknown path fails at the start and names it', () => {
    assert.throws(() => read(FileSource.forLines('/none/at/all.txt'), filesWith({})), { code: 'FILE_NOT_FOUND', message: /\/none\/at\/all\.txt/ });
  });

  test('no path at all is refused', () => {
    assert.throws(() => FileSource.forLines(), { code: 'CONNECTOR_OPTION_INVALID' });
  });

  test('a line above the limit is refused with its number', () => {
    const files = filesWith({ '/d/long': Buffer.alloc(LINE_BYTES_MAX + (1 << 20), 'x') });
    assert.throws(() => read(FileSource.forLines('/d/long'), files), { code: 'FILE_RECORD_MALFORMED', message: /^\/d\/long:1: / });
  });
});

describe('NDJSON', () => {
  const files = filesWith({ '/d/x.ndjson': '{"a":1}\n\n{"a":2\n{"a":3}\n' });

  test('each line is a value, blank lines are passed over, a malformed one fails with its number', () => {
    const harness = new SourceHarness(FileSource.forNdjson('/d/x.ndjson'), { files });
    assert.throws(() => harness.finish(), { code: 'FILE_RECORD_MALFORMED', message: /^\/d\/x\.ndjson:3: the line is not JSON: "\{\\"a\\":2"/ });
    assert.deepEqual(harness.values, [{ a: 1 }]);
  });

  test('malformed lines are counted and left out on request', () => {
    const harness = read(FileSource.forNdjson('/d/x.ndjson', { onMalformed: 'skip' }), files);
    assert.deepEqual(harness.values, [{ a: 1 }, { a: 3 }]);
    assert.equal(harness.counted.get('numRecordsInErrors'), 1);
  });

  test('a policy that does not exist is refused', () => {
    assert.throws(() => FileSource.forNdjson('/d/x.ndjson', { onMalformed: 'ignore' as 'skip' }), { code: 'CONNECTOR_OPTION_INVALID' });
  });
});

describe('CSV', () => {
  test('a header names the columns; quoted fields hold delimiters, quotes and line ends', () => {
    const files = filesWith({ '/d/x.csv': 'name,note\nA,"one, ""two"""\nB,"line 1\nline 2"\n\nC,\n' });
    assert.deepEqual(read(FileSource.forCsv('/d/x.csv'), files).values, [{ name: 'A', note: 'one, "two"' }, { name: 'B', note: 'line 1\nline 2' }, { name: 'C', note: '' }]);
  });

  test('a type gives values, found by name or, without a header, by place', () => {
    const type = Types.ROW({ id: Types.LONG, price: Types.NULLABLE(Types.DOUBLE), isOpen: Types.BOOLEAN, big: Types.BIGINT });
    const files = filesWith({ '/d/h.csv': 'big;isOpen;price;id\n9007199254740993;true;;1\n', '/d/n.csv': '2;0.5;false;-1\n' });
    assert.deepEqual(read(FileSource.forCsv('/d/h.csv', { type, delimiter: ';' }), files).values, [{ id: 1, price: null, isOpen: true, big: 9007199254740993n }]);
    assert.deepEqual(read(FileSource.forCsv('/d/n.csv', { type, delimiter: ';', hasHeader: false }), files).values, [{ id: 2, price: 0.5, isOpen: false, big: -1n }]);
    assert.deepEqual(read(FileSource.forCsv('/d/n.csv', { delimiter: ';', hasHeader: false }), files).values, [['2', '0.5', 'false', '-1']]);
  });

  test('a wrong value, a wrong number of columns and an open quote are malformed, with the line the record starts at', () => {
    const type = Types.ROW({ id: Types.INT, ok: Types.BOOLEAN });
    const files = filesWith({ '/d/x.csv': 'id,ok\n1,true\nx,true\n2,yes\n3\n4,false\n5,"open\n' });
    assert.throws(() => read(FileSource.forCsv('/d/x.csv', { type }), files), { code: 'FILE_RECORD_MALFORMED', message: /^\/d\/x\.csv:3: column id is "x"/ });
    const skipping = read(FileSource.forCsv('/d/x.csv', { type, onMalformed: 'skip' }), files);
    assert.deepEqual(skipping.values, [{ id: 1, ok: true }, { id: 4, ok: false }]);
    assert.equal(skipping.counted.get('numRecordsInErrors'), 4);
  });

  test('restored behind any record it keeps the header and goes on with the next record', () => {
    const records = Array.from({ length: 20 }, (_, index) => ({ id: String(index), text: index % 3 === 0 ? `a\n${index}` : `"${index}"` }));
    const text = `id,text\n${records.map(({ id, text }) => `${id},"${text.replaceAll('"', '""')}"`).join('\n')}\n`;
    const files = filesWith({ '/d/x.csv': text, '/d/y.csv': gzipSync(text) });
    for (const path of ['/d/x.csv', '/d/y.csv']) {
      for (let steps = 0; steps < 8; steps++) {
        const first = new SourceHarness(FileSource.forCsv(path), { files, room: 3 });
        for (let step = 0; step < steps; step++) first.step(0);
        const second = new SourceHarness(FileSource.forCsv(path), { files, room: 3, checkpoint: first.checkpoint() }).finish();
        assert.deepEqual([...first.values, ...second.values], records);
      }
    }
  });
});

describe('files that come later', () => {
  const source = (): FileSource<unknown> => FileSource.forFormat<unknown>('/d', ndjsonFormat(), { isRecursive: true, monitorIntervalMs: 10 });
  const put = (files: Files, path: string, text: string): void => {
    files.mkdirsSync(path.slice(0, path.lastIndexOf('/')));
    files.atomicWriteSync(path, Buffer.from(text));
  };

  test('are read when they are there, also below, and each of them once over a restore', () => {
    const files = filesWith({});
    const first = new SourceHarness(source(), { files });
    const steps = (harness: SourceHarness): void => { for (let step = 0; step < 6; step++) harness.step(0); };
    steps(first);
    assert.deepEqual(first.values, []);
    put(files, '/d/a.json', '1\n2\n');
    put(files, '/d/sub/b.json', '3\n');
    first.clock.advance(10);
    steps(first);
    first.clock.advance(10);
    steps(first);
    assert.deepEqual(first.values, [1, 2, 3]);
    const second = new SourceHarness(source(), { files, checkpoint: first.checkpoint() });
    put(files, '/d/c.json', '4\n');
    second.clock.advance(10);
    steps(second);
    second.clock.advance(10);
    steps(second);
    assert.deepEqual(second.values, [4]);
  });
});
