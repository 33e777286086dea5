// Shrinks a partly filled frame in place before it is published, so that a flush of few rows does not occupy a ring as
// a full frame would. Columns move down only, in order, so no byte is overwritten before it is moved.
import { type Batch, layoutOf } from '#core/columns/frame';
import type { ColumnKind } from '#core/columns/schema';

const BYTES: Readonly<Record<ColumnKind, number>> = { u8: 1, i32: 4, f64: 8, i64: 8, var: 4, presence: 0 };
const CAPACITY_MIN = 8;

/** Rows filled below which a frame is worth shrinking: a quarter of its capacity. */
export function isWorthCompacting(batch: Batch): boolean {
  return batch.count * 4 <= batch.layout.capacity && batch.layout.capacity > CAPACITY_MIN && batch.layout.heapStart > 1024;
}

/** Gives the batch the smallest power-of-two capacity that holds its rows. Cost: one copy of the filled bytes. */
export function compactFrame(batch: Batch): void {
  let capacity = CAPACITY_MIN;
  while (capacity < batch.count) capacity *= 2;
  const from = batch.layout;
  if (capacity >= from.capacity) return;
  const to = layoutOf(from.schema, capacity);
  const { u8 } = batch.memory;
  const base = batch.base;
  const move = (source: number, target: number, bytes: number): void => {
    if (source !== target && bytes > 0) u8.copyWithin(base + target, base + source, base + source + bytes);
  };
  const validityBytes = ((batch.count + 31) >>> 5) * 4;
  move(from.eventTimes, to.eventTimes, batch.count * 8);
  from.columns.forEach((column, index) => {
    const target = to.columns[index]!;
    if (column.validity !== -1) move(column.validity, target.validity, validityBytes);
    if (column.data !== -1) move(column.data, target.data, batch.count * BYTES[column.kind]);
    if (column.lengths !== -1) move(column.lengths, target.lengths, batch.count * 4);
  });
  move(from.heapStart, to.heapStart, batch.heapLength);
  batch.layout = to;
}

