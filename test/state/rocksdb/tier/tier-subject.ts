// A tier over a database of its own, with calls in the words of text: family 0 holds values, family 1 lists.
import { DataOutput } from '#core/serialization/data-output';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { RocksDbSlot } from '#state/rocksdb/rocksdb-slot';
import { TierStore } from '#state/rocksdb/tier-store';
import type { TierFamily } from '#state/rocksdb/tier/hot-tier';
import { directoryOf, testFiles } from '../rocksdb-fixture.js';

export interface TierSubjectOptions {
  readonly rowsMax?: number;
  readonly valueBytesMax?: number;
  /** What its database holds may be more than goes through the tier; a new one unless given. */
  readonly directory?: string;
  readonly onStalled?: () => void;
}

const FAMILIES = [{ name: 'values', shape: 'value', ttlMs: undefined }, { name: 'lists', shape: 'list', ttlMs: undefined }] as const;

export class TierSubject {
  readonly store: TierStore;
  readonly #output = new DataOutput();

  constructor(slot: RocksDbSlot, options: TierSubjectOptions = {}) {
    const { onStalled = () => {}, rowsMax = Number.POSITIVE_INFINITY, valueBytesMax = 2 ** 31 - 1, directory } = options;
    this.store = new TierStore({ slot, files: testFiles, directory: directory ?? directoryOf(), owner: 'test', clock: new SimulatedClock(), instanceId: 'test', families: directory === undefined ? [] : [...FAMILIES], hotTierRowsMax: rowsMax, valueBytesMax, onStalled });
  }

  family(index: number): TierFamily {
    return this.store.family(FAMILIES[index]!);
  }

  place(key: string): [length: number, hash: number] {
    const { tier } = this.store;
    tier.reserveKey(key.length);
    tier.rows.bytes.set(Buffer.from(key, 'latin1'));
    return [key.length, tier.sealKey(key.length)];
  }

  bytes(text: string): DataOutput {
    this.#output.reset();
    this.#output.writeBytes(Buffer.from(text, 'latin1'));
    return this.#output;
  }

  read(family: number, key: string): string | undefined {
    const { tier } = this.store;
    if (!tier.read(this.family(family), ...this.place(key))) return undefined;
    return Buffer.from(tier.valueBytes.slice(tier.valueOffset, tier.valueOffset + tier.valueLength)).toString('latin1');
  }

  put(family: number, key: string, value: string): void {
    this.store.tier.put(this.family(family), ...this.place(key), this.bytes(value));
  }

  append(key: string, value: string): void {
    this.store.tier.append(this.family(1), ...this.place(key), this.bytes(value));
  }

  remove(family: number, key: string): void {
    this.store.tier.remove(this.family(family), ...this.place(key));
  }

  scan(family: number, countMax = Number.POSITIVE_INFINITY, lower = ''): [string, string][] {
    const found: [string, string][] = [];
    this.store.scan.run(this.family(family), { lower: Buffer.from(lower, 'latin1'), upper: undefined }, countMax, (bytes, keyOffset, keyLength, valueOffset, valueLength) => {
      found.push([Buffer.from(bytes.slice(keyOffset, keyOffset + keyLength)).toString('latin1'), Buffer.from(bytes.slice(valueOffset, valueOffset + valueLength)).toString('latin1')]);
    });
    return found;
  }
}
