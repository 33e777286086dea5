// BITMAP values: sets of unsigned 32-bit integers, held sorted, with the portable serialized form of Roaring bitmaps. They are plain
// arrays, so that state and exchanges carry them.
import { FunctionError } from '#table/errors';

const COOKIE_PLAIN = 12346;
const COOKIE_RUNS = 12347;
const ARRAY_CARDINALITY_MAX = 4096;
const CONTAINER_BYTES = 8192;
const OFFSETS_FROM_COUNT = 4;

/** Ascending, without repetition. Never changed after it was made. */
export type Bitmap = Uint32Array;

/** From integers of any sign and order. */
export function bitmapOf(values: Iterable<number>): Bitmap {
  return Uint32Array.from(new Set(Uint32Array.from(values))).sort();
}

export function bitmapHas(bitmap: Bitmap, value: number): boolean {
  const wanted = value >>> 0;
  let low = 0;
  let high = bitmap.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = bitmap[middle]!;
    if (found === wanted) return true;
    if (found < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

export const bitmapOr = (left: Bitmap, right: Bitmap): Bitmap => merge(left, right, (inLeft, inRight) => inLeft || inRight);
export const bitmapAnd = (left: Bitmap, right: Bitmap): Bitmap => merge(left, right, (inLeft, inRight) => inLeft && inRight);
export const bitmapXor = (left: Bitmap, right: Bitmap): Bitmap => merge(left, right, (inLeft, inRight) => inLeft !== inRight);
export const bitmapAndNot = (left: Bitmap, right: Bitmap): Bitmap => merge(left, right, (inLeft, inRight) => inLeft && !inRight);

function merge(left: Uint32Array, right: Uint32Array, isKept: (inLeft: boolean, inRight: boolean) => boolean): Bitmap {
  const result = new Uint32Array(left.length + right.length);
  let count = 0;
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const a = l < left.length ? left[l]! : Infinity;
    const b = r < right.length ? right[r]! : Infinity;
    if (isKept(a <= b, b <= a)) {
      result[count] = Math.min(a, b);
      count += 1;
    }
    if (a <= b) l += 1;
    if (b <= a) r += 1;
  }
  return result.slice(0, count);
}

export const bitmapText = (bitmap: Bitmap): string => `{${bitmap.join(',')}}`;

export const sameBitmap = (left: Bitmap, right: Bitmap): boolean => left.length === right.length && left.every((value, index) => value === right[index]);

interface Container {
  readonly key: number;
  readonly low: number[];
}

function containersOf(bitmap: Bitmap): Container[] {
  const containers: Container[] = [];
  for (const value of bitmap) {
    const key = value >>> 16;
    let last = containers.at(-1);
    if (last?.key !== key) {
      last = { key, low: [] };
      containers.push(last);
    }
    last.low.push(value & 0xffff);
  }
  return containers;
}

const containerBytes = (container: Container): number => (container.low.length <= ARRAY_CARDINALITY_MAX ? container.low.length * 2 : CONTAINER_BYTES);

/** Cookie, count, (key, cardinality - 1) per container, offset per container, containers; little endian, without runs. */
export function bitmapToBytes(bitmap: Bitmap): Uint8Array {
  const containers = containersOf(bitmap);
  const headerBytes = 8 + containers.length * 8;
  const bytes = new Uint8Array(containers.reduce((sum, container) => sum + containerBytes(container), headerBytes));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, COOKIE_PLAIN, true);
  view.setUint32(4, containers.length, true);
  let at = headerBytes;
  for (const [index, container] of containers.entries()) {
    view.setUint16(8 + index * 4, container.key, true);
    view.setUint16(10 + index * 4, container.low.length - 1, true);
    view.setUint32(8 + containers.length * 4 + index * 4, at, true);
    if (container.low.length <= ARRAY_CARDINALITY_MAX) for (const [position, low] of container.low.entries()) view.setUint16(at + position * 2, low, true);
    else for (const low of container.low) bytes[at + (low >> 3)]! |= 1 << (low & 7);
    at += containerBytes(container);
  }
  return bytes;
}

export function bitmapFromBytes(bytes: Uint8Array): Bitmap {
  try {
    return readBitmap(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw new FunctionError('The bytes are no serialized Roaring bitmap', { cause });
  }
}

function readBitmap(view: DataView): Bitmap {
  const cookie = view.getUint32(0, true);
  const hasRuns = (cookie & 0xffff) === COOKIE_RUNS;
  if (!hasRuns && cookie !== COOKIE_PLAIN) throw new RangeError(`unknown cookie ${cookie}`);
  const count = hasRuns ? (cookie >>> 16) + 1 : view.getUint32(4, true);
  const flagsAt = 4;
  let at = hasRuns ? 4 + Math.ceil(count / 8) : 8;
  const headerAt = at;
  at += count * 4;
  if (!hasRuns || count >= OFFSETS_FROM_COUNT) at += count * 4;
  const values: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const base = view.getUint16(headerAt + index * 4, true) * 65536;
    const cardinality = view.getUint16(headerAt + index * 4 + 2, true) + 1;
    const isRun = hasRuns && ((view.getUint8(flagsAt + (index >> 3)) >> (index & 7)) & 1) === 1;
    at = isRun ? readRuns(view, at, base, values) : cardinality <= ARRAY_CARDINALITY_MAX ? readArray(view, at, base, cardinality, values) : readBits(view, at, base, values);
  }
  return Uint32Array.from(values);
}

function readRuns(view: DataView, start: number, base: number, values: number[]): number {
  const runs = view.getUint16(start, true);
  for (let run = 0; run < runs; run += 1) {
    const first = view.getUint16(start + 2 + run * 4, true);
    const length = view.getUint16(start + 4 + run * 4, true);
    for (let low = first; low <= first + length; low += 1) values.push(base + low);
  }
  return start + 2 + runs * 4;
}

function readArray(view: DataView, start: number, base: number, cardinality: number, values: number[]): number {
  for (let index = 0; index < cardinality; index += 1) values.push(base + view.getUint16(start + index * 2, true));
  return start + cardinality * 2;
}

function readBits(view: DataView, start: number, base: number, values: number[]): number {
  for (let low = 0; low < 65536; low += 1) if (((view.getUint8(start + (low >> 3)) >> (low & 7)) & 1) === 1) values.push(base + low);
  return start + CONTAINER_BYTES;
}
