// The door to randomness. Invariant of both twins: values are uniform; SeededRandom also gives the same sequence for the
// same seed on every host and Node version. Not for secrets. One thread.

export interface Random {
  /** Uniform in [0, bound), bound an integer in 1 … 2^53 - 1. */
  nextInt(bound: number): number;
  /** Uniform in [0, 1), 53 bits. */
  nextDouble(): number;
  /** `bytes` random bytes as lower-case hex, two digits each. */
  hex(bytes: number): string;
  /** A generator whose sequence is independent of the further use of this one. */
  split(): Random;
}
