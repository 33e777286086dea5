// Map per key from integers to numbers in managed memory: no object per key or entry; an empty map counts as none. What distinct
// aggregates remember. hot path. Thread: the slot's.
import { failTypeMismatch } from '#core/errors/type-errors';
import { isInt64 } from '#core/columns/exact-integer';
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import type { HeapCell } from '#state/heap/heap-cell';
import { fitsColumn, isColumnType } from '#state/heap/heap-number-cell';
import type { KeyContext } from '#state/heap/key-context';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { MapCell } from '#state/keyed/state-cells';
import { NumberMaps } from '#state/tables/number-maps';
import { WideKeys } from '#state/tables/wide-keys';

type Key = number | bigint | null;
type Value = number | boolean;

const ABSENT = -1;

/** Whether maps of these types lie in managed memory. */
export function isNumberMap(keyType: TypeInformation | undefined, type: TypeInformation | undefined): boolean {
  const kind = keyType?.kind === 'nullable' ? keyType.inner.kind : keyType?.kind;
  return (kind === 'int' || kind === 'long' || kind === 'int64') && isColumnType(type);
}

export class HeapNumberMapCell implements MapCell<Key, Value>, HeapCell {
  readonly presence;
  readonly #context: KeyContext;
  readonly #codec: StoredCodec;
  readonly #keyType: TypeInformation;
  readonly #type: TypeInformation;
  readonly #isNullable: boolean;
  readonly #isInt: boolean;
  readonly #isInt64: boolean;
  readonly #isBoolean: boolean;
  readonly #maps: NumberMaps;
  readonly #wide = new WideKeys();

  constructor(context: KeyContext, codec: StoredCodec, keyType: TypeInformation, type: TypeInformation) {
    const { memory, owner } = context.table.columns;
    this.#context = context;
    this.#codec = codec;
    this.#keyType = keyType;
    this.#type = type;
    const { kind } = keyType.kind === 'nullable' ? keyType.inner : keyType;
    this.#isNullable = keyType.kind === 'nullable';
    this.#isInt = kind === 'int';
    this.#isInt64 = kind === 'int64';
    this.#isBoolean = type.kind === 'boolean';
    this.presence = context.allocateBit();
    this.#maps = new NumberMaps(memory, owner, context.table.columns);
  }

  get(key: Key): Value | null {
    const slot = this.#find(key);
    return slot === ABSENT ? null : this.#valueAt(slot);
  }

  put(key: Key, value: Value): void {
    this.putOwned(key, value);
  }

  putOwned(key: Key, value: Value): void {
    if (!fitsColumn(this.#type.kind, value)) failTypeMismatch(this.#type, '', value);
    this.#maps.setValue(this.#findOrInsert(key), value as number);
  }

  /** Sets bits of the key's value, which is 0 when it is not there; returns what it was. */
  addBits(key: Key, bits: number): number {
    const slot = this.#findOrInsert(key);
    const before = this.#maps.valueAt(slot);
    this.#maps.setValue(slot, before | bits);
    return before;
  }

  remove(key: Key): void {
    if (this.#find(key) === ABSENT) return;
    const row = this.#context.rowForWrite();
    this.#drop(row, this.#find(key));
    if (this.#maps.countOf(row) === 0) this.#context.markAbsent(row, this.presence);
  }

  has(key: Key): boolean {
    return this.#find(key) !== ABSENT;
  }

  /** Entries may be put and removed meanwhile: those that are there at the start and not removed come. */
  *entries(): IterableIterator<[Key, Value]> {
    const row = this.#context.row();
    const codes: number[] = [];
    for (let entry = this.#first(); entry !== ABSENT; entry = this.#maps.nextOf(entry)) codes.push(this.#maps.keyOfEntry(entry));
    for (const code of codes) {
      const slot = this.#maps.find(row, code);
      if (slot !== ABSENT) yield [this.#wide.keyOf(code), this.#valueAt(slot)];
    }
  }

  *keys(): IterableIterator<Key> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): IterableIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  isEmpty(): boolean {
    return this.#first() === ABSENT;
  }

  clear(): void {
    if (this.isEmpty()) return;
    const row = this.#context.rowForWrite();
    for (let entry = this.#maps.firstOf(row); entry !== ABSENT; entry = this.#maps.firstOf(row)) this.#drop(row, this.#maps.find(row, this.#maps.keyOfEntry(entry)));
    this.#context.markAbsent(row, this.presence);
  }

  isKept(): boolean {
    return true;
  }

  writeRow(row: number, output: DataOutput): void {
    output.writeVarUint(this.#maps.countOf(row));
    for (let entry = this.#maps.firstOf(row); entry !== ABSENT; entry = this.#maps.nextOf(entry)) {
      const code = this.#maps.keyOfEntry(entry);
      this.#codec.writeKey(this.#wide.keyOf(code), output);
      this.#codec.writeValue(this.#valueAt(this.#maps.find(row, code)), output);
    }
  }

  readEntry(input: DataInput, codec: StoredCodec): void {
    const count = input.readVarUint();
    for (let i = 0; i < count; i++) {
      const key = codec.readKey(input) as Key;
      this.putOwned(key, codec.readValue(input) as Value);
    }
  }

  release(): void {
    this.#maps.release();
    this.#wide.clear();
  }

  #first(): number {
    const row = this.#context.row();
    return row < 0 ? ABSENT : this.#maps.firstOf(row);
  }

  #find(key: Key): number {
    const row = this.#context.row();
    if (row < 0) return ABSENT;
    if (typeof key === 'number') return this.#maps.find(row, key);
    const code = this.#wide.codeOf(key);
    return code === undefined ? ABSENT : this.#maps.find(row, code);
  }

  /** Slot of the key in the current key's map, both made if need be. Throws TYPE_MISMATCH. */
  #findOrInsert(key: Key): number {
    const known = this.#find(key);
    if (known !== ABSENT) {
      this.#context.rowForWrite();
      return known;
    }
    if (!this.#fits(key)) failTypeMismatch(this.#keyType, '', key);
    const row = this.#context.rowForWrite();
    if (this.#maps.countOf(row) === 0) this.#context.markPresent(row, this.presence);
    return this.#maps.findOrInsert(row, typeof key === 'number' ? key + 0 : this.#wide.take(key));
  }

  #drop(row: number, slot: number): void {
    const key = this.#maps.keyAt(slot);
    this.#maps.remove(row, slot);
    this.#wide.release(key);
  }

  #valueAt(slot: number): Value {
    const value = this.#maps.valueAt(slot);
    return this.#isBoolean ? value !== 0 : value;
  }

  #fits(key: Key): boolean {
    if (key === null) return this.#isNullable;
    if (this.#isInt64) return isInt64(key);
    return this.#isInt ? ((key as number) | 0) === key : Number.isSafeInteger(key);
  }
}
