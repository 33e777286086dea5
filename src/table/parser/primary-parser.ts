// The grammar of operands: literals, names, CASE, constructors, sub-queries, and what may be appended to them.
import type { CaseBranch, CaseExpression, DatetimeLiteral, Expression, NumericLiteral, StringLiteral } from '#table/parser/ast-expression';
import type { Identifier } from '#table/parser/ast-node';
import type { Query } from '#table/parser/ast-query';
import { JsonFunctionParser } from '#table/parser/json-function-parser';
import { NILADIC_FUNCTIONS, RESERVED_FUNCTION_NAMES } from '#table/parser/keywords';
import { TOKEN } from '#table/parser/token';

const NUMBER_FORMS: ReadonlyMap<number, NumericLiteral['form']> = new Map([[TOKEN.integer, 'integer'], [TOKEN.decimal, 'decimal'], [TOKEN.approximate, 'approximate']]);

/** Units that can be no alias, so that one behind `(a - b)` is a qualifier. */
const DIFFERENCE_UNITS = new Set(['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND']);

/** Names of functions of MATCH_RECOGNIZE that RUNNING and FINAL may precede. */
const MATCH_FUNCTIONS = new Set(['FIRST', 'LAST', 'PREV', 'NEXT', 'COUNT', 'SUM', 'AVG', 'MIN', 'MAX']);

export abstract class PrimaryParser extends JsonFunctionParser {
  #parameters = 0;

  /** A query that goes on behind its first parenthesised part, which was read as an operand. */
  protected abstract queryContinuing(first: Query): Query;
  protected abstract continuesQuery(): boolean;

  /** An operand with everything appended to it: `a.b[1].c`. */
  protected primary(): Expression {
    let operand = this.atom();
    for (;;) {
      const { start } = operand.span;
      if (this.accept('[')) {
        const index = this.expression();
        this.expect(']');
        operand = { kind: 'item-access', span: this.spanFrom(start), operand, index };
      } else if (this.token.upper === '.' && operand.kind !== 'star') {
        this.advance();
        operand = this.accept('*')
          ? { kind: 'field-star', span: this.spanFrom(start), operand }
          : { kind: 'field-access', operand, field: this.expectIdentifier(), span: this.spanFrom(start) };
      } else {
        return operand;
      }
    }
  }

  private atom(): Expression {
    const { token } = this;
    switch (token.kind) {
      case TOKEN.word:
        return this.wordAtom();
      case TOKEN.quotedWord:
        return this.name();
      case TOKEN.string:
        return this.stringLiteral();
      case TOKEN.integer:
      case TOKEN.decimal:
      case TOKEN.approximate:
        this.advance();
        return { kind: 'numeric-literal', span: this.spanFrom(token.start), form: NUMBER_FORMS.get(token.kind)!, text: token.text };
      case TOKEN.binary:
        return this.binaryLiteral();
      default:
        return this.symbolAtom();
    }
  }

  private symbolAtom(): Expression {
    const { start, upper } = this.token;
    if (upper === '(') return this.parenthesisedExpression();
    if (upper === '{') return this.bracedExpression();
    if (upper !== '?') {
      this.note('an expression');
      this.fail();
    }
    this.advance();
    this.#parameters += 1;
    return { kind: 'dynamic-parameter', span: this.spanFrom(start), index: this.#parameters - 1 };
  }

  // ---- words

  private wordAtom(): Expression {
    const { upper, start, end } = this.token;
    const special = this.keywordAtom(upper, start) ?? this.acceptSpecialCall() ?? this.acceptJsonFunction();
    if (special !== undefined) return special;
    const next = this.peek(1).upper;
    if (next === '(' && RESERVED_FUNCTION_NAMES.has(upper)) return this.callOf(start, this.wordAsPath(start, end));
    if (NILADIC_FUNCTIONS.has(upper)) return this.niladicCall();
    if (!this.isIdentifierToken(this.token)) {
      this.note('an expression');
      this.fail();
    }
    return this.name();
  }

  /** What a keyword begins; undefined where the word is a name or a function. */
  private keywordAtom(word: string, start: number): Expression | undefined {
    switch (word) {
      case 'NULL':
        this.advance();
        return { kind: 'null-literal', span: this.spanFrom(start) };
      case 'TRUE':
      case 'FALSE':
      case 'UNKNOWN':
        this.advance();
        return { kind: 'boolean-literal', span: this.spanFrom(start), value: word === 'UNKNOWN' ? undefined : word === 'TRUE' };
      case 'CASE':
        return this.caseExpression();
      case 'DATE':
      case 'TIME':
      case 'TIMESTAMP':
      case 'TIMESTAMP_LTZ':
        return this.acceptDatetimeLiteral(word, start);
      case 'INTERVAL':
        return this.interval(start);
      case 'EXISTS':
        return this.exists(start);
      case 'ROW':
        return this.rowConstructor(start);
      case 'ARRAY':
      case 'MULTISET':
      case 'MAP':
        return this.acceptCollection(word, start);
      case 'RUNNING':
      case 'FINAL':
        return this.acceptMatchSemantics(word, start);
      default:
        return undefined;
    }
  }

  /** A dotted name: a column, `t.*`, or a function where a parenthesis follows. */
  private name(): Expression {
    const { start } = this.token;
    const parts: Identifier[] = [this.expectIdentifier()];
    while (this.token.upper === '.') {
      this.advance();
      if (this.accept('*')) return { kind: 'star', span: this.spanFrom(start), qualifier: parts };
      parts.push(this.expectIdentifier());
    }
    if (this.token.upper !== '(') return { kind: 'column-reference', span: this.spanFrom(start), parts };
    return this.callOf(start, { kind: 'object-path', span: this.spanFrom(start), parts });
  }

  // ---- literals

  /** Adjacent literals are one. */
  private stringLiteral(): StringLiteral {
    const { start } = this.token;
    let value = this.expectString();
    while (this.token.kind === TOKEN.string) value += this.advance().text;
    return { kind: 'string-literal', span: this.spanFrom(start), value };
  }

  private binaryLiteral(): Expression {
    const { start } = this.token;
    let hex = this.advance().text;
    while (this.token.kind === TOKEN.string || this.token.kind === TOKEN.binary) {
      if (this.token.kind === TOKEN.string && !/^([0-9a-fA-F]{2})*$/.test(this.token.text)) this.failAt(this.token, "Binary literal string must contain only characters '0' - '9', 'A' - 'F'");
      hex += this.advance().text.toLowerCase();
    }
    return { kind: 'binary-literal', span: this.spanFrom(start), hex };
  }

  private acceptDatetimeLiteral(type: DatetimeLiteral['type'], start: number): DatetimeLiteral | undefined {
    if (this.peek(1).kind === TOKEN.string) {
      this.advance();
      return { kind: 'datetime-literal', type, text: this.expectString(), span: this.spanFrom(start) };
    }
    if (type !== 'TIMESTAMP' || this.peek(1).upper !== 'WITH') return undefined;
    this.expectSequence('TIMESTAMP', 'WITH', 'LOCAL', 'TIME', 'ZONE');
    return { kind: 'datetime-literal', type: 'TIMESTAMP_LTZ', text: this.expectString(), span: this.spanFrom(start) };
  }

  /** `INTERVAL '1' DAY`, `INTERVAL n HOUR`. */
  private interval(start: number): Expression {
    this.advance();
    const hasSign = (this.token.upper === '-' || this.token.upper === '+') && this.peek(1).kind === TOKEN.string;
    const isNegative = hasSign && this.advance().upper === '-';
    if (this.token.kind === TOKEN.string) {
      const text = this.expectString();
      const qualifier = this.intervalQualifier();
      return { kind: 'interval-literal', span: this.spanFrom(start), isNegative, text, qualifier };
    }
    const value = this.intervalValue();
    const qualifier = this.intervalQualifier();
    return { kind: 'interval-expression', span: this.spanFrom(start), value, qualifier };
  }

  /** In parentheses by itself: `(a - b) DAY` would else be read as a difference. */
  private intervalValue(): Expression {
    if (!this.accept('(')) return this.primary();
    const value = this.expression();
    this.expect(')');
    return value;
  }

  // ---- brackets

  /** `(a)`, `(a, b)` as a row, `(SELECT ...)`, `((SELECT ...) UNION ...)`. */
  private parenthesisedExpression(): Expression {
    const { start } = this.expect('(');
    if (this.startsQuery()) return this.subqueryTo(start, this.query());
    const first = this.expression();
    if (first.kind === 'subquery' && this.continuesQuery()) return this.subqueryTo(start, this.queryContinuing(first.query));
    const elements = [first];
    while (this.accept(',')) elements.push(this.expression());
    this.expect(')');
    if (elements.length > 1) return { kind: 'row', span: this.spanFrom(start), isExplicit: false, elements };
    const isDifference = first.kind === 'binary' && first.operator === '-' && DIFFERENCE_UNITS.has(this.token.upper);
    return isDifference ? { kind: 'datetime-difference', left: first.left, right: first.right, qualifier: this.intervalQualifier(), span: this.spanFrom(start) } : first;
  }

  private subqueryTo(start: number, query: Query): Expression {
    this.expect(')');
    return { kind: 'subquery', span: this.spanFrom(start), query };
  }

  /** JDBC's escapes: `{fn f(x)}`, `{d '...'}`, `{t '...'}`, `{ts '...'}`. */
  private bracedExpression(): Expression {
    const { start } = this.expect('{');
    const word = this.expectOneOf(['FN', 'D', 'T', 'TS']);
    if (word === 'FN') {
      const call = this.primary();
      this.expect('}');
      return call;
    }
    const text = this.expectString();
    this.expect('}');
    return { kind: 'datetime-literal', span: this.spanFrom(start), type: word === 'D' ? 'DATE' : word === 'T' ? 'TIME' : 'TIMESTAMP', text };
  }

  private exists(start: number): Expression {
    this.expectSequence('EXISTS', '(');
    const query = this.query();
    this.expect(')');
    return { kind: 'exists', span: this.spanFrom(start), query };
  }

  private rowConstructor(start: number): Expression {
    this.expect('ROW');
    const elements = this.parenthesised(() => this.expression());
    return { kind: 'row', span: this.spanFrom(start), isExplicit: true, elements };
  }

  /** MAP without a bracket behind it is a name. */
  private acceptCollection(collection: 'ARRAY' | 'MULTISET' | 'MAP', start: number): Expression | undefined {
    const open = this.peek(1).upper;
    if (open !== '[' && (open !== '(' || collection === 'MAP' && !this.startsQueryAt(2))) {
      if (collection === 'MAP') return undefined;
      this.advance();
      this.note('[');
      this.note('(');
      this.fail();
    }
    this.advance();
    if (this.accept('(')) {
      const query = this.query();
      this.expect(')');
      return { kind: 'collection-subquery', span: this.spanFrom(start), collection, query };
    }
    this.expect('[');
    const elements = this.is(']') ? [] : this.list(() => this.expression());
    this.expect(']');
    return { kind: 'collection', span: this.spanFrom(start), collection, elements };
  }

  private startsQueryAt(distance: number): boolean {
    const { upper } = this.peek(distance);
    return upper === 'SELECT' || upper === 'WITH' || upper === 'VALUES';
  }

  // ---- others

  private caseExpression(): CaseExpression {
    const { start } = this.expect('CASE');
    const operand = this.is('WHEN') ? undefined : this.expression();
    const branches: CaseBranch[] = [];
    while (this.is('WHEN') || branches.length === 0) branches.push(this.caseBranch(operand !== undefined));
    const otherwise = this.accept('ELSE') ? this.expression() : undefined;
    this.expect('END');
    return { kind: 'case', span: this.spanFrom(start), operand, branches, otherwise };
  }

  private caseBranch(isWithOperand: boolean): CaseBranch {
    const { start } = this.expect('WHEN');
    const when = isWithOperand ? this.list(() => this.expression()) : [this.expression()];
    this.expect('THEN');
    const result = this.expression();
    return { kind: 'case-branch', span: this.spanFrom(start), when, result };
  }

  private acceptMatchSemantics(semantics: 'RUNNING' | 'FINAL', start: number): Expression | undefined {
    if (!MATCH_FUNCTIONS.has(this.peek(1).upper) || this.peek(2).upper !== '(') return undefined;
    this.advance();
    const operand = this.primary();
    if (operand.kind !== 'call') this.failAt(operand.span, `${semantics} stands before a function of the matched rows, not before this`);
    return { kind: 'match-semantics', span: this.spanFrom(start), semantics, operand };
  }
}
