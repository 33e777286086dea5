// Stands a number for a key that is none: null, and integers beyond 2^53 - 1, each counted as often as it is in use, so that tables
// of numbers may hold them. Thread: that of its owner. Invariant: numbers given out are never integers.

interface WideKey {
  readonly key: bigint;
  readonly code: number;
  uses: number;
}

/** What makes codes differ from integers. */
const FRACTION = 0.25;
const NULL_CODE = 0.5;

export class WideKeys {
  readonly #byKey = new Map<bigint, WideKey>();
  readonly #byIndex: (WideKey | undefined)[] = [];
  readonly #free: number[] = [];

  /** Undefined for a key that nobody has taken. */
  codeOf(key: bigint | null): number | undefined {
    return key === null ? NULL_CODE : this.#byKey.get(key)?.code;
  }

  /** The key is in use once more. */
  take(key: bigint | null): number {
    if (key === null) return NULL_CODE;
    let known = this.#byKey.get(key);
    if (known === undefined) {
      const index = this.#free.pop() ?? this.#byIndex.length;
      known = { key, code: index + FRACTION, uses: 0 };
      this.#byKey.set(key, known);
      this.#byIndex[index] = known;
    }
    known.uses++;
    return known.code;
  }

  /** A key is in use once less. @param code an integer for a key that stands for itself. */
  release(code: number): void {
    if (Number.isInteger(code) || code === NULL_CODE) return;
    const index = code - FRACTION;
    const known = this.#byIndex[index]!;
    if (--known.uses > 0) return;
    this.#byKey.delete(known.key);
    this.#byIndex[index] = undefined;
    this.#free.push(index);
  }

  keyOf(code: number): number | bigint | null {
    if (Number.isInteger(code)) return code;
    return code === NULL_CODE ? null : this.#byIndex[code - FRACTION]!.key;
  }

  clear(): void {
    this.#byKey.clear();
    this.#byIndex.length = 0;
    this.#free.length = 0;
  }
}
