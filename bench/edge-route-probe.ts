// Child of exchange-bench.ts: sends rows one by one over an edge by key and reads the frames, on one thread; prints the CPU
// nanoseconds per row of both sides. Arguments: channels, edges. A second edge of another schema is used now and then, as
// the edge between two later operators of a job is.
import process from 'node:process';
import { FieldTree } from '#core/codegen/field-tree';
import { type TypeInformation, Types } from '#core/types/type-information';
import { createSameSlotChannel } from '#shuffle/channel/same-slot-channel';
import { GateEvent, InputGate } from '#shuffle/input-gate/input-gate';
import { Availability } from '#shuffle/result-partition/availability';
import { RecordWriter } from '#shuffle/result-partition/record-writer';

const [channels, edges] = process.argv.slice(2).map(Number) as [number, number];
const ROWS = 4_000_000;
const ROUNDS = 6;
const RING_BYTES = 1 << 20;
const STEP_ROWS = 512;

interface ProbedEdge {
  /** Sends rows from .. to - 1, by a loop of its own, as a chain does; returns where it stopped. */
  readonly send: (from: number, to: number) => number;
  readonly drain: () => void;
}

function createEdge(type: TypeInformation, keyField: string, record: string): ProbedEdge {
  const ends = Array.from({ length: channels }, () => createSameSlotChannel(RING_BYTES, { ring: () => undefined }));
  const availability = new Availability();
  const selector = new Function('row', `return row.${keyField};`) as (row: unknown) => number;
  const writer = new RecordWriter({
    producers: ends.map((end) => end.producer), partitioner: { kind: 'hash', key: { selector, type: Types.LONG } }, subtaskIndex: 0, consumerMaxParallelism: 128,
    type, reads: FieldTree.all(), availability, attempt: 0, recordBytesMax: 1 << 20, random: () => 0,
  });
  const gate = new InputGate({ inputs: [{ input: 0, consumers: ends.map((end) => end.consumer) }], recordBytesMax: 1 << 20, isExactlyOnce: true, monotonicMs: () => 0 });
  const text = `return (from, to) => { for (let i = from; i < to; i++) { emit(${record}, i); if (availability.blocked !== 0) return i + 1; } return to; };`;
  return {
    send: new Function('emit', 'availability', text)(writer.emit, availability) as ProbedEdge['send'],
    drain: () => {
      for (let event = gate.poll(); event !== GateEvent.NOTHING; event = gate.poll()) if (event === GateEvent.BATCH) gate.channel.release();
      if (availability.blocked !== 0) writer.drain();
    },
  };
}

const main = createEdge(Types.ROW({ auction: Types.LONG }), 'auction', '{ auction: (i * 7919) % 100003 }');
const other = createEdge(Types.ROW({ auction: Types.LONG, num: Types.LONG, windowEnd: Types.LONG }), 'windowEnd', '{ auction: i, num: 1, windowEnd: i * 10 }');

function runOther(rows: number): void {
  for (let row = 0; edges > 1 && row < rows;) {
    row = other.send(row, Math.min(rows, row + STEP_ROWS));
    other.drain();
  }
}

runOther(20_000);
let nanosBest = Number.POSITIVE_INFINITY;
for (let round = 0; round < ROUNDS; round++) {
  const before = process.cpuUsage();
  for (let row = 0; row < ROWS;) {
    row = main.send(row, Math.min(ROWS, row + STEP_ROWS));
    main.drain();
    if (row % 65_536 === 0) runOther(64);
  }
  const { user, system } = process.cpuUsage(before);
  nanosBest = Math.min(nanosBest, ((user + system) * 1000) / ROWS);
}
process.stdout.write(`${nanosBest}\n`);
