// The grammar of calls with words between their operands. Each becomes an ordinary call whose operands stand in the
// order of the plain form, which is accepted too.
import type { CallArgument, CallExpression, CallSyntax, CastExpression, Expression, SymbolLiteral } from '#table/parser/ast-expression';
import type { ObjectPath } from '#table/parser/ast-node';
import { CallParser } from '#table/parser/call-parser';

/** Words that begin such a call when a parenthesis follows. */
const SPECIAL_CALLS = new Set(['CAST', 'TRY_CAST', 'EXTRACT', 'TRIM', 'POSITION', 'SUBSTRING', 'OVERLAY', 'CEIL', 'CEILING', 'FLOOR', 'TIMESTAMPADD', 'TIMESTAMPDIFF', 'TRANSLATE', 'CONVERT']);

/** What the operands of a special call turned out to be. */
interface SpecialOperands {
  readonly syntax: CallSyntax;
  readonly operands: readonly CallArgument[];
}

export abstract class SpecialCallParser extends CallParser {
  /** The call that begins at the next word, or undefined where it is none of these. */
  protected acceptSpecialCall(): Expression | undefined {
    const { start, upper, end } = this.token;
    if (!SPECIAL_CALLS.has(upper) || this.peek(1).upper !== '(') return undefined;
    if (upper === 'CAST' || upper === 'TRY_CAST') return this.cast();
    const path = this.wordAsPath(start, end);
    this.expect('(');
    const { syntax, operands } = this.specialOperands(upper);
    this.expect(')');
    return this.finishCall(start, path, syntax, { arguments: operands });
  }

  /** The next word, whatever its class, as the name of a function. */
  protected wordAsPath(start: number, end: number): ObjectPath {
    const { text } = this.advance();
    const span = { start, end };
    return { kind: 'object-path', span, parts: [{ kind: 'identifier', span, name: text, isQuoted: false }] };
  }

  private specialOperands(name: string): SpecialOperands {
    switch (name) {
      case 'EXTRACT':
        return this.extractOperands();
      case 'TRIM':
        return this.trimOperands();
      case 'POSITION':
        return this.positionOperands();
      case 'SUBSTRING':
        return this.substringOperands();
      case 'OVERLAY':
        return this.overlayOperands();
      case 'TIMESTAMPADD':
      case 'TIMESTAMPDIFF':
        return this.timestampOperands();
      case 'CEIL':
      case 'CEILING':
      case 'FLOOR':
        return this.roundingOperands();
      default:
        return this.usingOperands();
    }
  }

  private cast(): CastExpression {
    const { start, upper } = this.advance();
    this.expect('(');
    const operand = this.expression();
    this.expect('AS');
    const type = this.dataType();
    this.expect(')');
    return { kind: 'cast', span: this.spanFrom(start), isTry: upper === 'TRY_CAST', operand, type };
  }

  /** Any word: whether it is a unit that the function knows is for the validator. */
  private unitSymbol(): SymbolLiteral {
    const { start, upper } = this.token;
    if (!/^[A-Z_0-9]+$/.test(upper)) {
      this.note('a time unit');
      this.fail();
    }
    this.advance();
    return { kind: 'symbol', span: this.spanFrom(start), symbol: upper };
  }

  private extractOperands(): SpecialOperands {
    const unit = this.unitSymbol();
    this.expect('FROM');
    return { syntax: 'extract', operands: [unit, this.expression()] };
  }

  /** `TRIM(x)`, `TRIM(c FROM x)`, `TRIM(BOTH FROM x)`, `TRIM(LEADING c FROM x)`, and `TRIM(BOTH x)`, where blanks go. */
  private trimOperands(): SpecialOperands {
    const { start } = this.token;
    const side = this.acceptOneOf(['BOTH', 'LEADING', 'TRAILING']);
    const symbol: SymbolLiteral = { kind: 'symbol', span: { start, end: side === undefined ? start : this.lastEnd }, symbol: side ?? 'BOTH' };
    const blank: Expression = { kind: 'string-literal', span: { start: this.lastEnd, end: this.lastEnd }, value: ' ' };
    if (side !== undefined && this.accept('FROM')) return { syntax: 'trim', operands: [symbol, blank, this.expression()] };
    const first = this.expression();
    if (this.accept('FROM')) return { syntax: 'trim', operands: [symbol, first, this.expression()] };
    return side === undefined ? { syntax: 'plain', operands: [first] } : { syntax: 'trim', operands: [symbol, blank, first] };
  }

  private positionOperands(): SpecialOperands {
    const needle = this.operand();
    if (!this.accept('IN')) return this.plainRest(needle);
    const operands = [needle, this.operand()];
    if (this.accept('FROM')) operands.push(this.operand());
    return { syntax: 'position', operands };
  }

  private substringOperands(): SpecialOperands {
    const text = this.expression();
    if (!this.accept('FROM')) {
      if (!this.is(',')) this.fail();
      return this.plainRest(text);
    }
    const operands = [text, this.expression()];
    if (this.accept('FOR')) operands.push(this.expression());
    return { syntax: 'substring', operands };
  }

  private overlayOperands(): SpecialOperands {
    const text = this.expression();
    if (!this.accept('PLACING')) return this.plainRest(text);
    const operands = [text, this.expression()];
    this.expect('FROM');
    operands.push(this.expression());
    if (this.accept('FOR')) operands.push(this.expression());
    return { syntax: 'overlay', operands };
  }

  private timestampOperands(): SpecialOperands {
    const unit = this.unitSymbol();
    this.expect(',');
    const first = this.expression();
    this.expect(',');
    return { syntax: 'plain', operands: [unit, first, this.expression()] };
  }

  private roundingOperands(): SpecialOperands {
    const value = this.expression();
    return this.accept('TO') ? { syntax: 'rounding', operands: [value, this.unitSymbol()] } : this.plainRest(value);
  }

  private usingOperands(): SpecialOperands {
    const value = this.expression();
    if (!this.accept('USING')) return this.plainRest(value);
    const { start } = this.token;
    const charset = this.expectIdentifier();
    return { syntax: 'using', operands: [value, { kind: 'column-reference', span: this.spanFrom(start), parts: [charset] }] };
  }

  private plainRest(first: Expression): SpecialOperands {
    return { syntax: 'plain', operands: this.accept(',') ? [first, ...this.list(() => this.expression())] : [first] };
  }

  /** A call of a function without parentheses. */
  protected niladicCall(): CallExpression {
    const { start, end } = this.token;
    const path = this.wordAsPath(start, end);
    return this.finishCall(start, path, 'niladic', { arguments: [] });
  }
}
