// hot path. Copies rows of a batch into an open frame of the same schema, column by column: chosen rows (an exchange by
// key) or all of them at once. Invariant: a var column's bytes start at a multiple of 4 and occupy whole words, in the
// source as in the target. The loops are plain functions on typed arrays, so every schema and job shares one fast code.
// Bench: bench/exchange-bench.ts. Thread: the caller's.
import { assert } from '#core/assert';
import { type ColumnGuards, columnGuardsOf } from '#core/columns/column-guards';
import type { Batch, FrameLayout } from '#core/columns/frame';
import type { FrameMemory } from '#core/columns/frame-memory';

/** Rows whose texts are copied at a time: a few KiB, which stay in the L1 cache. */
const BLOCK_ROWS = 32;
/** Up to so many elements a loop is faster than the view that a block copy needs: 6 ns against 62 for one, the same for 32. */
const LOOP_MAX = 32;

/** An open frame and how far it is filled. Byte positions are absolute in `memory`. */
export interface FrameFill {
  readonly memory: FrameMemory;
  readonly base: number;
  readonly layout: FrameLayout;
  readonly heapEnd: number;
  count: number;
  /** Multiple of 4. */
  heapTop: number;
}

/**
 * Appends rows[from] .. rows[to - 1] of `source` as far as capacity and heap allow; returns the index behind the last
 * one taken. The source holds all columns that the frame has.
 */
export function gatherRows(source: Batch, rows: Int32Array, from: number, to: number, fill: FrameFill): number {
  const { schema } = fill.layout;
  assert(source.layout.schema === schema, 'rows are copied between frames of one schema');
  const end = Math.min(to, from + fill.layout.capacity - fill.count);
  if (gatherColumns(source, rows, from, end, fill)) return end;
  // The heap is full once per frame: only then is it worth knowing how many rows fit.
  const fitting = fittingRows(source, rows, from, end, fill);
  assert(gatherColumns(source, rows, from, fitting, fill), 'rows that were measured fit');
  return fitting;
}

/** Appends all rows of `source`, or none: false when they do not all fit. Copies columns and heap in blocks. */
export function appendBatch(source: Batch, fill: FrameFill): boolean {
  const { memory, layout, base, count } = fill;
  assert(source.layout.schema === layout.schema, 'rows are copied between frames of one schema');
  const added = source.count;
  const heapBytes = (source.heapLength + 3) & -4;
  if (count + added > layout.capacity || fill.heapTop + heapBytes > fill.heapEnd) return false;
  const from = source.memory;
  const shift = fill.heapTop - base - layout.heapStart;
  copyF64(memory.f64, ((base + layout.eventTimes) >>> 3) + count, from.f64, (source.base + source.layout.eventTimes) >>> 3, added);
  for (let index = 0; index < layout.columns.length; index++) {
    const column = layout.columns[index]!;
    const other = source.layout.columns[index]!;
    if (column.validity !== -1) copyBits(memory.i32, (base + column.validity) >>> 2, count, from.i32, (source.base + other.validity) >>> 2, added);
    switch (column.kind) {
      case 'u8': copyU8(memory.u8, base + column.data + count, from.u8, source.base + other.data, added); break;
      case 'i32': copyI32(memory.i32, ((base + column.data) >>> 2) + count, from.i32, (source.base + other.data) >>> 2, added); break;
      case 'f64': copyF64(memory.f64, ((base + column.data) >>> 3) + count, from.f64, (source.base + other.data) >>> 3, added); break;
      case 'i64': copyI32(memory.i32, ((base + column.data) >>> 2) + 2 * count, from.i32, (source.base + other.data) >>> 2, 2 * added); break;
      case 'var':
        addI32(memory.i32, ((base + column.data) >>> 2) + count, from.i32, (source.base + other.data) >>> 2, added, shift);
        copyI32(memory.i32, ((base + column.lengths) >>> 2) + count, from.i32, (source.base + other.lengths) >>> 2, added);
        break;
      case 'presence': break;
    }
  }
  const heap = source.base + source.layout.heapStart;
  if (heapBytes > 0) copyI32(memory.i32, fill.heapTop >>> 2, from.i32, heap >>> 2, heapBytes >>> 2);
  fill.count += added;
  fill.heapTop += heapBytes;
  return true;
}

/** False, and nothing is added, when the heap has no room for the var values of all rows. */
function gatherColumns(source: Batch, rows: Int32Array, from: number, end: number, fill: FrameFill): boolean {
  const { memory, layout, base, count } = fill;
  const other = source.memory;
  if (layout.schema.hasVar && !gatherHeap(source, rows, from, end, fill)) return false;
  gatherF64(memory.f64, ((base + layout.eventTimes) >>> 3) + count, other.f64, (source.base + source.layout.eventTimes) >>> 3, rows, from, end);
  for (let index = 0; index < layout.columns.length; index++) {
    const { kind, data, validity } = layout.columns[index]!;
    const target = base + data;
    const column = source.layout.columns[index]!;
    const start = source.base + column.data;
    if (validity !== -1) gatherBits(memory.i32, (base + validity) >>> 2, count, other.i32, (source.base + column.validity) >>> 2, rows, from, end);
    if (data === -1) continue;
    switch (kind) {
      case 'u8': gatherU8(memory.u8, target + count, other.u8, start, rows, from, end); break;
      case 'i32': gatherI32(memory.i32, (target >>> 2) + count, other.i32, start >>> 2, rows, from, end); break;
      case 'f64': gatherF64(memory.f64, (target >>> 3) + count, other.f64, start >>> 3, rows, from, end); break;
      case 'i64': gatherPairs(memory.i32, (target >>> 2) + 2 * count, other.i32, start >>> 2, rows, from, end); break;
      case 'var': break;
      case 'presence': break;
    }
  }
  fill.count = count + end - from;
  return true;
}

/** Rows whose var values fit the heap together. */
function fittingRows(source: Batch, rows: Int32Array, from: number, end: number, fill: FrameFill): number {
  let left = (fill.heapEnd - fill.heapTop) >>> 2;
  for (let at = from; at < end; at++) {
    left -= heapBytesAt(source, rows[at]!, fill.layout) >>> 2;
    if (left < 0) return at;
  }
  return end;
}

/** Heap bytes, padding included, that a row takes in a frame of `layout`. */
export function heapBytesAt(source: Batch, row: number, layout: FrameLayout): number {
  const guards = columnGuardsOf(layout.schema);
  const { columns } = layout;
  let words = 0;
  for (let index = 0; index < columns.length; index++) {
    if (columns[index]!.lengths !== -1 && (isAlwaysSet(guards[index]!) || isSetAt(source, guards[index]!, row))) words += wordsAt(source, index, row);
  }
  return words * 4;
}

function wordsAt(source: Batch, index: number, row: number): number {
  return (source.memory.i32[((source.base + source.layout.columns[index]!.lengths) >>> 2) + row]! + 3) >>> 2;
}

const isAlwaysSet = (guards: ColumnGuards): boolean => guards.set.length === 0 && guards.unlessSide === -1;

/**
 * The var columns. False, and nothing is added, when the heap is too small. Block by block: the texts of a row lie side by
 * side where a row writer made them, so that columns one after the other would fetch every cache line once per column.
 */
function gatherHeap(source: Batch, rows: Int32Array, from: number, end: number, fill: FrameFill): boolean {
  const { columns } = fill.layout;
  const { heapTop, count } = fill;
  const guards = columnGuardsOf(fill.layout.schema);
  for (let block = from; block < end; block += BLOCK_ROWS) {
    const blockEnd = Math.min(block + BLOCK_ROWS, end);
    for (let index = 0; index < columns.length; index++) {
      if (columns[index]!.kind !== 'var' || columns[index]!.data === -1 || gatherVar(source, index, guards[index]!, rows, block, blockEnd, fill, count + block - from)) continue;
      fill.heapTop = heapTop;
      return false;
    }
  }
  return true;
}

/** False when the heap is too small; what it holds is then undefined. @param toRow where the first row goes. */
function gatherVar(source: Batch, index: number, guards: ColumnGuards, rows: Int32Array, from: number, end: number, fill: FrameFill, toRow: number): boolean {
  const column = source.layout.columns[index]!;
  const target = fill.layout.columns[index]!;
  const offsets = (source.base + column.data) >>> 2;
  const lengths = (source.base + column.lengths) >>> 2;
  const heap = (source.base + source.layout.heapStart) >>> 2;
  const toOffsets = ((fill.base + target.data) >>> 2) + toRow;
  const toLengths = ((fill.base + target.lengths) >>> 2) + toRow;
  const toHeap = (fill.base + fill.layout.heapStart) >>> 2;
  const limit = fill.heapEnd >>> 2;
  const i32 = fill.memory.i32;
  const from32 = source.memory.i32;
  let top = fill.heapTop >>> 2;
  if (isAlwaysSet(guards)) {
    top = gatherText(i32, toOffsets, toLengths, toHeap, top, limit, from32, offsets, lengths, heap, rows, from, end);
  } else {
    for (let at = from; at < end && top !== -1; at++) {
      const row = rows[at]!;
      const isSet = isSetAt(source, guards, row);
      // An absent value gets length 0, so that whoever reads the copy by columns meets no stale offset.
      i32[toOffsets + at - from] = (top - toHeap) * 4;
      i32[toLengths + at - from] = isSet ? from32[lengths + row]! : 0;
      if (isSet) top = copyWords(i32, top, limit, from32, heap + (from32[offsets + row]! >>> 2), (from32[lengths + row]! + 3) >>> 2);
    }
  }
  if (top === -1) return false;
  fill.heapTop = top * 4;
  return true;
}

function isSetAt(source: Batch, guards: ColumnGuards, row: number): boolean {
  const { set, unlessSide } = guards;
  if (unlessSide !== -1 && hasBit(source, unlessSide, row)) return false;
  for (let i = 0; i < set.length; i++) if (!hasBit(source, set[i]!, row)) return false;
  return true;
}

function hasBit(source: Batch, column: number, row: number): boolean {
  const word = ((source.base + source.layout.columns[column]!.validity) >>> 2) + (row >>> 5);
  return ((source.memory.i32[word]! >>> (row & 31)) & 1) !== 0;
}

function gatherF64(to: Float64Array, at: number, source: Float64Array, start: number, rows: Int32Array, from: number, end: number): void {
  for (let i = from; i < end; i++) to[at++] = source[start + rows[i]!]!;
}

function gatherI32(to: Int32Array, at: number, source: Int32Array, start: number, rows: Int32Array, from: number, end: number): void {
  for (let i = from; i < end; i++) to[at++] = source[start + rows[i]!]!;
}

function gatherU8(to: Uint8Array, at: number, source: Uint8Array, start: number, rows: Int32Array, from: number, end: number): void {
  for (let i = from; i < end; i++) to[at++] = source[start + rows[i]!]!;
}

/** 64-bit integers as two words each: no BigInt is made. */
function gatherPairs(to: Int32Array, at: number, source: Int32Array, start: number, rows: Int32Array, from: number, end: number): void {
  for (let i = from; i < end; i++) {
    const pair = start + 2 * rows[i]!;
    to[at++] = source[pair]!;
    to[at++] = source[pair + 1]!;
  }
}

function gatherBits(to: Int32Array, word: number, count: number, source: Int32Array, start: number, rows: Int32Array, from: number, end: number): void {
  let row = count;
  for (let i = from; i < end; i++, row++) {
    const bit = (source[start + (rows[i]! >>> 5)]! >>> (rows[i]! & 31)) & 1;
    const at = word + (row >>> 5);
    to[at] = (to[at]! & ~(1 << (row & 31))) | (bit << (row & 31));
  }
}

/** The new top, or -1 when a value would end behind `limit`. Positions in words. */
function gatherText(
  to: Int32Array, offsetsAt: number, lengthsAt: number, heapAt: number, top: number, limit: number,
  source: Int32Array, offsets: number, lengths: number, heap: number, rows: Int32Array, from: number, end: number,
): number {
  let at = top;
  let target = 0;
  for (let i = from; i < end; i++, target++) {
    const row = rows[i]!;
    const length = source[lengths + row]!;
    let word = heap + (source[offsets + row]! >>> 2);
    to[offsetsAt + target] = (at - heapAt) << 2;
    to[lengthsAt + target] = length;
    const last = at + ((length + 3) >>> 2);
    if (last > limit) return -1;
    // A plain loop: unrolled ones were slower (35 ns for the three strings of a bid, 49 in fours).
    for (; at < last; at++, word++) to[at] = source[word]!;
  }
  return at;
}

function copyWords(to: Int32Array, at: number, limit: number, source: Int32Array, start: number, words: number): number {
  if (at + words > limit) return -1;
  for (let i = 0; i < words; i++) to[at + i] = source[start + i]!;
  return at + words;
}

// One `set` of a whole column: 0.2 ns a row where a loop takes 0.7.
function copyF64(to: Float64Array, at: number, source: Float64Array, start: number, n: number): void {
  if (n > LOOP_MAX) to.set(source.subarray(start, start + n), at);
  else for (let i = 0; i < n; i++) to[at + i] = source[start + i]!;
}

function copyI32(to: Int32Array, at: number, source: Int32Array, start: number, n: number): void {
  if (n > LOOP_MAX) to.set(source.subarray(start, start + n), at);
  else for (let i = 0; i < n; i++) to[at + i] = source[start + i]!;
}

function copyU8(to: Uint8Array, at: number, source: Uint8Array, start: number, n: number): void {
  if (n > LOOP_MAX) to.set(source.subarray(start, start + n), at);
  else for (let i = 0; i < n; i++) to[at + i] = source[start + i]!;
}

function addI32(to: Int32Array, at: number, source: Int32Array, start: number, n: number, added: number): void {
  for (let i = 0; i < n; i++) to[at + i] = source[start + i]! + added;
}

function copyBits(to: Int32Array, word: number, count: number, source: Int32Array, start: number, n: number): void {
  if ((count & 31) === 0) {
    copyI32(to, word + (count >>> 5), source, start, (n + 31) >>> 5);
    return;
  }
  for (let i = 0, row = count; i < n; i++, row++) {
    const bit = (source[start + (i >>> 5)]! >>> (i & 31)) & 1;
    const at = word + (row >>> 5);
    to[at] = (to[at]! & ~(1 << (row & 31))) | (bit << (row & 31));
  }
}
