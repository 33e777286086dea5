import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dateTimeBuckets, type BucketAssigner } from '#connectors/files/bucket-assigner';
import type { FileCommittable, PartFile } from '#connectors/files/file-committable';
import type { PartEncoder, PartFileState, PartFileWriter } from '#connectors/files/part-file-writer';
import { RollingPolicy } from '#connectors/files/rolling-policy';
import { FileSink, type FileSinkOptions } from '#connectors/files/sink';
import { simulatedPlatform, type SimulatedPlatform } from '#platform/simulated-platform';
import { RecordingSinkContext } from '../sink-context.js';

interface Attempt {
  readonly subtaskIndex?: number;
  readonly parallelism?: number;
  readonly attemptNumber?: number;
}

/** One folder, and the writers that come and go in it. */
class Folder {
  readonly platform: SimulatedPlatform = simulatedPlatform({ seed: 1 });
  readonly #options: FileSinkOptions<string>;

  constructor(options: FileSinkOptions<string>) {
    this.#options = options;
  }

  writer(attempt: Attempt = {}, states?: readonly PartFileState[]): PartFileWriter<string> {
    const { files, clock } = this.platform;
    const writer = FileSink.forText<string>('/out', this.#options).createWriter(new RecordingSinkContext({ files, clock, ...attempt }));
    if (states !== undefined) writer.restore(states);
    return writer;
  }

  commit(parts: readonly FileCommittable[]): void {
    FileSink.forText('/out').createCommitter(new RecordingSinkContext({ files: this.platform.files })).commit(parts);
  }

  /** What a checkpoint asks of a writer, and gets. */
  checkpoint(writer: PartFileWriter<string>, isEndOfInput = false): { readonly parts: readonly PartFile[]; readonly states: readonly PartFileState[] } {
    writer.flush(isEndOfInput);
    return { parts: (writer.prepareCommit() as readonly PartFile[]), states: writer.snapshot() };
  }

  get visible(): Record<string, string> {
    return Object.fromEntries(this.#all('/out').filter(([path]) => !path.includes('/.')));
  }

  get hidden(): readonly string[] {
    return this.#all('/out').map(([path]) => path).filter((path) => path.includes('/.'));
  }

  #all(directory: string): (readonly [string, string])[] {
    const { files } = this.platform;
    return files.listSync(directory).flatMap(({ path, isDirectory }) => (isDirectory ? this.#all(path) : [[path.slice('/out'.length), Buffer.from(files.readSync(path)).toString('utf8')] as const]));
  }
}

const LARGE = RollingPolicy.bySizeAndTime({ rolloverMs: 1000, inactivityMs: 300 });

describe('part files', () => {
  test('a part that has its size is closed at once, and seen after the next checkpoint', () => {
    const folder = new Folder({ rolling: RollingPolicy.onCheckpoint({ maxPartBytes: 10 }) });
    const writer = folder.writer();
    for (const row of ['aaaa', 'bbbb', 'cccc']) writer.write(row);
    folder.commit(folder.checkpoint(writer).parts);
    assert.deepEqual(folder.visible, { '/part-0-0.txt': 'aaaa\nbbbb\n', '/part-0-1.txt': 'cccc\n' });
  });

  test('a part goes on over checkpoints until it is old, or until nothing was written for a while, or until the end', () => {
    const folder = new Folder({ rolling: LARGE });
    const { clock } = folder.platform;
    const writer = folder.writer();
    for (let checkpoint = 0; checkpoint < 5; checkpoint++) {
      writer.write(`old ${checkpoint}`);
      assert.equal(folder.checkpoint(writer).parts.length, 0);
      clock.advance(200);
    }
    folder.commit(folder.checkpoint(writer).parts);
    writer.write('quiet');
    folder.checkpoint(writer);
    clock.advance(299);
    assert.equal(folder.checkpoint(writer).parts.length, 0);
    clock.advance(1);
    folder.commit(folder.checkpoint(writer).parts);
    writer.write('last');
    folder.commit(folder.checkpoint(writer, true).parts);
    assert.deepEqual(folder.visible, { '/part-0-0.txt': 'old 0\nold 1\nold 2\nold 3\nold 4\n', '/part-0-1.txt': 'quiet\n', '/part-0-2.txt': 'last\n' });
    assert.deepEqual(folder.hidden, []);
  });

  test('a restore cuts a part to what the checkpoint covers, as often as it is restored', () => {
    const folder = new Folder({ rolling: LARGE });
    const first = folder.writer();
    first.write('covered');
    const { states } = folder.checkpoint(first);
    first.write('not covered');
    first.flush();
    first.close();
    for (let attemptNumber = 1; attemptNumber < 3; attemptNumber++) {
      const again = folder.writer({ attemptNumber }, states);
      again.write(`attempt ${attemptNumber}`);
      again.flush();
      again.close();
    }
    const last = folder.writer({ attemptNumber: 3 }, states);
    last.write('again');
    folder.commit(folder.checkpoint(last, true).parts);
    assert.deepEqual([folder.visible, folder.hidden], [{ '/part-0-0.txt': 'covered\n', '/part-0-1.txt': 'again\n' }, []]);
  });

  test('parts in progress of subtasks that are no more are taken over by one of the new ones, whoever cleans first', () => {
    for (const order of [[0, 1], [1, 0]]) {
      const folder = new Folder({ rolling: LARGE });
      const states = [0, 1, 2].flatMap((subtaskIndex) => {
        const writer = folder.writer({ subtaskIndex, parallelism: 3 });
        writer.write(`of ${subtaskIndex}`);
        const checkpoint = folder.checkpoint(writer);
        writer.write('lost');
        writer.flush();
        return checkpoint.states;
      });
      const writers = order.map((subtaskIndex) => folder.writer({ subtaskIndex, parallelism: 2, attemptNumber: 1 }, states));
      for (const writer of writers) writer.flush();
      for (const writer of writers) folder.commit(folder.checkpoint(writer, true).parts);
      assert.deepEqual([folder.visible, folder.hidden], [{ '/part-0-0.txt': 'of 0\n', '/part-1-0.txt': 'of 1\n', '/part-2-0.txt': 'of 2\n' }, []]);
    }
  });

  test('a part that was closed after a checkpoint knew of it is not taken for a lost one before it is committed', () => {
    const folder = new Folder({ rolling: LARGE });
    const first = folder.writer();
    first.write('row');
    folder.checkpoint(first);
    folder.platform.clock.advance(2000);
    const { parts, states } = folder.checkpoint(first);
    assert.equal(parts.length, 1);
    folder.writer({ attemptNumber: 1 }, states).flush();
    folder.commit(parts);
    assert.deepEqual([folder.visible, folder.hidden], [{ '/part-0-0.txt': 'row\n' }, []]);
  });

  test('a subtask that no checkpoint knows of leaves nothing behind when its attempt is lost', () => {
    const folder = new Folder({ rolling: RollingPolicy.onCheckpoint() });
    const [known, fresh] = [0, 1].map((subtaskIndex) => folder.writer({ subtaskIndex, parallelism: 2 }));
    const { states } = folder.checkpoint(known!);
    fresh!.write('lost');
    folder.checkpoint(fresh!);
    folder.writer({ subtaskIndex: 1, parallelism: 2, attemptNumber: 1 }, states).flush();
    assert.deepEqual(folder.hidden, []);
  });

  test('each bucket has parts of its own, and a lost attempt is cleaned in all of them', () => {
    const bucket: BucketAssigner<string> = (row) => `letter=${row[0]}/short`;
    const folder = new Folder({ bucket });
    const writer = folder.writer();
    for (const row of ['a1', 'b1', 'a2']) writer.write(row);
    const { parts, states } = folder.checkpoint(writer);
    writer.write('c1');
    writer.flush();
    const again = folder.writer({ attemptNumber: 1 }, states);
    folder.commit(parts);
    again.write('b2');
    folder.commit(folder.checkpoint(again).parts);
    assert.deepEqual([folder.visible, folder.hidden], [{ '/letter=a/short/part-0-0.txt': 'a1\na2\n', '/letter=b/short/part-0-1.txt': 'b1\n', '/letter=b/short/part-0-2.txt': 'b2\n' }, []]);
  });

  test('a bucket may not lead out of the folder, nor to hidden files', () => {
    for (const path of ['../out2', '/etc', 'a//b', 'a/.b', '_a']) {
      assert.throws(() => new Folder({ bucket: () => path }).writer().write('row'), { code: 'FILE_BUCKET_INVALID' }, path);
    }
  });

  test('buckets by time are those of the time zone', () => {
    const at = Date.UTC(2026, 0, 5, 23, 30, 9);
    const context = { timestamp: Number.NaN, watermark: 0, processingTime: at };
    assert.equal(dateTimeBuckets(undefined, 'UTC')('', context), '2026-01-05--23');
    const berlin = dateTimeBuckets('yyyy/MM/dd/HH-mm-ss', 'Europe/Berlin');
    assert.deepEqual([berlin('', context), berlin('', { ...context, processingTime: at + 1000 })], ['2026/01/06/00-30-09', '2026/01/06/00-30-10']);
    assert.throws(() => dateTimeBuckets(undefined, 'Europe/Nowhere'), { code: 'CONNECTOR_OPTION_INVALID' });
  });

  test('names and limits that cannot work are refused', () => {
    assert.throws(() => FileSink.forText('/out', { prefix: '.part' }), { code: 'CONNECTOR_OPTION_INVALID' });
    assert.throws(() => FileSink.forText('/out', { suffix: '7' }), { code: 'CONNECTOR_OPTION_INVALID' });
    assert.throws(() => RollingPolicy.bySizeAndTime({ maxPartBytes: 0 }), { code: 'CONNECTOR_OPTION_INVALID' });
  });
});

describe('folders that are complete', () => {
  const byWatermark = { successFile: '_SUCCESS', isComplete: (bucket: string, { watermark }: { readonly watermark: number }) => watermark >= Number(bucket) };
  const bucket: BucketAssigner<string> = (record) => record.slice(0, record.indexOf(' '));
  const marks = (folder: Folder): string[] => Object.keys(folder.visible).filter((name) => name.endsWith('_SUCCESS')).sort();

  test('are marked with the checkpoint behind their end, and their parts are visible by then', () => {
    const folder = new Folder({ bucket, rolling: LARGE, partitionCommit: byWatermark });
    const writer = folder.writer();
    writer.write('10 a');
    writer.write('20 b');
    folder.commit(folder.checkpoint(writer).parts);
    assert.deepEqual(folder.visible, {});
    writer.writeWatermark(10);
    const { parts } = folder.checkpoint(writer);
    assert.deepEqual(marks(folder), []);
    folder.commit(parts);
    assert.deepEqual(folder.visible, { '/10/_SUCCESS': '', '/10/part-0-0.txt': '10 a\n' });
    folder.commit(parts);
    folder.commit(folder.checkpoint(writer, true).parts);
    assert.deepEqual(marks(folder), ['/10/_SUCCESS', '/20/_SUCCESS']);
  });

  test('are known to an attempt that goes on from a checkpoint, whoever wrote them', () => {
    const folder = new Folder({ bucket, rolling: RollingPolicy.onCheckpoint(), partitionCommit: byWatermark });
    const first = folder.writer({ subtaskIndex: 1, parallelism: 2 });
    first.write('10 a');
    const { parts, states } = folder.checkpoint(first);
    folder.commit(parts);
    const second = folder.writer({ attemptNumber: 1 }, states);
    second.writeWatermark(10);
    folder.commit(folder.checkpoint(second).parts);
    assert.deepEqual(marks(folder), ['/10/_SUCCESS']);
  });

  test('that get late records are marked again', () => {
    const folder = new Folder({ bucket, rolling: RollingPolicy.onCheckpoint(), partitionCommit: byWatermark });
    const writer = folder.writer();
    const partitions = (): unknown[] => folder.checkpoint(writer).parts.flatMap((part: FileCommittable) => ('partition' in part ? [part.partition] : []));
    writer.write('10 a');
    writer.writeWatermark(10);
    assert.deepEqual(partitions(), ['/out/10']);
    assert.deepEqual(partitions(), []);
    writer.write('10 late');
    assert.deepEqual(partitions(), ['/out/10']);
  });
});

describe('files of blocks', () => {
  /** Blocks of two records, between a head and an end. */
  class Blocks implements PartEncoder<string> {
    #complete = 'head;';
    #records: string[] = [];

    get pendingBytes(): number {
      return this.#records.join('').length;
    }

    add(record: string): void {
      this.#records.push(record);
      if (this.#records.length === 2) this.#complete += `[${this.#records.splice(0).join()}];`;
    }

    take(): Uint8Array {
      const bytes = Buffer.from(this.#complete);
      this.#complete = '';
      return bytes;
    }

    finish(): Uint8Array {
      return Buffer.from(`${this.#complete}[${this.#records.join()}];end`);
    }
  }

  const platform = simulatedPlatform({ seed: 1 });
  const written = (rolling: RollingPolicy, directory: string): string[] => {
    const { files, clock } = platform;
    const context = new RecordingSinkContext({ files, clock });
    const sink = FileSink.forBulk<string>(directory, () => new Blocks(), { rolling });
    const writer = sink.createWriter(context);
    for (const record of ['a', 'b', 'c', 'd', 'e']) {
      writer.write(record);
      if (record === 'c') sink.createCommitter(context).commit((writer.flush(), writer.prepareCommit()));
    }
    sink.createCommitter(context).commit((writer.flush(true), writer.prepareCommit()));
    return files.listSync(directory).map(({ path }) => Buffer.from(files.readSync(path)).toString());
  };

  test('each is whole when a checkpoint makes it visible', () => {
    assert.deepEqual(written(RollingPolicy.onCheckpoint(), '/blocks'), ['head;[a,b];[c];end', 'head;[d,e];[];end']);
  });

  test('one that has its size ends before the checkpoint', () => {
    assert.deepEqual(written(RollingPolicy.onCheckpoint({ maxPartBytes: 10 }), '/small'), ['head;[a,b];[];end', 'head;[c];end', 'head;[d,e];[];end']);
  });

  test('they cannot go on over checkpoints', () => {
    assert.throws(() => written(RollingPolicy.bySizeAndTime(), '/never'), { code: 'CONNECTOR_OPTION_INVALID', message: /blocks are not continued behind a checkpoint/ });
  });
});
