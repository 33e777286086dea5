// The outcome of reading text: a value, or the reason why there is none. Bad text is expected, so it is returned.
// Pure; any thread. Configuration turns a refusal into CONFIG_VALUE_INVALID with the key's name.

export type Parsed<T> = { readonly kind: 'parsed'; readonly value: T } | { readonly kind: 'refused'; readonly reason: string };

export function parsed<T>(value: T): Parsed<T> {
  return { kind: 'parsed', value };
}

/** `reason` is a clause without a full stop, such as `the text is empty`. */
export function refused(reason: string): Parsed<never> {
  return { kind: 'refused', reason };
}
