// The lowest layer of the parser: a place in the tokens, the questions that can be asked of it, names and lists.
// The grammar is a chain of classes, each adding the rules that need the ones below; what a lower layer needs of a
// higher one (an expression inside a type, a query inside an expression) is an abstract method.
//
// Every question about the next token can note what was asked for. Noting costs time, so a statement is parsed without
// it; only when that fails it is parsed again with notes, and the error names everything that would have been accepted.
import { nearestName } from '#core/config/edit-distance';
import type { Identifier, ObjectPath, OptionItem, Span } from '#table/parser/ast-node';
import { RESERVED_WORDS } from '#table/parser/keywords';
import { SqlParserError } from '#table/parser/sql-parser-error';
import { TOKEN, type Token } from '#table/parser/token';

/** Words that end or join clauses: met where an expression should be, they mean that something was left out. */
const CLAUSE_WORDS = new Set(['AND', 'AS', 'BY', 'CROSS', 'END', 'EXCEPT', 'FROM', 'GROUP', 'HAVING', 'INNER', 'INTERSECT', 'INTO', 'JOIN', 'LIMIT', 'ON', 'OR', 'ORDER', 'SELECT', 'SET', 'THEN', 'UNION', 'VALUES', 'WHEN', 'WHERE', 'WITH']);

/** More than these would not be read. */
const EXPECTED_MAX = 16;

export interface CursorOptions {
  /** Note what was expected, for the message. */
  readonly isNoting: boolean;
}

export class TokenCursor {
  protected readonly text: string;
  readonly #tokens: readonly Token[];
  readonly #isNoting: boolean;
  readonly #noted = new Set<string>();
  #notedAt = -1;
  #index = 0;
  /** The next token. */
  protected token: Token;
  /** Where the token before it ends. */
  protected lastEnd: number;

  /** `tokens` end with an `end` token. */
  constructor(text: string, tokens: readonly Token[], options: CursorOptions) {
    this.text = text;
    this.#tokens = tokens;
    this.#isNoting = options.isNoting;
    this.token = tokens[0]!;
    this.lastEnd = this.token.start;
  }

  // ---- moving

  protected advance(): Token {
    const { token } = this;
    this.lastEnd = token.end;
    if (token.kind !== TOKEN.end) this.#index += 1;
    this.token = this.#tokens[this.#index]!;
    return token;
  }

  /** The token `distance` behind the next one. */
  protected peek(distance: number): Token {
    return this.#tokens[Math.min(this.#index + distance, this.#tokens.length - 1)]!;
  }

  protected spanFrom(start: number): Span {
    return { start, end: this.lastEnd };
  }

  // ---- asking for words and symbols

  /** Notes that `what` would be accepted here. */
  protected note(what: string): void {
    if (!this.#isNoting) return;
    if (this.#notedAt !== this.#index) this.#noted.clear();
    this.#notedAt = this.#index;
    this.#noted.add(what);
  }

  protected is(word: string): boolean {
    if (this.token.upper === word) return true;
    if (this.#isNoting) this.note(word);
    return false;
  }

  /** Whether the next tokens are these words; one look, no note beyond the first. */
  protected isSequence(...words: readonly string[]): boolean {
    if (!this.is(words[0]!)) return false;
    for (let index = 1; index < words.length; index += 1) if (this.peek(index).upper !== words[index]) return false;
    return true;
  }

  protected accept(word: string): boolean {
    if (!this.is(word)) return false;
    this.advance();
    return true;
  }

  /** All of the words or none. */
  protected acceptSequence(...words: readonly string[]): boolean {
    if (!this.isSequence(...words)) return false;
    for (let index = 0; index < words.length; index += 1) this.advance();
    return true;
  }

  /** `PARTITION BY`, `CROSS JOIN`: where the first word stands, the second must follow. */
  protected acceptPair(first: string, second: string): boolean {
    if (!this.accept(first)) return false;
    this.expect(second);
    return true;
  }

  /** The one of `words` that comes next, or undefined. */
  protected acceptOneOf<const W extends string>(words: readonly W[]): W | undefined {
    for (const word of words) if (this.accept(word)) return word;
    return undefined;
  }

  protected expect(word: string): Token {
    if (!this.is(word)) this.fail();
    return this.advance();
  }

  protected expectSequence(...words: readonly string[]): void {
    for (const word of words) this.expect(word);
  }

  protected expectOneOf<const W extends string>(words: readonly W[]): W {
    return this.acceptOneOf(words) ?? this.fail();
  }

  // ---- literals

  protected isString(): boolean {
    if (this.token.kind === TOKEN.string) return true;
    this.note('a string in single quotes');
    return false;
  }

  protected expectString(): string {
    if (!this.isString()) this.fail();
    return this.advance().text;
  }

  protected expectInteger(): number {
    this.note('an integer');
    if (this.token.kind !== TOKEN.integer) this.fail();
    const value = Number(this.token.text);
    if (value > 0x7fffffff) this.failAt(this.token, `The number ${this.token.text} is too large for an INT`);
    this.advance();
    return value;
  }

  /** `COMMENT 'text'`, where it stands. */
  protected acceptComment(): string | undefined {
    return this.accept('COMMENT') ? this.expectString() : undefined;
  }

  // ---- names

  protected isIdentifierToken(token: Token): boolean {
    return token.kind === TOKEN.quotedWord || (token.kind === TOKEN.word && !RESERVED_WORDS.has(token.upper));
  }

  protected isIdentifier(): boolean {
    if (this.isIdentifierToken(this.token)) return true;
    this.note('an identifier');
    return false;
  }

  protected expectIdentifier(): Identifier {
    if (!this.isIdentifier()) this.fail();
    const { kind, text, start, end } = this.advance();
    return { kind: 'identifier', span: { start, end }, name: text, isQuoted: kind === TOKEN.quotedWord };
  }

  protected expectPath(): ObjectPath {
    const { start } = this.token;
    const parts = [this.expectIdentifier()];
    while (this.accept('.')) parts.push(this.expectIdentifier());
    return { kind: 'object-path', span: this.spanFrom(start), parts };
  }

  // ---- lists

  /** One element or more, with commas. */
  protected list<T>(element: () => T): T[] {
    const elements = [element()];
    while (this.accept(',')) elements.push(element());
    return elements;
  }

  /** `( element, ... )` */
  protected parenthesised<T>(element: () => T): T[] {
    this.expect('(');
    const elements = this.list(element);
    this.expect(')');
    return elements;
  }

  protected identifierList(): Identifier[] {
    return this.parenthesised(() => this.expectIdentifier());
  }

  /** `('key' = 'value', ...)`, which may be empty. */
  protected optionList(): OptionItem[] {
    this.expect('(');
    if (this.accept(')')) return [];
    const options = this.list(() => this.option());
    this.expect(')');
    return options;
  }

  protected option(): OptionItem {
    const { start } = this.token;
    const key = this.expectString();
    this.expect('=');
    const value = this.expectString();
    return { kind: 'option', span: this.spanFrom(start), key, value };
  }

  /** `WITH (options)` where it stands. */
  protected acceptOptions(): OptionItem[] {
    return this.accept('WITH') ? this.optionList() : [];
  }

  // ---- failing

  /** Throws: the next token fits nothing that was asked for. */
  protected fail(): never {
    const { token } = this;
    const expected = this.#notedAt === this.#index ? this.#shownExpectations() : [];
    const isNameWanted = this.#noted.has('an identifier') || (this.#noted.has('an expression') && !CLAUSE_WORDS.has(token.upper));
    const isReserved = token.kind === TOKEN.word && RESERVED_WORDS.has(token.upper);
    if (token.kind === TOKEN.end) {
      throw new SqlParserError('SQL_PARSE', this.text, token, 'SQL parse failed. Encountered "<EOF>"', { expected, isIncomplete: true });
    }
    const shown = this.text.slice(token.start, token.end);
    if (isReserved && isNameWanted) {
      const advice = `${token.upper} is a reserved word: write it in back-ticks (\`${shown}\`) to use it as a name.`;
      throw new SqlParserError('SQL_PARSE', this.text, token, `SQL parse failed. Incorrect syntax near the keyword '${shown}'`, { expected, advice });
    }
    const nearest = token.kind === TOKEN.word ? nearestName(token.upper, [...this.#noted].filter((word) => /^[A-Z_]+$/.test(word))) : undefined;
    const advice = nearest === undefined ? undefined : `Did you mean ${nearest}?`;
    throw new SqlParserError('SQL_PARSE', this.text, token, `SQL parse failed. Encountered "${shown}"`, { expected, advice });
  }

  /** Throws with a message of its own; line and column are added. */
  protected failAt(span: Span, problem: string, advice?: string): never {
    throw new SqlParserError('SQL_PARSE', this.text, span, problem, { advice });
  }

  #shownExpectations(): string[] {
    const kinds = [...this.#noted].filter((what) => /^an? /.test(what)).sort();
    const symbols = [...this.#noted].filter((what) => /^[^A-Za-z]/.test(what)).sort();
    const words = [...this.#noted].filter((what) => /^[A-Z]/.test(what)).sort();
    const all = [...kinds, ...words, ...symbols.map((symbol) => `"${symbol}"`)];
    return all.length <= EXPECTED_MAX ? all : [...all.slice(0, EXPECTED_MAX), '...'];
  }
}
