// The grammar of MATCH_RECOGNIZE.
import type { AfterMatch, MatchRecognize, Measure, PatternDefinition, PatternSubset, RowPattern, RowsPerMatch } from '#table/parser/ast-match-recognize';
import type { TableExpression } from '#table/parser/ast-query';
import { HintParser } from '#table/parser/hint-parser';

const QUANTIFIER_SYMBOLS: ReadonlyMap<string, { readonly min: number; readonly max: number | undefined }> = new Map([
  ['*', { min: 0, max: undefined }],
  ['+', { min: 1, max: undefined }],
  ['?', { min: 0, max: 1 }],
]);

export abstract class MatchRecognizeParser extends HintParser {
  /** `MATCH_RECOGNIZE ( ... )` behind `input`, without an alias. */
  protected matchRecognize(input: TableExpression): MatchRecognize {
    this.expectSequence('MATCH_RECOGNIZE', '(');
    const partitionBy = this.acceptPair('PARTITION', 'BY') ? this.list(() => this.expression()) : [];
    const orderBy = this.is('ORDER') ? this.orderByClause() : [];
    const measures = this.accept('MEASURES') ? this.list(() => this.measure()) : [];
    const rowsPerMatch = this.rowsPerMatch();
    const afterMatch = this.afterMatch();
    this.expectSequence('PATTERN', '(');
    const isAnchoredAtStart = this.accept('^');
    const pattern = this.rowPattern();
    const isAnchoredAtEnd = this.accept('$');
    this.expect(')');
    const within = this.accept('WITHIN') ? this.expression() : undefined;
    const subsets = this.accept('SUBSET') ? this.list(() => this.subset()) : [];
    this.expect('DEFINE');
    const definitions = this.list(() => this.definition());
    this.expect(')');
    return {
      kind: 'match-recognize', span: this.spanFrom(input.span.start), input, partitionBy, orderBy, measures, rowsPerMatch, afterMatch, isAnchoredAtStart, isAnchoredAtEnd, pattern, within,
      subsets, definitions, alias: undefined, sample: undefined,
    };
  }

  private measure(): Measure {
    const { start } = this.token;
    const expression = this.expression();
    this.expect('AS');
    const alias = this.expectIdentifier();
    return { kind: 'measure', span: this.spanFrom(start), expression, alias };
  }

  private rowsPerMatch(): RowsPerMatch | undefined {
    if (this.acceptSequence('ONE', 'ROW', 'PER', 'MATCH')) return 'ONE ROW PER MATCH';
    if (!this.acceptSequence('ALL', 'ROWS', 'PER', 'MATCH')) return undefined;
    if (this.acceptSequence('SHOW', 'EMPTY', 'MATCHES')) return 'ALL ROWS PER MATCH SHOW EMPTY MATCHES';
    if (this.acceptSequence('OMIT', 'EMPTY', 'MATCHES')) return 'ALL ROWS PER MATCH OMIT EMPTY MATCHES';
    return this.acceptSequence('WITH', 'UNMATCHED', 'ROWS') ? 'ALL ROWS PER MATCH WITH UNMATCHED ROWS' : 'ALL ROWS PER MATCH';
  }

  private afterMatch(): AfterMatch | undefined {
    const { start } = this.token;
    if (!this.accept('AFTER')) return undefined;
    this.expectSequence('MATCH', 'SKIP');
    if (this.acceptSequence('PAST', 'LAST', 'ROW')) return { kind: 'after-match', span: this.spanFrom(start), skip: 'PAST LAST ROW', variable: undefined };
    this.expect('TO');
    if (this.acceptSequence('NEXT', 'ROW')) return { kind: 'after-match', span: this.spanFrom(start), skip: 'TO NEXT ROW', variable: undefined };
    // A variable may be called FIRST or LAST itself.
    const isFirst = this.isIdentifierToken(this.peek(1)) && this.accept('FIRST');
    if (!isFirst && this.isIdentifierToken(this.peek(1))) this.accept('LAST');
    const variable = this.expectIdentifier();
    return { kind: 'after-match', span: this.spanFrom(start), skip: isFirst ? 'TO FIRST' : 'TO LAST', variable };
  }

  private subset(): PatternSubset {
    const { start } = this.token;
    const name = this.expectIdentifier();
    this.expect('=');
    const variables = this.identifierList();
    return { kind: 'pattern-subset', span: this.spanFrom(start), name, variables };
  }

  private definition(): PatternDefinition {
    const { start } = this.token;
    const name = this.expectIdentifier();
    this.expect('AS');
    const condition = this.expression();
    return { kind: 'pattern-definition', span: this.spanFrom(start), name, condition };
  }

  // ---- patterns

  private rowPattern(): RowPattern {
    const { start } = this.token;
    const alternatives = [this.patternSequence()];
    while (this.accept('|')) alternatives.push(this.patternSequence());
    return alternatives.length === 1 ? alternatives[0]! : { kind: 'pattern-alternation', span: this.spanFrom(start), alternatives };
  }

  private patternSequence(): RowPattern {
    const { start } = this.token;
    const elements = [this.patternFactor()];
    while (this.isIdentifierToken(this.token) || this.token.upper === '(' || this.token.upper === '{-' || this.token.upper === 'PERMUTE') elements.push(this.patternFactor());
    return elements.length === 1 ? elements[0]! : { kind: 'pattern-sequence', span: this.spanFrom(start), elements };
  }

  private patternFactor(): RowPattern {
    const element = this.patternPrimary();
    const bounds = this.quantifierBounds();
    if (bounds === undefined) return element;
    const isReluctant = this.accept('?');
    return { kind: 'pattern-quantified', span: this.spanFrom(element.span.start), element, min: bounds.min, max: bounds.max, isReluctant };
  }

  private quantifierBounds(): { readonly min: number; readonly max: number | undefined } | undefined {
    const symbol = QUANTIFIER_SYMBOLS.get(this.token.upper);
    if (symbol !== undefined) {
      this.advance();
      return symbol;
    }
    if (!this.accept('{')) return undefined;
    const min = this.is(',') ? 0 : this.expectInteger();
    const max = !this.accept(',') ? min : this.is('}') ? undefined : this.expectInteger();
    this.expect('}');
    return { min, max };
  }

  private patternPrimary(): RowPattern {
    const { start } = this.token;
    if (this.accept('(')) {
      if (this.accept(')')) return { kind: 'pattern-sequence', span: this.spanFrom(start), elements: [] };
      const inner = this.rowPattern();
      this.expect(')');
      return inner;
    }
    if (this.accept('{-')) {
      const element = this.rowPattern();
      this.expect('-}');
      return { kind: 'pattern-exclusion', span: this.spanFrom(start), element };
    }
    if (this.accept('PERMUTE')) return { kind: 'pattern-permute', elements: this.parenthesised(() => this.rowPattern()), span: this.spanFrom(start) };
    const name = this.expectIdentifier();
    return { kind: 'pattern-variable', span: this.spanFrom(start), name };
  }
}
