// Deterministic Random: xoshiro128** (Blackman and Vigna), its state filled from the seed's text by a mixing hash.
// Invariant: the sequence depends on the seed alone.
import { WordRandom } from '#platform/random/word-random';

export class SeededRandom extends WordRandom {
  readonly seed: string;
  readonly #state: Uint32Array;

  constructor(seed: number | string) {
    super();
    this.seed = String(seed);
    this.#state = stateOf(this.seed);
  }

  protected override nextWord(): number {
    const s = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2] = s[2]! ^ s[0]!;
    s[3] = s[3]! ^ s[1]!;
    s[1] = s[1]! ^ s[2]!;
    s[0] = s[0]! ^ s[3]!;
    s[2] = s[2]! ^ shifted;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }

  override split(): SeededRandom {
    return new SeededRandom(`${this.seed}/${this.hex(8)}`);
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Four words; never all zero, the one state from which the generator does not leave. */
function stateOf(seed: string): Uint32Array {
  const state = new Uint32Array(4);
  let hash = 0x9e3779b9 | 0;
  for (let word = 0; word < 4; word++) {
    hash = Math.imul(hash ^ (word + 1), 0x85ebca6b);
    for (let i = 0; i < seed.length; i++) hash = rotateLeft(Math.imul(hash ^ seed.charCodeAt(i), 0xcc9e2d51), 13) + 0x165667b1;
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x7feb352d);
    hash ^= hash >>> 15;
    state[word] = hash;
  }
  state[0] = state[0]! | 1;
  return state;
}
