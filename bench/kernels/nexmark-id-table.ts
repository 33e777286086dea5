// hot path. Open addressing from a 32-bit id to a dense row number, as a hand-written program would have it: int32
// slots, linear probing, at most half full. Part of the kernels that the engine is measured against.

const EMPTY = -1;

export class IdTable {
  count = 0;
  /** Id of each row. */
  ids = new Int32Array(1024);
  #slots = new Int32Array(2048).fill(EMPTY);
  #shift = 21;

  /** Row of the id, made when new: then it is `count - 1`. */
  rowOf(id: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = Math.imul(id, 0x9e3779b1) >>> this.#shift;
    for (;;) {
      const row = slots[slot]!;
      if (row === EMPTY) return this.#add(id, slot);
      if (this.ids[row] === id) return row;
      slot = (slot + 1) & mask;
    }
  }

  /** Row of the id, -1 when there is none. */
  find(id: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = Math.imul(id, 0x9e3779b1) >>> this.#shift;
    for (;;) {
      const row = slots[slot]!;
      if (row === EMPTY || this.ids[row] === id) return row;
      slot = (slot + 1) & mask;
    }
  }

  clear(): void {
    this.#slots.fill(EMPTY);
    this.count = 0;
  }

  #add(id: number, slot: number): number {
    if (this.count === this.ids.length) {
      this.#grow();
      return this.rowOf(id);
    }
    this.#slots[slot] = this.count;
    this.ids[this.count] = id;
    return this.count++;
  }

  #grow(): void {
    const ids = new Int32Array(this.ids.length * 2);
    ids.set(this.ids);
    this.ids = ids;
    const slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    this.#shift--;
    const mask = slots.length - 1;
    for (let row = 0; row < this.count; row++) {
      let slot = Math.imul(ids[row]!, 0x9e3779b1) >>> this.#shift;
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      slots[slot] = row;
    }
    this.#slots = slots;
  }
}
