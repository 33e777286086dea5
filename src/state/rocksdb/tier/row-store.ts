// The rows of the hot tier: a log in managed memory, found through open addressing. New rows go to the log's head; at its
// tail the clock's hand decides: rows used since it was last there go to the head again, the others make room, once the
// database holds them. hot path. Invariant: every live row has one slot; dirty rows never vanish. Thread: the slot's.
import { assert } from '#core/assert';
import { DirtyRows } from '#state/rocksdb/tier/dirty-rows';
import {
  type ArenaLayout, arenaLayoutOf, BASE_LENGTH, DIRTY, EPOCH, FAMILY_SHIFT, FLAGS, HASH, HEADER_WORDS, KEY_LENGTH, LIVE, NEWER, OLDER, REFERENCED, rowWordsOf, SIZE, valueStartOf, VALUE_LENGTH,
} from '#state/rocksdb/tier/row-layout';
import { RowSlots } from '#state/rocksdb/tier/row-slots';
import { WrittenKeys } from '#state/rocksdb/tier/written-keys';

/** Memory of a tier; the database reads and writes it by offset. */
export interface Arena {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

/** Larger rows would not fit a write batch, and push too many others out. */
const ROW_WORDS_MAX = 8192;
/** Part of the log, and of the slots, that only rows made while the database takes no writes are given: a record is seen to its end with it. */
const RESERVE_SHARE = 1 / 32;
/** Of the slots: searches become long beyond. */
const LOAD_MAX = 0.75;

export interface RowStoreOptions {
  readonly arena: Arena;
  readonly keyBytes: number;
  /** Rows at most, whatever their size; Infinity for as many as fit. */
  readonly rowsMax: number;
  /** Called when the row at the tail is dirty and needed: when true comes back the database holds it. It may drop rows; false only when it must not wait. */
  readonly write: (row: number, mayWait: boolean) => boolean;
  /** Called when the log is full, before the hand moves: true when the store was given a larger arena. */
  readonly grow: () => boolean;
}

export class RowStore {
  readonly dirty: DirtyRows;
  words: Int32Array;
  bytes: Uint8Array;
  layout: ArenaLayout;
  /** By the hashes of rows. */
  written: WrittenKeys;
  liveRows = 0;
  evictedRows = 0;
  /** The database takes no writes for now. */
  isHeld = false;
  readonly #options: RowStoreOptions;
  #slots: RowSlots;
  #head: number;
  #tail: number;
  #usedWords = 0;

  constructor(options: RowStoreOptions) {
    const { arena, keyBytes } = options;
    this.#options = options;
    this.words = arena.words;
    this.bytes = arena.bytes;
    this.layout = arenaLayoutOf(arena.bytes.length, keyBytes);
    this.#slots = this.#slotsOf(this.layout);
    this.written = this.#writtenOf(this.layout);
    this.#head = this.layout.logStart;
    this.#tail = this.layout.logStart;
    this.dirty = new DirtyRows(arena.words);
  }

  /** Rows that are longer do not get in. */
  get rowWordsMax(): number {
    return Math.min(ROW_WORDS_MAX, (this.layout.logEnd - this.layout.logStart) >>> 3);
  }

  /** Row of the key at byte 0 (filled up with zeros), or 0. */
  find(family: number, keyLength: number, hash: number): number {
    const { words } = this;
    const slots = this.#slots;
    const count = (keyLength + 3) >>> 2;
    for (let slot = slots.first(hash); ; slot = slots.next(slot)) {
      const row = slots.rowAt(slot);
      if (row === 0) return 0;
      if (slots.hashAt(slot) !== hash || words[row + KEY_LENGTH] !== keyLength || words[row + FLAGS]! >>> FAMILY_SHIFT !== family) continue;
      let i = 0;
      while (i < count && words[row + HEADER_WORDS + i] === words[i]) i++;
      if (i < count) continue;
      words[row + FLAGS] = words[row + FLAGS]! | REFERENCED;
      return row;
    }
  }

  /** A new row of the key at byte 0, its value undefined. The key must not be there. @param flags of the row. @param roomBytes for a longer value. */
  insert(family: number, keyLength: number, hash: number, valueLength: number, flags: number, roomBytes = valueLength): number {
    const row = this.#allocate(Math.min(rowWordsOf(keyLength, Math.max(valueLength, roomBytes)), Math.max(this.rowWordsMax, rowWordsOf(keyLength, valueLength))));
    const { words } = this;
    words[row + HASH] = hash;
    words[row + FLAGS] = flags | LIVE | (family << FAMILY_SHIFT);
    words[row + KEY_LENGTH] = keyLength;
    words[row + VALUE_LENGTH] = valueLength;
    words[row + BASE_LENGTH] = -1;
    const count = (keyLength + 3) >>> 2;
    words[row + HEADER_WORDS + count] = 0;
    for (let i = 0; i < count; i++) words[row + HEADER_WORDS + i] = words[i]!;
    this.#slots.add(hash, row);
    this.liveRows++;
    return row;
  }

  /** Bytes from the arena's start. */
  valueOffset(row: number): number {
    return row * 4 + valueStartOf(this.words[row + KEY_LENGTH]!);
  }

  /** Gives the row's value another length, keeping the first `keptBytes`; the row may move. Returns it. */
  resize(row: number, valueLength: number, keptBytes: number): number {
    const { words } = this;
    const keyLength = words[row + KEY_LENGTH]!;
    const start = valueStartOf(keyLength);
    if (start + valueLength <= words[row + SIZE]! * 4) {
      words[row + VALUE_LENGTH] = valueLength;
      return row;
    }
    // Values that grow will go on doing so.
    const roomBytes = keptBytes > 0 ? valueLength + (valueLength >>> 1) : valueLength;
    return this.#moveInto(row, Math.min(rowWordsOf(keyLength, roomBytes), this.rowWordsMax), valueLength, keptBytes);
  }

  /** Forgets a row that is not dirty. */
  drop(row: number): void {
    const { words } = this;
    assert((words[row + FLAGS]! & (LIVE | DIRTY)) === LIVE, 'only a clean row is dropped');
    this.#slots.remove(words[row + HASH]!, row);
    words[row + FLAGS] = 0;
    this.liveRows--;
  }

  /** Live rows from the tail on, as long as `visit` gives true. Rows may be dropped meanwhile, not made or resized. */
  forEachFromTail(visit: (row: number) => boolean): void {
    let row = this.#tail;
    for (let left = this.#usedWords; left > 0; ) {
      const size = this.words[row + SIZE]!;
      if ((this.words[row + FLAGS]! & LIVE) !== 0 && !visit(row)) return;
      left -= size;
      row += size;
      if (row === this.layout.logEnd) row = this.layout.logStart;
    }
  }

  /** Moves everything into another arena, with room for keys of `keyBytes`. The key at byte 0 is kept. */
  relocate(arena: Arena, keyBytes: number): void {
    const from = this.words;
    const rows: number[] = [];
    this.forEachFromTail((row) => rows.push(row) > 0);
    const dirtyRows = this.#dirtyInOrder();
    const moved = new Map<number, number>();
    // Between the same places everything in front of the slots is kept: a value may be on its way from there into a row.
    arena.bytes.set(this.bytes.subarray(0, keyBytes === this.layout.keyBytes ? this.layout.slots : this.layout.keyBytes));
    this.words = arena.words;
    this.bytes = arena.bytes;
    this.layout = arenaLayoutOf(arena.bytes.length, keyBytes);
    this.#slots = this.#slotsOf(this.layout);
    const { written } = this;
    this.written = this.#writtenOf(this.layout);
    this.written.takeOver(written);
    let head = this.layout.logStart;
    const isDirty = new Set(dirtyRows);
    for (const row of rows) {
      const size = from[row + SIZE]!;
      arena.words.set(from.subarray(row, row + size), head);
      this.#slots.add(from[row + HASH]!, head);
      if (isDirty.has(row)) moved.set(row, head);
      head += size;
    }
    this.#tail = this.layout.logStart;
    this.#head = head;
    this.#usedWords = head - this.layout.logStart;
    assert(head <= this.layout.logEnd, 'the rows fit the larger arena');
    this.#restoreDirty(dirtyRows.map((row) => moved.get(row)!));
  }

  #dirtyInOrder(): number[] {
    const rows: number[] = [];
    for (let family = 0; family < this.dirty.familyCount; family++) {
      for (let row = this.dirty.oldest(family); row !== 0; row = this.dirty.newerThan(row)) rows.push(row);
    }
    return rows;
  }

  #restoreDirty(rows: readonly number[]): void {
    const { epoch } = this.dirty;
    this.dirty.restart(this.words);
    for (const row of rows) {
      this.dirty.epoch = this.words[row + FLAGS]! & EPOCH;
      this.dirty.add(row);
    }
    this.dirty.epoch = epoch;
  }

  #slotsOf(layout: ArenaLayout): RowSlots {
    return new RowSlots(this.words.subarray(layout.slots >>> 2, (layout.slots >>> 2) + layout.slotCount * 2));
  }

  #writtenOf(layout: ArenaLayout): WrittenKeys {
    return new WrittenKeys(this.words.subarray(layout.written >>> 2, (layout.written + layout.writtenBytes) >>> 2));
  }

  /** A place for a row at the head, its size set and its links empty. */
  #allocate(size: number): number {
    assert(size <= this.rowWordsMax, 'a row fits the log');
    let chances = this.liveRows + 1;
    for (;;) {
      const row = this.liveRows < this.#options.rowsMax && this.#slots.load <= (this.isHeld ? LOAD_MAX + RESERVE_SHARE : LOAD_MAX) ? this.#tryTake(size) : 0;
      if (row !== 0) return row;
      if (this.liveRows < this.#options.rowsMax && this.#options.grow()) continue;
      this.#advanceHand(chances > 0);
      chances--;
    }
  }

  #tryTake(size: number): number {
    const { logStart, logEnd } = this.layout;
    const { words } = this;
    let row = this.#head;
    if (!this.isHeld && this.#usedWords + size > (logEnd - logStart) * (1 - RESERVE_SHARE)) return 0;
    if (this.#usedWords === 0) {
      row = logStart;
      this.#tail = logStart;
    } else if (row > this.#tail) {
      if (row + size > logEnd) {
        if (logStart + size > this.#tail) return 0;
        words[row + SIZE] = logEnd - row;
        words[row + FLAGS] = 0;
        this.#usedWords += logEnd - row;
        row = logStart;
      }
    } else if (row === this.#tail || row + size > this.#tail) {
      return 0;
    }
    words[row + SIZE] = size;
    words[row + NEWER] = 0;
    words[row + OLDER] = 0;
    this.#usedWords += size;
    this.#head = row + size === logEnd ? logStart : row + size;
    return row;
  }

  /** One step of the clock: the row at the tail goes, or to the head when it has been used, or cannot be written without waiting, and `hasChance`. */
  #advanceHand(hasChance: boolean): void {
    const { words } = this;
    const { logStart, logEnd } = this.layout;
    assert(this.#usedWords > 0, 'the hand moves over rows');
    const row = this.#tail;
    const size = words[row + SIZE]!;
    let flags = words[row + FLAGS]!;
    const isUsed = (flags & LIVE) !== 0 && (flags & REFERENCED) !== 0 && hasChance;
    if (isUsed || ((flags & DIRTY) !== 0 && !this.#options.write(row, !hasChance))) {
      words[row + FLAGS] = flags & ~REFERENCED;
      this.#tail = row + size === logEnd ? logStart : row + size;
      this.#toHead(row, size);
      return;
    }
    // Writing may have dropped the row; it never moves one.
    flags = words[row + FLAGS]!;
    assert((flags & DIRTY) === 0, 'a row that was written is clean');
    if ((flags & LIVE) !== 0) {
      this.drop(row);
      this.evictedRows++;
    }
    this.#usedWords -= size;
    this.#tail = row + size === logEnd ? logStart : row + size;
  }

  /** Copies the row that the tail has just left to the head: there is room, since its own has become free. */
  #toHead(row: number, size: number): void {
    const { words } = this;
    const { logStart, logEnd } = this.layout;
    let head = this.#head;
    if (head > row && head + size > logEnd) {
      if (logStart + size > row + size) assert(false, 'the tail leaves room in front of it');
      words[head + SIZE] = logEnd - head;
      words[head + FLAGS] = 0;
      this.#usedWords += logEnd - head;
      head = logStart;
    }
    if (head !== row) {
      words.copyWithin(head, row, row + size);
      this.#slots.replace(words[head + HASH]!, row, head);
      if ((words[head + FLAGS]! & DIRTY) !== 0) this.dirty.moved(head);
    }
    this.#head = head + size === logEnd ? logStart : head + size;
  }

  #moveInto(row: number, size: number, valueLength: number, keptBytes: number): number {
    const keyLength = this.words[row + KEY_LENGTH]!;
    const start = valueStartOf(keyLength);
    // The old row could be moved or evicted while room is made: it is copied out first, and is not found meanwhile.
    const header = this.words.slice(row, row + ((start + keptBytes + 3) >>> 2));
    const isDirty = (header[FLAGS]! & DIRTY) !== 0;
    if (isDirty) this.dirty.remove(row);
    this.drop(row);
    const moved = this.#allocate(size);
    this.words.set(header, moved);
    this.words[moved + SIZE] = size;
    this.words[moved + VALUE_LENGTH] = valueLength;
    this.#slots.add(header[HASH]!, moved);
    this.liveRows++;
    if (isDirty) {
      const { epoch } = this.dirty;
      this.dirty.epoch = header[FLAGS]! & EPOCH;
      this.dirty.add(moved);
      this.dirty.epoch = epoch;
    }
    return moved;
  }
}
