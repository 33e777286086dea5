// Looks up rows without waiting for each answer: rows of the left stay in a queue, in their order, until their own answer and those
// of all before them are there. Watermarks wait in the same queue. What waits at a barrier is in the snapshot and asked again.
// One per subtask, on the slot's thread. Invariant: rows and watermarks leave in the order in which they came.
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import { MAX_WATERMARK } from '#core/time/watermarks';
import { type TypeInformation, Types } from '#core/types/type-information';
import type { Clock } from '#platform/clock/clock';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, Output, StreamOperator } from '#streaming/operator/stream-operator';
import type { AskedLookup, AsyncLookup } from '#table/factories/table-factory';
import type { TableRow } from '#table/runtime/row-kind';

const SECTION = 'lookup/queue';
const SECTION_VERSION = 1;
/** How often answers are looked for. */
const POLL_MS = 1;

/** A row without an answer is asked again, `attempts` times, each after the delay. */
export interface LookupRetry {
  readonly attempts: number;
  readonly delayMs: number;
}

export interface LookupOperatorOptions {
  readonly lookup: AsyncLookup;
  /** Undefined: the row has a NULL in its key, which equals nothing. */
  readonly keyOf: (row: TableRow) => readonly unknown[] | undefined;
  /** Rows of the result, for a row and what was found for it. */
  readonly join: (row: TableRow, found: readonly TableRow[], collect: (row: TableRow) => void) => void;
  readonly inputType: TypeInformation;
  /** Rows that may wait for answers at a time; more are not asked for yet. */
  readonly capacity: number;
  readonly retry: LookupRetry | undefined;
}

interface WaitingRow {
  readonly kind: 'row';
  readonly row: TableRow;
  readonly timestamp: number;
  asked: AskedLookup | undefined;
  hasBegun: boolean;
  attemptsLeft: number;
  /** When it is asked again; NaN while it is not to be. */
  dueMs: number;
  /** Undefined while it waits. */
  results: readonly TableRow[] | undefined;
  next: number;
}

type Waiting = WaitingRow | { readonly kind: 'watermark'; readonly watermark: number };

export class LookupOperator implements StreamOperator {
  readonly #options: LookupOperatorOptions;
  readonly #queue: Waiting[] = [];
  #rows = 0;
  /** Rows that have begun to wait, and have no answer. */
  #asking = 0;
  #clock!: Clock;
  #output!: Output;

  constructor(options: LookupOperatorOptions) {
    this.#options = options;
  }

  open({ clock, files, output, restored }: OperatorContext): void {
    this.#clock = clock;
    this.#output = output;
    this.#options.lookup.open({ clock, files });
    const serializer = createSerializer(this.#entryType);
    for (const { bytes } of restored?.operator(SECTION) ?? []) {
      const { row, timestamp } = serializer.read(new DataInput(bytes)) as { readonly row: TableRow; readonly timestamp: number };
      this.#enqueue(row, timestamp);
    }
  }

  processElement(row: TableRow, timestamp: number): void {
    this.#enqueue(row, timestamp);
    this.advance();
  }

  processWatermark(watermark: number): void {
    if (this.#queue.length === 0) this.#output.emitWatermark(watermark);
    else this.#queue.push({ kind: 'watermark', watermark });
  }

  processIdleness(isIdle: boolean): void {
    this.#output.emitIdleness(isIdle);
  }

  /** False while there is no room for another row, or the input has ended and something waits still. */
  advance(): boolean {
    this.#takeAnswers();
    while (this.#queue.length > 0) {
      if (this.#output.isBlocked) return false;
      const head = this.#queue[0]!;
      if (head.kind === 'watermark') this.#output.emitWatermark(head.watermark);
      else {
        if (head.results === undefined) break;
        while (head.next < head.results.length) {
          this.#output.collect(head.results[head.next++], head.timestamp);
          if (this.#output.isBlocked) return false;
        }
        this.#rows--;
      }
      this.#queue.shift();
    }
    const last = this.#queue.at(-1);
    return this.#rows < this.#options.capacity && !(last?.kind === 'watermark' && last.watermark === MAX_WATERMARK);
  }

  /** The loop comes back when there may be answers. */
  nextProcessingTime(): number {
    return this.#rows === 0 ? Number.POSITIVE_INFINITY : this.#clock.now() + POLL_MS;
  }

  onProcessingTime(): void {}

  snapshot(): OperatorSnapshot {
    const serializer = createSerializer(this.#entryType);
    const items = this.#queue.flatMap((entry) => {
      if (entry.kind === 'watermark') return [];
      const output = new DataOutput();
      serializer.write({ row: entry.row, timestamp: entry.timestamp }, output);
      return [output.toBytes()];
    });
    return { keyed: [], operator: items.length === 0 ? [] : [{ name: SECTION, version: SECTION_VERSION, mode: 'split', items }] };
  }

  /** Between the results of one row there is no place for a barrier. */
  get isMidRecord(): boolean {
    const [head] = this.#queue;
    return head?.kind === 'row' && head.next > 0;
  }

  close(): void {
    this.#options.lookup.close();
  }

  get #entryType(): TypeInformation {
    return Types.ROW({ row: this.#options.inputType, timestamp: Types.DOUBLE });
  }

  #enqueue(row: TableRow, timestamp: number): void {
    const entry: WaitingRow = { kind: 'row', row, timestamp, asked: undefined, hasBegun: false, attemptsLeft: this.#options.retry?.attempts ?? 0, dueMs: Number.NaN, results: undefined, next: 0 };
    this.#queue.push(entry);
    this.#rows++;
    if (this.#asking < this.#options.capacity) this.#begin(entry);
  }

  #begin(entry: WaitingRow): void {
    entry.hasBegun = true;
    this.#asking++;
    this.#ask(entry);
  }

  #ask(entry: WaitingRow): void {
    const key = this.#options.keyOf(entry.row);
    if (key === undefined) this.#answer(entry, []);
    else entry.asked = this.#options.lookup.ask(key);
  }

  /** Answers come in the order of the questions: behind the first that is not there yet nobody looks. */
  #takeAnswers(): void {
    for (const entry of this.#queue) {
      if (entry.kind === 'watermark' || entry.results !== undefined) continue;
      if (!entry.hasBegun) {
        if (this.#asking >= this.#options.capacity) return;
        this.#begin(entry);
      }
      if (entry.dueMs <= this.#clock.now()) {
        entry.dueMs = Number.NaN;
        this.#ask(entry);
      }
      if (entry.asked === undefined) continue;
      const found = entry.asked.tryTake();
      if (found === undefined) return;
      entry.asked = undefined;
      if (found.length === 0 && entry.attemptsLeft > 0) {
        entry.attemptsLeft--;
        entry.dueMs = this.#clock.now() + this.#options.retry!.delayMs;
      } else this.#answer(entry, found);
    }
  }

  #answer(entry: WaitingRow, found: readonly TableRow[]): void {
    const results: TableRow[] = [];
    this.#options.join(entry.row, found, (row) => results.push(row));
    entry.results = results;
    this.#asking--;
  }
}
