// A Bloom filter of the keys that have gone to the database: of a key that is not in it the database holds nothing, so it need not
// be asked. hot path. Two bits a key, chosen by its row's hash. Invariant: a key that was added is always in it; what was removed
// from the database stays in. Thread: the slot's.

export class WrittenKeys {
  readonly #words: Int32Array;
  readonly #shift: number;

  /** @param words a power of two of them; cleared here. */
  constructor(words: Int32Array) {
    this.#words = words.fill(0);
    this.#shift = 32 - Math.log2(words.length * 32);
  }

  add(hash: number): void {
    const words = this.#words;
    const first = Math.imul(hash, 0x85ebca6b) >>> this.#shift;
    const second = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) >>> this.#shift;
    words[first >>> 5] = words[first >>> 5]! | (1 << (first & 31));
    words[second >>> 5] = words[second >>> 5]! | (1 << (second & 31));
  }

  mayHold(hash: number): boolean {
    const words = this.#words;
    const first = Math.imul(hash, 0x85ebca6b) >>> this.#shift;
    if ((words[first >>> 5]! & (1 << (first & 31))) === 0) return false;
    const second = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) >>> this.#shift;
    return (words[second >>> 5]! & (1 << (second & 31))) !== 0;
  }

  /** Takes over what a filter of the same size or a smaller one holds: each of its bits stands for as many neighbours as this one has in its place. */
  takeOver(smaller: WrittenKeys): void {
    const from = smaller.#words;
    const factor = this.#words.length / from.length;
    const bits = factor >= 32 ? -1 : (2 ** factor - 1) | 0;
    for (let word = 0; word < from.length; word++) {
      if (from[word] === 0) continue;
      for (let bit = 0; bit < 32; bit++) {
        if ((from[word]! & (1 << bit)) === 0) continue;
        const to = (word * 32 + bit) * factor;
        for (let at = to; at < to + factor; at += 32) this.#words[at >>> 5] = this.#words[at >>> 5]! | (bits << (at & 31));
      }
    }
  }
}
