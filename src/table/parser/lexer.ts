// Text to tokens in one pass, comments left out. Pure; O(n). A hint comment opens with a token of its own; all other
// comments (`--`, `//`, and the bracketed kind) are blanks.
import { SqlParserError } from '#table/parser/sql-parser-error';
import { decodeCEscapes, decodeUnicodeEscapes } from '#table/parser/string-escapes';
import { TOKEN, type Token, type TokenKind } from '#table/parser/token';

const SYMBOLS_OF_TWO = new Set(['<=', '>=', '<>', '!=', '||', '=>', '->', '{-', '-}']);
const SYMBOLS_OF_ONE = new Set('()[]{},;.:+-*/%=<>?^$|~&!@'.split(''));

/** 1 where an ASCII character may stand in a word, 2 where it may begin one too. */
const WORD_CLASS = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_$]/.test(char)) WORD_CLASS[code] = 2;
  else if (/[0-9]/.test(char)) WORD_CLASS[code] = 1;
}

/** All tokens of `text`, an `end` token last. Throws SqlParserError at what can be no token. */
export function tokenize(text: string): readonly Token[] {
  return new Lexer(text).run();
}

/** The tokens up to the first error, and that error; without one an `end` token is last. */
export function tokenizeAhead(text: string): { readonly tokens: readonly Token[]; readonly error: SqlParserError | undefined } {
  const lexer = new Lexer(text);
  try {
    return { tokens: lexer.run(), error: undefined };
  } catch (error) {
    if (!(error instanceof SqlParserError)) throw error;
    return { tokens: lexer.tokens, error };
  }
}

class Lexer {
  readonly #text: string;
  readonly tokens: Token[] = [];
  #at = 0;
  #isInHint = false;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Token[] {
    const { length } = this.#text;
    for (this.#skipBlanks(); this.#at < length; this.#skipBlanks()) this.#next();
    this.#push(TOKEN.end, '', '', this.#text.length);
    return this.tokens;
  }

  #next(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (beginsWord(code, this.#text, this.#at)) {
      this.#word();
    } else if (isDigit(code) || (code === 0x2e && isDigit(this.#text.charCodeAt(this.#at + 1)))) {
      this.#number();
    } else if (code === 0x27) {
      this.#string(this.#at, this.#at);
    } else if (code === 0x60) {
      this.#quotedWord();
    } else {
      this.#symbol();
    }
  }

  #push(kind: TokenKind, text: string, upper: string, end: number, start = this.#at): void {
    this.tokens.push({ kind, text, upper, start, end });
    this.#at = end;
  }

  // ---- blanks

  #skipBlanks(): void {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 0x20 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff) {
        this.#at += 1;
      } else if ((code === 0x2d && text.charCodeAt(this.#at + 1) === 0x2d) || (code === 0x2f && text.charCodeAt(this.#at + 1) === 0x2f)) {
        this.#at = lineEndAfter(text, this.#at);
      } else if (code === 0x2f && text.charCodeAt(this.#at + 1) === 0x2a && text.charCodeAt(this.#at + 2) !== 0x2b) {
        this.#skipBracketedComment();
      } else {
        return;
      }
    }
  }

  #skipBracketedComment(): void {
    const end = this.#text.indexOf('*/', this.#at + 2);
    if (end === -1) throw this.#unfinished('A comment that begins', '*/');
    this.#at = end + 2;
  }

  // ---- words

  #word(): void {
    const text = this.#text;
    const start = this.#at;
    let end = start + 1;
    while (end < text.length && continuesWord(text.charCodeAt(end), text, end)) end += 1;
    if (text.charCodeAt(end) === 0x27 && this.#prefixedString(start, end)) return;
    if (text.charCodeAt(end) === 0x26 && end === start + 1 && /[uU]/.test(text[start]!) && text.charCodeAt(end + 1) === 0x27) {
      this.#unicodeString(start);
      return;
    }
    const word = text.slice(start, end);
    this.#push(TOKEN.word, word, word.toUpperCase(), end);
  }

  #quotedWord(): void {
    const { value, end } = this.#quoted(this.#at, '`', 'A name in back-ticks that begins');
    if (value === '') throw new SqlParserError('SQL_PARSE', this.#text, { start: this.#at, end }, 'Empty name in back-ticks');
    this.#push(TOKEN.quotedWord, value, '', end);
  }

  // ---- strings

  #string(start: number, quoteAt: number): void {
    const { value, end } = this.#quoted(quoteAt, "'", 'A string that begins');
    this.#push(TOKEN.string, value, '', end, start);
  }

  /** `X'..'`, `N'..'`, `E'..'`, `_UTF8'..'`; false where the word is none of these. */
  #prefixedString(start: number, quoteAt: number): boolean {
    const prefix = this.#text.slice(start, quoteAt).toUpperCase();
    if (prefix === 'X') {
      this.#binary(start, quoteAt);
    } else if (prefix === 'E') {
      this.#escapedString(start, quoteAt);
    } else if (prefix === 'N' || /^_[A-Z]/.test(prefix)) {
      this.#string(start, quoteAt);
    } else {
      return false;
    }
    return true;
  }

  #binary(start: number, quoteAt: number): void {
    const { value, end } = this.#quoted(quoteAt, "'", 'A string that begins');
    const span = { start, end };
    if (!/^[0-9a-fA-F]*$/.test(value)) throw new SqlParserError('SQL_PARSE', this.#text, span, "Binary literal string must contain only characters '0' - '9', 'A' - 'F'");
    if (value.length % 2 !== 0) throw new SqlParserError('SQL_PARSE', this.#text, span, 'Binary literal string must contain an even number of hexits');
    this.#push(TOKEN.binary, value.toLowerCase(), '', end, start);
  }

  /** Quotes inside are doubled or follow a backslash. */
  #escapedString(start: number, quoteAt: number): void {
    const text = this.#text;
    let end = quoteAt + 1;
    while (end < text.length && (text[end] !== "'" || text[end + 1] === "'")) end += text[end] === '\\' || text[end] === "'" ? 2 : 1;
    if (end >= text.length) throw this.#unfinished('A string that begins', "'");
    this.#push(TOKEN.string, this.#decode(decodeCEscapes(text.slice(quoteAt + 1, end)), start, end + 1), '', end + 1, start);
  }

  #unicodeString(start: number): void {
    const { value, end } = this.#quoted(start + 2, "'", 'A string that begins');
    const escape = /^\s*UESCAPE\s*'([^'])'/i.exec(this.#text.slice(end, end + 200));
    this.#push(TOKEN.string, this.#decode(decodeUnicodeEscapes(value, escape?.[1] ?? '\\'), start, end), '', end + (escape?.[0].length ?? 0), start);
  }

  #decode(decoded: string | undefined, start: number, end: number): string {
    if (decoded === undefined) throw new SqlParserError('SQL_PARSE', this.#text, { start, end }, 'Incomplete escape sequence in the string');
    return decoded;
  }

  /** The text between two quotes, doubled ones being one. */
  #quoted(start: number, quote: string, what: string): { readonly value: string; readonly end: number } {
    const text = this.#text;
    let end = text.indexOf(quote, start + 1);
    let isDoubled = false;
    while (end !== -1 && text[end + 1] === quote) {
      isDoubled = true;
      end = text.indexOf(quote, end + 2);
    }
    if (end === -1) throw this.#unfinished(what, quote);
    const raw = text.slice(start + 1, end);
    return { value: isDoubled ? raw.replaceAll(quote + quote, quote) : raw, end: end + 1 };
  }

  // ---- numbers and symbols

  #number(): void {
    const text = this.#text;
    let kind: TokenKind = TOKEN.integer;
    let end = digitsEnd(text, this.#at);
    if (text.charCodeAt(end) === 0x2e) {
      kind = TOKEN.decimal;
      end = digitsEnd(text, end + 1);
    }
    const exponent = /[eE]/.test(text[end] ?? '') ? /^[eE][+-]?\d+/.exec(text.slice(end, end + 32)) : null;
    if (exponent !== null) {
      kind = TOKEN.approximate;
      end += exponent[0].length;
    }
    this.#push(kind, text.slice(this.#at, end), '', end);
  }

  #symbol(): void {
    const pair = this.#text.slice(this.#at, this.#at + 2);
    if (pair === '/*') {
      this.#isInHint = true;
      this.#push(TOKEN.hintStart, '/*+', '/*+', this.#at + 3);
    } else if (pair === '*/' && this.#isInHint) {
      this.#isInHint = false;
      this.#push(TOKEN.symbol, pair, pair, this.#at + 2);
    } else if (SYMBOLS_OF_TWO.has(pair)) {
      this.#push(TOKEN.symbol, pair, pair, this.#at + 2);
    } else if (SYMBOLS_OF_ONE.has(pair[0]!)) {
      this.#push(TOKEN.symbol, pair[0]!, pair[0]!, this.#at + 1);
    } else {
      throw this.#unexpectedCharacter();
    }
  }

  // ---- errors

  #unexpectedCharacter(): SqlParserError {
    const char = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
    const advice = char === '"' ? "Text stands in single quotes ('a'), a name in back-ticks (`a`)." : undefined;
    return new SqlParserError('SQL_PARSE', this.#text, { start: this.#at, end: this.#at + char.length }, `Lexical error: encountered "${char}"`, { advice });
  }

  #unfinished(what: string, missing: string): SqlParserError {
    return new SqlParserError('SQL_PARSE', this.#text, { start: this.#at, end: this.#at + 1 }, `${what}`, { advice: `It has no end: a closing ${missing} is missing.`, isIncomplete: true });
  }
}

// ---- characters

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function beginsWord(code: number, text: string, at: number): boolean {
  return code < 128 ? WORD_CLASS[code] === 2 : /\p{L}/u.test(String.fromCodePoint(text.codePointAt(at)!));
}

function continuesWord(code: number, text: string, at: number): boolean {
  // A low surrogate was let in by its high one.
  if (code < 128) return WORD_CLASS[code] !== 0;
  return (code >= 0xdc00 && code <= 0xdfff) || /[\p{L}\p{N}\p{M}\p{Pc}]/u.test(String.fromCodePoint(text.codePointAt(at)!));
}

function digitsEnd(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

function lineEndAfter(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) return at;
  }
  return text.length;
}
