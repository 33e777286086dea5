// The grammar of hint comments, behind SELECT and behind table names.
import type { Hint, HintArgument } from '#table/parser/ast-node';
import { ExpressionParser } from '#table/parser/expression-parser';
import { TOKEN } from '#table/parser/token';

export abstract class HintParser extends ExpressionParser {
  /** The hints of a hint comment, where one stands. */
  protected acceptHints(): Hint[] {
    if (!this.accept('/*+')) return [];
    const hints = [this.hint()];
    while (this.token.upper !== '*/') {
      this.accept(',');
      hints.push(this.hint());
    }
    this.expect('*/');
    return hints;
  }

  private hint(): Hint {
    const { start } = this.token;
    const name = this.expectIdentifier();
    const list = this.is('(') ? this.hintArguments() : [];
    return { kind: 'hint', span: this.spanFrom(start), name, arguments: list };
  }

  private hintArguments(): HintArgument[] {
    this.expect('(');
    if (this.accept(')')) return [];
    const list = this.list(() => this.hintArgument());
    this.expect(')');
    return list;
  }

  /** `'key'='value'`, `key = 'value'`, `t1`, `db.t1`, `'text'`, `12`. */
  private hintArgument(): HintArgument {
    const { start, kind, text } = this.token;
    if (kind === TOKEN.string) {
      this.advance();
      if (!this.accept('=')) return { kind: 'hint-literal', span: this.spanFrom(start), form: 'string', text };
      return { kind: 'option', key: text, value: this.expectString(), span: this.spanFrom(start) };
    }
    if (kind === TOKEN.integer || kind === TOKEN.decimal) {
      this.advance();
      return { kind: 'hint-literal', span: this.spanFrom(start), form: 'number', text };
    }
    const { parts } = this.expectPath();
    if (parts.length === 1 && this.accept('=')) return { kind: 'option', key: parts[0]!.name, value: this.expectString(), span: this.spanFrom(start) };
    return { kind: 'hint-name', span: this.spanFrom(start), parts };
  }
}
