// Timers far off, in RocksDB: one entry each, without a value, in the order of time within each key group.
//   database key = | key group | timestamp: float64 big-endian, made to sort as bytes | key | has namespace: byte | namespace |
// In a section they look as timer-sections.ts says. Thread: the slot's.
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import type { TierAccess, TierCell } from '#state/rocksdb/tier-cell';
import { writeKeyGroup } from '#state/rocksdb/tier-key';
import type { TierFamily } from '#state/rocksdb/tier/hot-tier';
import type { TimerOverflow } from '#state/timers/timer-overflow';

const TIME_BYTES = 8;
const NOTHING = new DataOutput(1);

interface Taken {
  readonly timestamp: number;
  readonly bytes: Uint8Array;
}

export class TierTimers implements TimerOverflow, TierCell {
  readonly family: TierFamily;
  readonly isMap = false;
  readonly isKeyInside = true;
  size = 0;
  horizon = Number.POSITIVE_INFINITY;
  readonly #access: TierAccess;
  readonly #namespaceSerializer: TypeSerializer;
  readonly #keyGroupRange: KeyGroupRange;
  readonly #output = new DataOutput();
  readonly #input = new DataInput(new Uint8Array(0));
  readonly #time = new DataView(new ArrayBuffer(TIME_BYTES));

  /** Counts what is in the family: cost O(timers) after a restore. */
  constructor(access: TierAccess, family: TierFamily, namespaceSerializer: TypeSerializer, keyGroupRange: KeyGroupRange) {
    this.#access = access;
    this.family = family;
    this.#namespaceSerializer = namespaceSerializer;
    this.#keyGroupRange = keyGroupRange;
    access.scan.run(family, { lower: new Uint8Array(0), upper: undefined }, Number.POSITIVE_INFINITY, (bytes, keyOffset) => {
      this.size++;
      this.horizon = Math.min(this.horizon, this.#timestampAt(bytes, keyOffset));
    });
  }

  add(key: unknown, namespace: unknown, timestamp: number): boolean {
    const { tier } = this.#access;
    const length = this.#place(key, namespace, timestamp);
    const hash = tier.sealKey(length);
    if (tier.read(this.family, length, hash)) return false;
    tier.put(this.family, length, hash, NOTHING);
    this.size++;
    this.horizon = Math.min(this.horizon, timestamp);
    return true;
  }

  delete(key: unknown, namespace: unknown, timestamp: number): boolean {
    const { tier } = this.#access;
    const length = this.#place(key, namespace, timestamp);
    const hash = tier.sealKey(length);
    if (!tier.read(this.family, length, hash)) return false;
    tier.remove(this.family, length, hash);
    if (--this.size === 0) this.horizon = Number.POSITIVE_INFINITY;
    return true;
  }

  take(count: number, visit: (key: unknown, namespace: unknown, timestamp: number) => void): void {
    const { start, end } = this.#keyGroupRange;
    for (let perGroup = Math.ceil((2 * count) / (end - start + 1)) + 8; this.size > 0; perGroup *= 4) {
      const { taken, limit } = this.#earliest(perGroup);
      // Some group has more timers of its first timestamp than were looked at.
      if (taken.length === 0) continue;
      this.horizon = limit;
      this.size -= taken.length;
      for (const { bytes } of taken) this.#remove(bytes);
      for (const { timestamp, bytes } of taken) this.#read(bytes, timestamp, visit);
      return;
    }
  }

  writeEntry(): boolean {
    return false;
  }

  writeWhole(bytes: Uint8Array, keyOffset: number, keyLength: number, section: DataOutput): void {
    const start = this.#access.key.groupBytes + TIME_BYTES;
    section.writeBytes(bytes, keyOffset + start, keyLength - start);
    section.writeFloat64(this.#timestampAt(bytes, keyOffset));
  }

  /** Sections of timers are read by the timer service. */
  readEntry(): void {}

  /** The first timers of each group that are earlier than all that were not looked at, which begin with `limit`. */
  #earliest(perGroup: number): { readonly taken: readonly Taken[]; readonly limit: number } {
    const { scan, key } = this.#access;
    const found: Taken[] = [];
    let limit = Number.POSITIVE_INFINITY;
    let isCut = false;
    for (let group = this.#keyGroupRange.start; group <= this.#keyGroupRange.end; group++) {
      const range = { lower: writeKeyGroup(group, key.groupBytes), upper: writeKeyGroup(group + 1, key.groupBytes) };
      const count = scan.run(this.family, range, perGroup, (bytes, keyOffset, keyLength) => {
        found.push({ timestamp: this.#timestampAt(bytes, keyOffset), bytes: bytes.slice(keyOffset, keyOffset + keyLength) });
      });
      if (count < perGroup) continue;
      isCut = true;
      limit = Math.min(limit, found.at(-1)!.timestamp);
    }
    return { taken: isCut ? found.filter(({ timestamp }) => timestamp < limit) : found, limit };
  }

  #remove(bytes: Uint8Array): void {
    const { tier, key } = this.#access;
    key.forget();
    tier.reserveKey(bytes.length);
    tier.rows.bytes.set(bytes);
    tier.remove(this.family, bytes.length, tier.sealKey(bytes.length));
  }

  #read(bytes: Uint8Array, timestamp: number, visit: (key: unknown, namespace: unknown, timestamp: number) => void): void {
    const { serializer, groupBytes } = this.#access.key;
    const start = groupBytes + TIME_BYTES;
    this.#input.reset(bytes, start, bytes.length - start);
    const key = serializer.read(this.#input);
    visit(key, this.#input.readBoolean() ? this.#namespaceSerializer.read(this.#input) : undefined, timestamp);
  }

  /** The timer's database key at the arena's start; gives its length. */
  #place(key: unknown, namespace: unknown, timestamp: number): number {
    const { key: tierKey, tier } = this.#access;
    const output = this.#output;
    output.reset();
    output.writeBytes(writeKeyGroup(tierKey.keyGroupOf(key), tierKey.groupBytes));
    this.#writeTime(timestamp, output);
    tierKey.serializer.write(key, output);
    output.writeBoolean(namespace !== undefined);
    if (namespace !== undefined) this.#namespaceSerializer.write(namespace, output);
    tierKey.forget();
    tier.reserveKey(output.length);
    output.copyTo(tier.rows.bytes, 0);
    return output.length;
  }

  /** As bytes that compare as the numbers do: the sign is turned, and all bits of negative numbers. */
  #writeTime(timestamp: number, output: DataOutput): void {
    const time = this.#time;
    time.setFloat64(0, timestamp + 0);
    const isNegative = time.getUint8(0) >= 0x80;
    for (let i = 0; i < TIME_BYTES; i++) {
      const byte = time.getUint8(i);
      output.writeByte(isNegative ? byte ^ 0xff : i === 0 ? byte ^ 0x80 : byte);
    }
  }

  #timestampAt(bytes: Uint8Array, keyOffset: number): number {
    const at = keyOffset + this.#access.key.groupBytes;
    const time = this.#time;
    const isNegative = bytes[at]! < 0x80;
    for (let i = 0; i < TIME_BYTES; i++) {
      const byte = bytes[at + i]!;
      time.setUint8(i, isNegative ? byte ^ 0xff : i === 0 ? byte ^ 0x80 : byte);
    }
    return time.getFloat64(0);
  }
}
