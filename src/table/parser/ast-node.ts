// What all nodes of the syntax tree share. The tree holds what was written and nothing else: no name is resolved, no
// default filled in, no type derived. Every node is a plain frozen-by-type object, told apart by `kind`.

/** Offsets into the statement's text in UTF-16 units: from `start` up to but without `end`. Line and column: text-position.ts. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One name as written, without its back-ticks. */
export interface Identifier {
  readonly kind: 'identifier';
  readonly span: Span;
  readonly name: string;
  readonly isQuoted: boolean;
}

/** A dotted name of a table, view, function, model, database: one part or more. What each part means is for the validator. */
export interface ObjectPath {
  readonly kind: 'object-path';
  readonly span: Span;
  readonly parts: readonly Identifier[];
}

/** `'key' = 'value'` of a WITH, SET or OPTIONS list. */
export interface OptionItem {
  readonly kind: 'option';
  readonly span: Span;
  readonly key: string;
  readonly value: string;
}

/** One of the hints between the hint comment's marks: `OPTIONS('a'='b')`, `STATE_TTL('t'='1d')`, `BROADCAST(t)`. */
export interface Hint {
  readonly kind: 'hint';
  readonly span: Span;
  readonly name: Identifier;
  readonly arguments: readonly HintArgument[];
}

/** A hint holds either key-value pairs, or names, or literals; which ones are allowed is for the validator. */
export type HintArgument =
  | OptionItem
  | { readonly kind: 'hint-name'; readonly span: Span; readonly parts: readonly Identifier[] }
  | { readonly kind: 'hint-literal'; readonly span: Span; readonly form: 'string' | 'number'; readonly text: string };
