// Counter-based randomness: word k of event n is mix32(n * GAMMA + key[k]), so any event can be made without the ones
// before it. The words of an event are named here; every user (generated loop and row form) draws the same ones.

/** Odd, so n -> n * GAMMA is a bijection of 32-bit words. */
export const GAMMA = 0x9e3779b9 | 0;
const KEY_STEP = 0x85157af5 | 0;

/** Index of each random word of an event. Bit uses are in the generator that draws them. */
export const NexmarkWord = {
  CHOICE: 0, AUCTION: 1, PERSON: 2, PRICE: 3, TEXT_A: 4, TEXT_B: 5, RESERVE: 6, LENGTH: 7,
} as const;
export const NEXMARK_WORD_COUNT = 8;

/** A 32-bit finaliser with full avalanche (MurmurHash3's constants). */
export function mix32(word: number): number {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Keys of all words for a seed. The seed's high bits count, too. */
export function wordKeys(seed: number): Int32Array {
  const low = mix32(seed | 0);
  const high = mix32(Math.floor(seed / 2 ** 32) ^ 0x27d4eb2f);
  return Int32Array.from({ length: NEXMARK_WORD_COUNT }, (_, k) => mix32((low ^ high) + Math.imul(k + 1, KEY_STEP)));
}

/** What numbers above 2^32 add to every key; 0 below. */
export function highKey(eventNumber: number): number {
  const high = Math.floor(eventNumber / 2 ** 32);
  return high === 0 ? 0 : mix32(high);
}
