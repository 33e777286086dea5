// The input of simulated jobs: splits of rows that are a pure function of split and position, read from the position that a
// checkpoint has kept, as far as the run has come.
import { Types } from '#core/types/type-information';
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import { ReadStatus, type ReaderOutput, type RowSourceReader, type Source, type SourceReaderContext, type SplitEnumerator, type SplitEnumeratorContext } from '#streaming/source/source';
import type { World } from './world.js';

export interface Row {
  /** Of the split. */
  readonly s: number;
  /** Position in it. */
  readonly n: number;
  readonly key: string;
  /** All rows of it come from one split, in order. */
  readonly lane: string;
  readonly time: number;
  readonly value: number;
  /** Makes rows large, so that few of them fill a ring. */
  readonly pad: string;
}

export const ROW_TYPE = Types.ROW({ s: Types.INT, n: Types.INT, key: Types.STRING, lane: Types.STRING, time: Types.LONG, value: Types.INT, pad: Types.STRING });

export interface InputShape {
  /** Readers ask for one split after the other; else all splits are dealt out at the start. */
  readonly isOnDemand: boolean;
  readonly splits: number;
  readonly rowsPerSplit: number;
  readonly keys: number;
  readonly padChars: number;
  /** Rows that a reader hands out at a time. */
  readonly rowsPerPoll: number;
  /** Tells the inputs of one job apart. */
  readonly salt: number;
}

/** Event time between two rows of a split, ms. */
export const ROW_MS = 10;
/** How far rows are out of order, ms. */
export const DISORDER_MS = 30;
const LANES_PER_SPLIT = 2;

export function rowAt(s: number, n: number, { keys, padChars, salt }: InputShape): Row {
  const mixed = Math.imul(n * 31 + s * 17 + salt * 101 + 7, 0x9e3779b1) >>> 8;
  return { s, n, key: `k${mixed % keys}`, lane: `l${s}.${n % LANES_PER_SPLIT}`, time: n * ROW_MS + (mixed % 4) * 10, value: mixed % 101, pad: 'x'.repeat(padChars) };
}

export function allRows(shape: InputShape): readonly Row[] {
  return Array.from({ length: shape.splits }, (_, s) => Array.from({ length: shape.rowsPerSplit }, (_row, n) => rowAt(s, n, shape))).flat();
}

interface InputSplit {
  readonly id: string;
  readonly index: number;
  readonly position: number;
}

/** A reader that waits for its input looks again after this, ms. */
const POLL_MS = 4;

export class SimulatedSource implements Source<Row, InputSplit, RemainingSplits<InputSplit>> {
  readonly name = 'Simulated Source';
  readonly boundedness = 'bounded';
  readonly producedType = ROW_TYPE as never;
  readonly #world: World;
  readonly #shape: InputShape;

  constructor(world: World, shape: InputShape) {
    this.#world = world;
    this.#shape = shape;
  }

  createEnumerator(context: SplitEnumeratorContext<InputSplit>, checkpoint: RemainingSplits<InputSplit> | undefined): SplitEnumerator<InputSplit, RemainingSplits<InputSplit>> {
    const all = (): InputSplit[] => Array.from({ length: this.#shape.splits }, (_, index) => ({ id: `s${index}`, index, position: 0 }));
    return this.#shape.isOnDemand ? new OnDemandEnumerator(context, checkpoint?.remaining ?? all()) : new StaticSplitEnumerator(context, checkpoint, all);
  }

  createReader(context: SourceReaderContext): SimulatedReader {
    return new SimulatedReader(context, this.#world, this.#shape);
  }
}

/** Gives a split to whoever asks. */
class OnDemandEnumerator implements SplitEnumerator<InputSplit, RemainingSplits<InputSplit>> {
  readonly #context: SplitEnumeratorContext<InputSplit>;
  readonly #remaining: InputSplit[];

  constructor(context: SplitEnumeratorContext<InputSplit>, remaining: readonly InputSplit[]) {
    this.#context = context;
    this.#remaining = [...remaining];
  }

  start(): void {}

  addReader(): void {}

  handleSplitRequest(subtask: number): void {
    const split = this.#remaining.shift();
    if (split === undefined) this.#context.signalNoMoreSplits(subtask);
    else this.#context.assignSplit(split, subtask);
  }

  addSplitsBack(splits: readonly InputSplit[]): void {
    this.#remaining.push(...splits);
  }

  snapshot(): RemainingSplits<InputSplit> {
    return { remaining: [...this.#remaining] };
  }

  close(): void {}
}

class SimulatedReader implements RowSourceReader<Row, InputSplit> {
  readonly kind = 'rows';
  readonly #context: SourceReaderContext;
  readonly #world: World;
  readonly #shape: InputShape;
  #splits: InputSplit[] = [];
  #finished: string[] = [];
  #isComplete = false;
  #isWaiting = false;
  #hasAsked = false;

  constructor(context: SourceReaderContext, world: World, shape: InputShape) {
    this.#context = context;
    this.#world = world;
    this.#shape = shape;
  }

  start(): void {}

  addSplits(splits: readonly InputSplit[]): void {
    this.#splits.push(...splits);
    this.#hasAsked = false;
  }

  notifyNoMoreSplits(): void {
    this.#isComplete = true;
  }

  poll(output: ReaderOutput<Row>): ReadStatus {
    this.#isWaiting = false;
    const { rowsPerSplit, rowsPerPoll } = this.#shape;
    const readable = this.#world.readableOf(rowsPerSplit);
    for (let turns = this.#splits.length; turns > 0; turns--) {
      const split = this.#splits.shift()!;
      const end = Math.min(readable, split.position + rowsPerPoll, split.position + output.room);
      for (let n = split.position; n < end; n++) output.collect(rowAt(split.index, n, this.#shape), Number.NaN, split.id);
      if (end >= rowsPerSplit) this.#finished.push(split.id);
      else this.#splits.push({ ...split, position: Math.max(split.position, end) });
      if (end > split.position) return ReadStatus.MORE;
    }
    if (this.#splits.length === 0 && this.#isComplete) return ReadStatus.END;
    this.#isWaiting = this.#splits.length > 0;
    if (this.#shape.isOnDemand && !this.#isWaiting && !this.#hasAsked) {
      this.#hasAsked = true;
      this.#context.requestSplit();
    }
    return ReadStatus.NOTHING;
  }

  get nextPollMs(): number {
    return this.#isWaiting ? this.#context.clock.now() + POLL_MS : Number.POSITIVE_INFINITY;
  }

  splitIdOf(split: InputSplit): string {
    return split.id;
  }

  takeFinishedSplits(): readonly string[] {
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  snapshot(): readonly InputSplit[] {
    return this.#splits;
  }

  close(): void {}
}
