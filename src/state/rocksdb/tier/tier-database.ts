// One RocksDB with the memory through which it is read and written: the arena of its hot tier. Values that no arena holds
// travel through memory of their own. Invariant: while a checkpoint is being made nothing is written. Thread: the slot's.
import { assert } from '#core/assert';
import { failValueTooLarge } from '#state/errors';
import { bytesNeeded, NOT_FOUND, WriteBatchBuffer, type ColumnFamily, type RegisteredMemory, type RocksDatabase, type RocksDbAddon } from '#state/rocksdb/native/rocksdb-addon';
import type { Arena } from '#state/rocksdb/tier/row-store';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import { i32ViewOf, u8ViewOf } from '#state/tables/segment-views';

/** Shared by the tiers of a slot, so that they stay within its part of managed memory together. */
export interface TierBudget {
  readonly bytesMax: number;
  usedBytes: number;
}

export interface TierDatabaseOptions {
  readonly addon: RocksDbAddon;
  readonly memory: MemoryManager;
  readonly owner: string;
  readonly budget: TierBudget;
  /** Time by which the database drops what has expired. */
  readonly nowMs: () => number;
  readonly open: (memory: RegisteredMemory) => RocksDatabase;
}

const ARENA_BYTES_MIN = 1 << 20;
const KEY_BYTES_MIN = 4096;
const EMPTY = new Uint8Array(0);
/** Beyond key and value in a write batch of one operation. */
const BATCH_OVERHEAD_BYTES = 64;

export class TierDatabase {
  readonly database: RocksDatabase;
  arena: Arena;
  keyBytes = KEY_BYTES_MIN;
  /** Writes that RocksDB refused because flushes or compactions are behind. */
  stalls = 0;
  /** Of these, writes in the middle of a record, which the record thread waited for. */
  waits = 0;
  readonly #options: TierDatabaseOptions;
  #segment: Segment;
  #registered: RegisteredMemory;
  /** Of the checkpoint being made. */
  #checkpoint: object | undefined;
  #isClosed = false;

  /** The first arena is taken whatever the budget. */
  constructor(options: TierDatabaseOptions) {
    this.#options = options;
    this.#segment = options.memory.allocate(ARENA_BYTES_MIN, options.owner);
    options.budget.usedBytes += this.#segment.bytes;
    this.arena = arenaOf(this.#segment);
    this.#registered = options.addon.registerMemory(this.arena.bytes);
    this.database = options.open(this.#registered);
  }

  /** Size of the next larger arena that the slot's share has room for: twice as large, else by the next size class; 0 for none. */
  get largerArenaBytes(): number {
    const { budget } = this.#options;
    const { bytes } = this.#segment;
    if (bytes > 1 << 29) return 0;
    const isPower = (bytes & (bytes - 1)) === 0;
    const steps = [bytes * 2, isPower ? bytes * 1.5 : (bytes / 3) * 4];
    return steps.find((larger) => budget.usedBytes + larger - bytes <= budget.bytesMax) ?? 0;
  }

  /** The database uses another arena from now on. Gives the function that lets go of the old one. */
  replaceArena(bytes: number, keyBytes: number): () => void {
    const { memory, owner, addon, budget } = this.#options;
    const segment = this.#segment;
    const registered = this.#registered;
    this.#segment = memory.allocate(bytes, owner);
    budget.usedBytes += this.#segment.bytes;
    this.arena = arenaOf(this.#segment);
    this.keyBytes = keyBytes;
    this.#registered = addon.registerMemory(this.arena.bytes);
    this.database.useMemory(this.#registered);
    return () => {
      registered.release();
      budget.usedBytes -= segment.bytes;
      memory.release(segment);
    };
  }

  /** Writes a packed batch in the arena; false, with nothing written, when RocksDB would have it wait. */
  tryWrite(offset: number, length: number): boolean {
    assert(this.#checkpoint === undefined, 'nothing is written while a checkpoint is made');
    this.database.setQueryTime(this.#options.nowMs());
    const isIn = this.database.tryWrite(offset, length);
    if (!isIn) this.stalls++;
    return isIn;
  }

  /** As tryWrite, but waits. */
  write(offset: number, length: number): void {
    this.waits++;
    this.database.write(offset, length);
  }

  /** Starts a checkpoint of what has been written; the promise settles when it is made. */
  checkpoint(directory: string): Promise<void> {
    assert(this.#checkpoint === undefined, 'one checkpoint is made at a time');
    const checkpoint = {};
    this.#checkpoint = checkpoint;
    return this.database.checkpoint(directory).finally(() => {
      if (this.#checkpoint === checkpoint) this.#checkpoint = undefined;
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isWritable(): boolean {
    return this.#checkpoint === undefined;
  }

  /** Waits for a checkpoint under way. */
  awaitWritable(): void {
    if (this.#checkpoint === undefined || this.#isClosed) return;
    this.database.awaitIdle();
    this.#checkpoint = undefined;
  }

  /** The whole value under the key at byte 0 of the arena, in memory of its own; empty when there is none. */
  readLarge(family: ColumnFamily, keyLength: number): Uint8Array {
    const result = family.get(0, keyLength, 0, 0);
    if (result === NOT_FOUND || result === 0) return EMPTY;
    const length = bytesNeeded(result);
    if (length >= 2 ** 31 - 2) failValueTooLarge(family.name, length, 2 ** 31 - 3);
    return this.#withMemory(keyLength, length, (bytes, offset) => {
      const read = family.get(0, keyLength, offset, length);
      assert(read === length, `a value is read whole: ${read} of ${length}`);
      return bytes.subarray(offset, offset + length);
    });
  }

  putLarge(family: ColumnFamily, keyLength: number, value: Uint8Array): void {
    assert(this.#checkpoint === undefined, 'nothing is written while a checkpoint is made');
    this.#withMemory(keyLength, value.length, (bytes, offset) => {
      bytes.set(value, offset);
      family.put(0, keyLength, offset, value.length);
    });
  }

  appendLarge(family: ColumnFamily, keyLength: number, added: Uint8Array): void {
    assert(this.#checkpoint === undefined, 'nothing is written while a checkpoint is made');
    const batchBytes = (keyLength + added.length + BATCH_OVERHEAD_BYTES + 3) & ~3;
    this.#withMemory(keyLength, added.length + batchBytes, (bytes, offset) => {
      bytes.set(added, offset);
      const batch = new WriteBatchBuffer(bytes, (offset + added.length + 3) & ~3, batchBytes - 4);
      const isIn = batch.merge(family.index, 0, keyLength, offset, added.length);
      assert(isIn, 'a write batch of its own holds the list\'s additions');
      this.database.write(batch.offset, batch.length);
    });
  }

  /** Runs with memory of at least `length` bytes for results; the arena is back afterwards. */
  withRoom<T>(length: number, run: (bytes: Uint8Array, offset: number, length: number) => T): T {
    const room = (length + 7) & ~7;
    return this.#withMemory(0, room, (bytes, offset) => run(bytes, offset, room));
  }

  /** Runs with memory that begins with the key, `length` bytes from the offset given on; the arena is back afterwards. */
  #withMemory<T>(keyLength: number, length: number, run: (bytes: Uint8Array, offset: number) => T): T {
    const offset = (keyLength + 7) & ~7;
    const bytes = new Uint8Array(new SharedArrayBuffer(offset + length + 8));
    bytes.set(this.arena.bytes.subarray(0, keyLength));
    const memory = this.#options.addon.registerMemory(bytes);
    this.database.useMemory(memory);
    try {
      return run(bytes, offset);
    } finally {
      this.database.useMemory(this.#registered);
      memory.release();
    }
  }

  /** What was not checkpointed is gone. Waits for a checkpoint under way. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.database.close();
    this.#registered.release();
    this.#options.budget.usedBytes -= this.#segment.bytes;
    this.#options.memory.release(this.#segment);
  }
}

function arenaOf(segment: Segment): Arena {
  return { bytes: u8ViewOf(segment), words: i32ViewOf(segment) };
}
