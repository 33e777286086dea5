// Entries of numeric keys and one number each as pieces per key group: what a section of such a state holds, written column
// by column into one arena instead of value by value through serializers. hot path: every row of a snapshot of numbers
// (measured: 5 times as fast). Thread: the slot's. Bench: bench/heap-snapshot-bench.ts.
// Invariant: bytes are those that the serializers of the types write: INT int32, LONG and DOUBLE float64, BOOLEAN a byte.
import { assert } from '#core/assert';
import type { TypeInformation } from '#core/types/type-information';
import type { GroupedOutput } from '#state/snapshot/grouped-output';

/** Pieces of all groups together, so that they stay in the processor's cache. */
const ARENA_BYTES = 1 << 20;
const PIECE_BYTES_MIN = 512;
const PIECE_BYTES_MAX = 8192;

/** How a number is written: its bytes tell which. */
const KIND = { BOOLEAN: 1, INT: 4, DOUBLE: 8, LONG: 9 } as const;
type Kind = (typeof KIND)[keyof typeof KIND];

/** Undefined where values of the type are no plain numbers. */
export function numberKindOf(type: TypeInformation | undefined): Kind | undefined {
  switch (type?.kind) {
    case 'boolean': return KIND.BOOLEAN;
    case 'int': return KIND.INT;
    case 'long': return KIND.LONG;
    case 'double': return KIND.DOUBLE;
    default: return undefined;
  }
}

export class NumberPieces {
  readonly #output: GroupedOutput;
  readonly #keyKind: Kind;
  readonly #valueKind: Kind;
  readonly #firstGroup: number;
  readonly #pieceBytes: number;
  readonly #arena: Uint8Array;
  readonly #view: DataView;
  /** Bytes written per group. */
  readonly #lengths: Int32Array;

  constructor(output: GroupedOutput, range: { readonly start: number; readonly end: number }, keyKind: Kind, valueKind: Kind) {
    this.#output = output;
    this.#keyKind = keyKind;
    this.#valueKind = valueKind;
    this.#firstGroup = range.start;
    const groups = range.end - range.start + 1;
    const entryBytes = bytesOf(keyKind) + bytesOf(valueKind);
    const wanted = Math.max(PIECE_BYTES_MIN, Math.min(PIECE_BYTES_MAX, Math.floor(ARENA_BYTES / groups)));
    this.#pieceBytes = wanted - (wanted % entryBytes);
    this.#arena = new Uint8Array(groups * this.#pieceBytes);
    this.#view = new DataView(this.#arena.buffer);
    this.#lengths = new Int32Array(groups);
  }

  /** Adds entries [from, to) of the columns where `masks` has the bit. @param groups key group of entry from + i. */
  add(keys: Float64Array, values: Float64Array, masks: Int32Array, bit: number, groups: Int32Array, from: number, to: number): void {
    const view = this.#view;
    const lengths = this.#lengths;
    const pieceBytes = this.#pieceBytes;
    const firstGroup = this.#firstGroup;
    const keyKind = this.#keyKind;
    const valueKind = this.#valueKind;
    for (let i = from; i < to; i++) {
      const group = groups[i - from]! - firstGroup;
      if (group < 0 || (masks[i]! & bit) === 0) continue;
      const at = writeNumber(view, group * pieceBytes + lengths[group]!, keyKind, keys[i]!);
      const length = writeNumber(view, at, valueKind, values[i]!) - group * pieceBytes;
      lengths[group] = length;
      if (length === pieceBytes) this.#give(group);
    }
  }

  /** Gives pieces that are not full. */
  flush(): void {
    for (let group = 0; group < this.#lengths.length; group++) if (this.#lengths[group]! > 0) this.#give(group);
  }

  #give(group: number): void {
    const start = group * this.#pieceBytes;
    const length = this.#lengths[group]!;
    assert(length <= this.#pieceBytes, `a piece of ${this.#pieceBytes} bytes holds ${length}`);
    this.#output.add(group + this.#firstGroup, this.#arena.slice(start, start + length));
    this.#lengths[group] = 0;
  }
}

function bytesOf(kind: Kind): number {
  return kind === KIND.LONG ? 8 : kind;
}

/** As DataOutput and the serializers write it; returns the offset behind it. */
function writeNumber(view: DataView, at: number, kind: Kind, value: number): number {
  switch (kind) {
    case KIND.LONG:
      view.setFloat64(at, value + 0, true);
      return at + 8;
    case KIND.DOUBLE:
      // One bit pattern for NaN, so that equal values have equal bytes.
      if (value === value) {
        view.setFloat64(at, value, true);
      } else {
        view.setUint32(at, 0, true);
        view.setUint32(at + 4, 0x7ff80000, true);
      }
      return at + 8;
    case KIND.INT:
      view.setInt32(at, value, true);
      return at + 4;
    default:
      view.setUint8(at, value);
      return at + 1;
  }
}
