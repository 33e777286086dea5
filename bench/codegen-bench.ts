// Rows of the generated readers and writers: what a record costs on its way into columns and out again, declared against
// undeclared (inferred) rows of the same run. CPU time of this thread; the best round of each counts, in turn.
import assert from 'node:assert/strict';
import process from 'node:process';
import { createRowReader, type RowReader } from '#core/codegen/row-reader';
import { createRowWriter, type RowWriter } from '#core/codegen/row-writer';
import { Batch, type FrameLayout, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { inferType } from '#core/types/infer-type';
import { type TypeInformation, Types } from '#core/types/type-information';
import type { BenchRow } from './bench-row.js';

const ROWS = 1000;
const HEAP_BYTES = 160 * ROWS;
const UNDECLARED_RATIO_MAX = 1.5;

interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly dateTime: number;
  readonly extra: string;
}

const BID = Types.ROW({ auction: Types.LONG, bidder: Types.LONG, price: Types.LONG, channel: Types.STRING, url: Types.STRING, dateTime: Types.LONG, extra: Types.STRING });

/** One schema with a frame of its own. */
class RowPath {
  readonly #writer: RowWriter;
  readonly #reader: RowReader;
  readonly #layout: FrameLayout;
  readonly #memory: FrameMemory;
  readonly batch: Batch;

  constructor(type: TypeInformation) {
    const schema = schemaOf(type);
    this.#layout = layoutOf(schema, ROWS);
    this.#memory = FrameMemory.allocate(this.#layout.heapStart + HEAP_BYTES);
    this.#writer = createRowWriter(schema);
    this.#reader = createRowReader(schema);
    this.batch = new Batch(this.#memory, this.#layout);
  }

  append(rows: readonly unknown[]): void {
    this.#writer.open(this.#memory, 0, this.#layout, this.#memory.u8.length);
    for (let row = 0; row < ROWS; row++) this.#writer.append(rows[row], row);
    this.#writer.finish(this.batch);
  }

  /** Looks at numbers and lengths only, as far as a function of the user must: the objects are made whole. */
  read(look: (row: unknown) => number): number {
    this.#reader.bind(this.batch);
    let sum = 0;
    for (let row = 0; row < ROWS; row++) sum += look(this.#reader.read(row));
    return sum;
  }
}

/** Nanoseconds a record of each competitor. */
function bestNanoseconds(rounds: number, batches: number, competitors: readonly (() => void)[]): number[] {
  const best = competitors.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    competitors.forEach((run, index) => {
      const before = process.cpuUsage();
      for (let batch = 0; batch < batches; batch++) run();
      const cpu = process.cpuUsage(before);
      if (round > 0) best[index] = Math.min(best[index]!, ((cpu.user + cpu.system) * 1000) / (batches * ROWS));
    });
  }
  return best;
}

function pathRows(name: string, type: TypeInformation, rows: readonly unknown[], look: (row: unknown) => number, quick: boolean): BenchRow[] {
  const declared = new RowPath(type);
  const undeclared = new RowPath(inferType(rows.slice(0, 100)));
  let sink = 0;
  const expected = rows.reduce((sum: number, row) => sum + look(row), 0);
  for (const path of [declared, undeclared]) {
    path.append(rows);
    assert.equal(path.batch.count, ROWS);
    assert.equal(path.read(look), expected, 'rows come back as they were');
  }
  const [append, read, both, inferred] = bestNanoseconds(quick ? 8 : 20, quick ? 100 : 200, [
    () => declared.append(rows),
    () => { sink += declared.read(look); },
    () => { declared.append(rows); sink += declared.read(look); },
    () => { undeclared.append(rows); sink += undeclared.read(look); },
  ]);
  assert.ok(Number.isFinite(sink));
  const plain = (label: string, figure: number): BenchRow => ({
    name: `row codegen, ${name}, ${label}`, figure, unit: 'CPU ns/record', anchor: undefined, anchorName: '', ratio: undefined, target: 'none', isPass: undefined, higherIsBetter: false,
  });
  return [
    plain('append to columns', append!),
    plain('read as object', read!),
    {
      name: `row codegen, ${name}, undeclared: append + read`, figure: inferred!, unit: 'CPU ns/record', anchor: both!, anchorName: 'declared, same run',
      ratio: inferred! / both!, target: `<= ${UNDECLARED_RATIO_MAX} x`, isPass: inferred! <= both! * UNDECLARED_RATIO_MAX, higherIsBetter: false,
    },
  ];
}

/** About 2 s quick, 10 s otherwise. */
export function codegenRows({ quick }: { quick: boolean }): BenchRow[] {
  const text = (seed: number, length: number): string => Array.from({ length }, (_, i) => String.fromCharCode(97 + ((seed * 31 + i * 7) % 26))).join('');
  const bids = Array.from({ length: ROWS }, (_, i): Bid => ({
    auction: 1000 + (i % 97), bidder: 2000 + (i % 89), price: 100 + i * 13, channel: text(i, 8), url: text(i, 68), dateTime: 1_700_000_000_000 + i, extra: text(i, 32),
  }));
  const narrow = Array.from({ length: ROWS }, (_, i) => ({ key: i % 97, value: i * 0.5, count: i }));
  return [
    ...pathRows('narrow (3 numbers)', Types.ROW({ key: Types.LONG, value: Types.DOUBLE, count: Types.LONG }), narrow, (row) => (row as { key: number }).key, quick),
    ...pathRows('full bid', BID, bids, (row) => (row as Bid).price + (row as Bid).url.length, quick),
  ];
}
