// What both generators share: integers, doubles and hex from a source of uniform 32-bit words.
import { assert } from '#core/assert';
import type { Random } from '#platform/random/random';

const TWO_32 = 2 ** 32;
const TWO_53 = 2 ** 53;

export abstract class WordRandom implements Random {
  /** Uniform in [0, 2^32). */
  protected abstract nextWord(): number;
  abstract split(): Random;

  nextInt(bound: number): number {
    assert(Number.isSafeInteger(bound) && bound > 0, `a bound is an integer in 1 … 2^53 - 1, got ${bound}`);
    const range = bound <= TWO_32 ? TWO_32 : TWO_53;
    // Draws beyond the last whole multiple of the bound would favour small values: draw again.
    const limit = range - (range % bound);
    for (;;) {
      const draw = range === TWO_32 ? this.nextWord() : this.#next53();
      if (draw < limit) return draw % bound;
    }
  }

  nextDouble(): number {
    return this.#next53() / TWO_53;
  }

  hex(bytes: number): string {
    assert(bytes >= 0, `a count of bytes is not negative, got ${bytes}`);
    let text = '';
    while (text.length < bytes * 2) text += this.nextWord().toString(16).padStart(8, '0');
    return text.slice(0, bytes * 2);
  }

  #next53(): number {
    return (this.nextWord() >>> 5) * 2 ** 26 + (this.nextWord() >>> 6);
  }
}
