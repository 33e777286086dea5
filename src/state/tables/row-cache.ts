// The rows of an archive that are read again and again, as objects: one place per id modulo their number, so that what is read now
// pushes out what was read long ago. hot path. Thread: the slot's.
// Invariant: a place holds the row of its id, or none where the id has been asked for once only.

const PLACES = 4096;
const NO_ID = -1;

export class RowCache {
  /** Made at the first read. */
  #ids: Int32Array | undefined;
  #rows: (object | undefined)[] = [];

  /** The row of the id, if it is there; else the next call finds the id known. */
  get(id: number): object | undefined {
    const ids = (this.#ids ??= new Int32Array(PLACES).fill(NO_ID));
    return ids[id & (PLACES - 1)] === id ? this.#rows[id & (PLACES - 1)] : undefined;
  }

  /** Whether the id was asked for before; now it was. Most rows are read once: their objects would be made for nothing. */
  isKnown(id: number): boolean {
    const ids = this.#ids!;
    const place = id & (PLACES - 1);
    if (ids[place] === id) return true;
    ids[place] = id;
    if (place < this.#rows.length) this.#rows[place] = undefined;
    return false;
  }

  /** Keeps the row of an id that is known. */
  put(id: number, row: object): object {
    const place = id & (PLACES - 1);
    while (this.#rows.length <= place) this.#rows.push(undefined);
    this.#rows[place] = row;
    return row;
  }

  /** The id is another row's than before, or its row was made anyway. */
  keep(id: number, row: object): void {
    (this.#ids ??= new Int32Array(PLACES).fill(NO_ID))[id & (PLACES - 1)] = id;
    this.put(id, row);
  }

  /** The rows of ids [from, to) are gone; the ids may become others'. */
  forget(from: number, to: number): void {
    const ids = this.#ids;
    if (ids === undefined) return;
    for (let place = 0; place < PLACES; place++) {
      if (ids[place]! < from || ids[place]! >= to) continue;
      ids[place] = NO_ID;
      if (place < this.#rows.length) this.#rows[place] = undefined;
    }
  }

  clear(): void {
    this.#ids = undefined;
    this.#rows = [];
  }
}
