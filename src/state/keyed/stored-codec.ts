// Bytes of what a cell stores per key, element or map entry: the value and, with time to live, its last access.
//   stored value = | value by its serializer | last access, float64 epoch ms, only with time to live |
// Invariant: a codec with time to live reads what one without wrote and the other way round, through `reading`.
// Thread: the slot's.
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import type { Clock } from '#platform/clock/clock';
import { TtlValue } from '#state/keyed/state-cells';
import type { ValueReader } from '#state/snapshot/serializer-compatibility';

export interface StoredCodecOptions {
  readonly serializer: TypeSerializer;
  /** Of map keys. */
  readonly keySerializer?: TypeSerializer | undefined;
  readonly clock: Clock;
  /** Of the cell, when it stores TtlValues. */
  readonly ttlMs: number | undefined;
  /** Whether the bytes hold last accesses; as the cell stores, unless made by `reading`. */
  readonly hasTtlBytes: boolean;
}

export class StoredCodec {
  readonly #options: StoredCodecOptions;
  readonly #readPlain: ValueReader;

  /** @param readPlain of the value without its last access; that of the serializer unless given. */
  constructor(options: StoredCodecOptions, readPlain: ValueReader = (input) => options.serializer.read(input)) {
    this.#options = options;
    this.#readPlain = readPlain;
  }

  /** Gives the same stored form from bytes of a snapshot that was written with another type or time to live. */
  reading(readPlain: ValueReader, hasTtlBytes: boolean): StoredCodec {
    return new StoredCodec({ ...this.#options, hasTtlBytes }, readPlain);
  }

  writeValue(stored: unknown, output: DataOutput): void {
    const { serializer, hasTtlBytes } = this.#options;
    serializer.write(hasTtlBytes ? (stored as TtlValue).value : stored, output);
    if (hasTtlBytes) output.writeFloat64((stored as TtlValue).lastAccessMs);
  }

  /** The stored form of the cell: a value without last access counts as accessed now. */
  readValue(input: DataInput): unknown {
    const { hasTtlBytes, ttlMs, clock } = this.#options;
    const value: unknown = this.#readPlain(input);
    const lastAccessMs = hasTtlBytes ? input.readFloat64() : Math.floor(clock.now());
    return ttlMs === undefined ? value : new TtlValue(value, lastAccessMs);
  }

  writeKey(key: unknown, output: DataOutput): void {
    this.#options.keySerializer!.write(key, output);
  }

  readKey(input: DataInput): unknown {
    return this.#options.keySerializer!.read(input);
  }

  /** False for what has expired: snapshots and restores leave it out. */
  isKept(stored: unknown): boolean {
    const { ttlMs, clock } = this.#options;
    return ttlMs === undefined || (stored as TtlValue).lastAccessMs + ttlMs > clock.now();
  }
}
