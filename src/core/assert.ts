// Assertions for programmer errors. They stay on in production; O(n) checks hide behind `verify`.

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws when an invariant of the engine itself is broken; never used for bad input. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(`engine invariant broken: ${message}`);
}

/** Marks the end of an exhaustive switch over a union. */
export function assertNever(value: never, what: string): never {
  throw new AssertionError(`engine invariant broken: unexpected ${what}: ${JSON.stringify(value)}`);
}

let isVerifying = false;

/** Turns O(n) assertions on; tests and simulation do so. */
export function enableVerify(): void {
  isVerifying = true;
}

export function verify(condition: () => boolean, message: string): void {
  if (isVerifying && !condition()) throw new AssertionError(`engine invariant broken: ${message}`);
}
