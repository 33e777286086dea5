// Bytes of what a cell stores in RocksDB, and how they become those of a state's section and back.
//   stored value = | last access: int64 big-endian epoch ms, only with time to live | value by its serializer |
// The time comes first, where the database's compaction filter finds it. hot path. Thread: the slot's.
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import type { Clock } from '#platform/clock/clock';
import { TtlValue } from '#state/keyed/state-cells';
import type { StoredCodec } from '#state/keyed/stored-codec';

const TIME_BYTES = 8;
const TWO_32 = 2 ** 32;

export class TierCodec {
  readonly serializer: TypeSerializer;
  readonly ttlMs: number | undefined;
  readonly #clock: Clock;

  constructor(serializer: TypeSerializer, ttlMs: number | undefined, clock: Clock) {
    this.serializer = serializer;
    this.ttlMs = ttlMs;
    this.#clock = clock;
  }

  write(stored: unknown, output: DataOutput): void {
    if (this.ttlMs === undefined) {
      this.serializer.write(stored, output);
      return;
    }
    writeTime((stored as TtlValue).lastAccessMs, output);
    this.serializer.write((stored as TtlValue).value, output);
  }

  read(input: DataInput): unknown {
    if (this.ttlMs === undefined) return this.serializer.read(input);
    const lastAccessMs = readTime(input);
    return new TtlValue(this.serializer.read(input), lastAccessMs);
  }

  /** False for what has expired: sections leave it out. */
  isKept(bytes: Uint8Array, offset: number): boolean {
    return this.ttlMs === undefined || timeAt(bytes, offset) + this.ttlMs > this.#clock.now();
  }

  /** Appends a stored value as sections hold it. */
  copyToSection(bytes: Uint8Array, offset: number, length: number, section: DataOutput): void {
    if (this.ttlMs === undefined) {
      section.writeBytes(bytes, offset, length);
      return;
    }
    section.writeBytes(bytes, offset + TIME_BYTES, length - TIME_BYTES);
    section.writeFloat64(timeAt(bytes, offset));
  }

  /** Appends a section's value as it is stored here; false, with nothing written, when it has expired. @param codec that the section was written by. */
  copyFromSection(section: DataInput, codec: StoredCodec, output: DataOutput): boolean {
    const stored = codec.readValue(section);
    if (!codec.isKept(stored)) return false;
    this.write(stored, output);
    return true;
  }
}

function writeTime(timeMs: number, output: DataOutput): void {
  const high = Math.floor(timeMs / TWO_32);
  writeBigEndian(high, output);
  writeBigEndian(timeMs - high * TWO_32, output);
}

/** The low 32 bits of the value. */
export function writeBigEndian(value: number, output: DataOutput): void {
  output.writeByte(value >>> 24);
  output.writeByte(value >>> 16);
  output.writeByte(value >>> 8);
  output.writeByte(value);
}

function readTime(input: DataInput): number {
  const high = readBigEndian(input) | 0;
  return high * TWO_32 + readBigEndian(input);
}

export function readBigEndian(input: DataInput): number {
  const high = (input.readByte() << 8) | input.readByte();
  return high * 65_536 + ((input.readByte() << 8) | input.readByte());
}

function timeAt(bytes: Uint8Array, offset: number): number {
  const high = (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
  return high * TWO_32 + bigEndianAt(bytes, offset + 4);
}

export function bigEndianAt(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! * 2 ** 24 + ((bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!);
}
