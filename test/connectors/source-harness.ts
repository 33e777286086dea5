// Drives a source as the JobMaster and a slot would: an enumerator, one reader per subtask, rows read back from columns
// with the interpreted row reader. Everything runs on the calling thread, with a simulated platform.
import { createInterpretedRowReader } from '#core/codegen/row-reader';
import { Batch } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { simulatedPlatform } from '#platform/simulated-platform';
import type { Files } from '#platform/files/files';
import type { SimulatedClock } from '#platform/clock/simulated-clock';
import { ReadStatus, type Source, type SourceReader, type SplitEnumerator } from '#streaming/source/source';

export interface ReadRow {
  readonly value: unknown;
  readonly timestamp: number;
  readonly splitId: string;
}

export interface HarnessOptions {
  readonly parallelism?: number;
  /** Rows per fill or poll. */
  readonly room?: number;
  readonly heapBytes?: number;
  readonly files?: Files;
  readonly checkpoint?: SourceCheckpoint;
}

/** What a checkpoint holds of a source: splits with their readers, and the enumerator. */
export interface SourceCheckpoint {
  readonly splits: readonly (readonly unknown[])[];
  readonly enumerator: unknown;
}

export class SourceHarness {
  readonly clock: SimulatedClock;
  readonly files: Files;
  readonly counted = new Map<string, number>();
  readonly rows: ReadRow[][];
  readonly readers: SourceReader<unknown, unknown>[] = [];
  readonly #source: Source;
  readonly #enumerator: SplitEnumerator<unknown, unknown>;
  readonly #room: number;
  readonly #heapBytes: number;
  readonly #ended: boolean[];

  constructor(source: Source<any, any, any>, options: HarnessOptions = {}) { // any: sources of every record and split type
    const platform = simulatedPlatform({ seed: 1 });
    const parallelism = options.parallelism ?? 1;
    this.clock = platform.clock;
    this.files = options.files ?? platform.files;
    this.#source = source;
    this.#room = options.room ?? 100;
    this.#heapBytes = options.heapBytes ?? 1 << 20;
    this.rows = Array.from({ length: parallelism }, () => []);
    this.#ended = this.rows.map(() => false);
    this.#enumerator = source.createEnumerator({
      parallelism, files: this.files, clock: this.clock,
      assignSplit: (split, subtask) => this.readers[subtask]!.addSplits([split]),
      setIsProcessingBacklog: () => undefined,
      signalNoMoreSplits: (subtask) => this.readers[subtask]!.notifyNoMoreSplits(),
    }, options.checkpoint?.enumerator);
    this.#enumerator.start();
    for (let subtask = 0; subtask < parallelism; subtask++) this.#register(subtask, parallelism, options.checkpoint);
  }

  /** One fill or poll of a reader; returns its status. */
  step(subtask: number): ReadStatus {
    const reader = this.readers[subtask]!;
    const status = reader.kind === 'columns' ? this.#fill(reader, subtask) : this.#poll(reader, subtask);
    if (status === ReadStatus.END) this.#ended[subtask] = true;
    return status;
  }

  /** Reads on, readers in turn, until all have ended. */
  finish(stepsMax = 1_000_000): this {
    for (let step = 0; this.#ended.includes(false); step++) {
      if (step > stepsMax) throw new Error(`the readers did not end within ${stepsMax} steps`);
      const subtask = step % this.readers.length;
      if (!this.#ended[subtask]) this.step(subtask);
    }
    return this;
  }

  checkpoint(): SourceCheckpoint {
    return structuredClone({ splits: this.readers.map((reader) => reader.snapshot(1)), enumerator: this.#enumerator.snapshot(1) });
  }

  get values(): unknown[] {
    return this.rows.flat().map((row) => row.value);
  }

  #register(subtask: number, parallelism: number, checkpoint: SourceCheckpoint | undefined): void {
    const reader = this.#source.createReader({
      subtaskIndex: subtask, parallelism, files: this.files, clock: this.clock,
      requestSplit: () => this.#enumerator.handleSplitRequest(subtask),
      wake: () => undefined,
      count: (metric, by) => this.counted.set(metric, (this.counted.get(metric) ?? 0) + by),
    });
    this.readers.push(reader);
    // Restored splits are dealt out in turn, whatever reader had them before.
    const own = (checkpoint?.splits.flat() ?? []).filter((_, index) => index % parallelism === subtask);
    reader.start();
    if (own.length > 0) reader.addSplits(own);
    this.#enumerator.addReader(subtask);
  }

  #fill(reader: Extract<SourceReader<unknown, unknown>, { kind: 'columns' }>, subtask: number): ReadStatus {
    const schema = schemaOf(this.#source.producedType!);
    const bytes = 1024 + this.#room * (schema.rowBytes + 16 * schema.columns.length) + this.#heapBytes;
    // Not at the start of the memory, and dirty: a source may count on neither.
    const memory = FrameMemory.allocate(bytes);
    memory.u8.fill(0xa5);
    const batch = Batch.allocate(memory, schema, this.#room);
    batch.base = 512;
    const status = reader.fill(batch);
    const rowReader = createInterpretedRowReader(schema);
    rowReader.bind(batch);
    for (let row = 0; row < batch.count; row++) this.rows[subtask]!.push({ value: rowReader.read(row), timestamp: rowReader.eventTime(row), splitId: reader.splitId });
    return status;
  }

  #poll(reader: Extract<SourceReader<unknown, unknown>, { kind: 'rows' }>, subtask: number): ReadStatus {
    const rows = this.rows[subtask]!;
    const start = rows.length;
    const room = this.#room;
    return reader.poll({
      get room() {
        return room - (rows.length - start);
      },
      collect: (value, timestamp, splitId) => rows.push({ value, timestamp, splitId }),
    });
  }
}
