// Tokens: what the lexer makes of the text.

export const TOKEN = {
  /** A bare word: a keyword or an identifier, depending on where it stands. */
  word: 0,
  /** A word in back-ticks: never a keyword. */
  quotedWord: 1,
  string: 2,
  /** X'0aff'; `text` holds the hex digits. */
  binary: 3,
  integer: 4,
  decimal: 5,
  approximate: 6,
  symbol: 7,
  /** The start of a hint comment. */
  hintStart: 8,
  end: 9,
} as const;

export type TokenKind = (typeof TOKEN)[keyof typeof TOKEN];

export interface Token {
  readonly kind: TokenKind;
  /** The name, the value of the string, the digits, or the symbol; quotes and escapes are resolved. */
  readonly text: string;
  /** A bare word in upper case, or the symbol; empty for everything that can be no keyword. */
  readonly upper: string;
  readonly start: number;
  readonly end: number;
}
