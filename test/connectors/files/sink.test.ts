import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FileSink } from '#connectors/files/sink';
import type { PartFile } from '#connectors/files/file-committable';
import type { PartFileState, PartFileWriter } from '#connectors/files/part-file-writer';
import type { Files } from '#platform/files/files';
import { simulatedPlatform } from '#platform/simulated-platform';
import { RecordingSinkContext } from '../sink-context.js';

const newFiles = (): Files => simulatedPlatform({ seed: 1 }).files;
const visible = (files: Files): Record<string, string> => Object.fromEntries(files.listSync('/out').filter((entry) => !entry.name.startsWith('.')).map((entry) => [entry.name, Buffer.from(files.readSync(entry.path)).toString('utf8')]));
const hidden = (files: Files): string[] => files.listSync('/out').map((entry) => entry.name).filter((name) => name.startsWith('.'));
const commit = (files: Files, parts: readonly PartFile[]): void => FileSink.forText('/out').createCommitter(new RecordingSinkContext({ files })).commit(parts);

interface Attempt {
  readonly subtaskIndex?: number;
  readonly parallelism?: number;
  readonly attemptNumber?: number;
}

function writerOn(files: Files, attempt: Attempt = {}, states?: readonly PartFileState[]): PartFileWriter<unknown> {
  const writer = FileSink.forText('/out').createWriter(new RecordingSinkContext({ files, ...attempt }));
  if (states !== undefined) writer.restore(states);
  return writer;
}

describe('file sink', () => {
  test('nothing is visible before the commit; each checkpoint makes one part per subtask', () => {
    const files = newFiles();
    const writers = [0, 1].map((subtaskIndex) => writerOn(files, { subtaskIndex, parallelism: 2 }));
    const parts: PartFile[] = [];
    for (const [index, writer] of writers.entries()) {
      writer.write(`first ${index}`);
      writer.write({ index });
      writer.flush();
      parts.push(...writer.prepareCommit() as readonly PartFile[]);
      assert.deepEqual(visible(files), {});
    }
    commit(files, parts);
    assert.deepEqual(visible(files), { 'part-0-0.txt': 'first 0\n{"index":0}\n', 'part-1-0.txt': 'first 1\n{"index":1}\n' });
    writers[0]!.flush();
    assert.deepEqual((writers[0]!.prepareCommit() as readonly PartFile[]), []);
    writers[0]!.write('second');
    writers[0]!.flush();
    commit(files, (writers[0]!.prepareCommit() as readonly PartFile[]));
    assert.equal(visible(files)['part-0-1.txt'], 'second\n');
    assert.deepEqual(hidden(files), []);
  });

  test('NDJSON writes every record as JSON', () => {
    const files = newFiles();
    const writer = FileSink.forNdjson('/out').createWriter(new RecordingSinkContext({ files }));
    for (const record of ['a', 1, null, { b: 2n }, 'x'.repeat(300_000)]) writer.write(record);
    writer.flush();
    commit(files, (writer.prepareCommit() as readonly PartFile[]));
    assert.equal(visible(files)['part-0-0.ndjson'], `"a"\n1\nnull\n{"b":"2"}\n"${'x'.repeat(300_000)}"\n`);
  });

  test('a commit that is repeated changes nothing; one whose part is gone says so', () => {
    const files = newFiles();
    const writer = writerOn(files);
    writer.write('once');
    writer.flush();
    const parts = (writer.prepareCommit() as readonly PartFile[]);
    commit(files, parts);
    commit(files, parts);
    assert.deepEqual(visible(files), { 'part-0-0.txt': 'once\n' });
    assert.throws(() => commit(files, [{ temporary: '/out/.gone', final: '/out/never' }]), { code: 'FILE_COMMIT_FAILED', message: /\/out\/never/ });
  });

  test('after a failure the lost attempt leaves no file, and what the checkpoint covers is committed once', () => {
    const files = newFiles();
    const first = writerOn(files);
    first.write('kept');
    first.flush();
    const kept = (first.prepareCommit() as readonly PartFile[]);
    const states = first.snapshot();
    first.write('prepared, but its checkpoint never completed');
    first.flush();
    (first.prepareCommit() as readonly PartFile[]);
    first.write('in progress');
    first.flush();
    // The attempt dies here, without close.
    const second = writerOn(files, { attemptNumber: 1 }, states);
    commit(files, kept);
    second.write('again');
    second.flush();
    commit(files, (second.prepareCommit() as readonly PartFile[]));
    assert.deepEqual(visible(files), { 'part-0-0.txt': 'kept\n', 'part-0-1.txt': 'again\n' });
    assert.deepEqual(hidden(files), []);
  });

  test('a restart before any checkpoint removes all that was left hidden', () => {
    const files = newFiles();
    for (const subtaskIndex of [0, 1]) {
      const lost = writerOn(files, { subtaskIndex, parallelism: 2 });
      lost.write('lost');
      lost.flush();
      if (subtaskIndex === 0) (lost.prepareCommit() as readonly PartFile[]);
    }
    const writer = writerOn(files, { attemptNumber: 1 });
    writer.write('new');
    writer.flush();
    commit(files, (writer.prepareCommit() as readonly PartFile[]));
    assert.deepEqual([visible(files), hidden(files)], [{ 'part-0-0.txt': 'new\n' }, []]);
  });

  test('at another parallelism, parts that are there already stay as they are', () => {
    const files = newFiles();
    const old = writerOn(files, { subtaskIndex: 1, parallelism: 2 });
    old.write('old');
    old.flush();
    commit(files, (old.prepareCommit() as readonly PartFile[]));
    const fresh = writerOn(files, { subtaskIndex: 1, parallelism: 3 }, []);
    fresh.write('fresh');
    fresh.flush();
    commit(files, (fresh.prepareCommit() as readonly PartFile[]));
    assert.deepEqual(visible(files), { 'part-1-0.txt': 'old\n', 'part-1-1.txt': 'fresh\n' });
  });

  test('a restarted subtask whose state went to another one neither deletes nor overwrites what that one has to commit', () => {
    const files = newFiles();
    const old = writerOn(files, { subtaskIndex: 1, parallelism: 2 });
    old.write('covered');
    old.flush();
    const parts = (old.prepareCommit() as readonly PartFile[]);
    const restarted = writerOn(files, { subtaskIndex: 1, parallelism: 2, attemptNumber: 1 }, []);
    restarted.write('after the restart');
    restarted.flush();
    const later = (restarted.prepareCommit() as readonly PartFile[]);
    commit(files, parts);
    commit(files, later);
    assert.deepEqual(visible(files), { 'part-1-0.txt': 'covered\n', 'part-1-1.txt': 'after the restart\n' });
  });

  test('a part that an earlier job has still to commit keeps its name', () => {
    const files = newFiles();
    files.mkdirsSync('/out');
    const earlier = { temporary: '/out/.part-0-4.txt.other-sink.pending', final: '/out/part-0-4.txt' };
    files.atomicWriteSync(earlier.temporary, Buffer.from('earlier\n'));
    const writer = writerOn(files, {}, []);
    writer.write('now');
    writer.flush();
    const parts = (writer.prepareCommit() as readonly PartFile[]);
    commit(files, [earlier]);
    commit(files, parts);
    assert.deepEqual(visible(files), { 'part-0-4.txt': 'earlier\n', 'part-0-5.txt': 'now\n' });
  });

  test('close throws away what was not handed over', () => {
    const files = newFiles();
    const writer = writerOn(files);
    writer.write('unfinished');
    writer.flush();
    writer.close();
    writer.close();
    assert.deepEqual([visible(files), hidden(files)], [{}, []]);
  });
});
