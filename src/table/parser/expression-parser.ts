// The grammar of operators, by precedence climbing. From loose to tight:
// OR, AND, NOT, IS, comparisons, BETWEEN / IN / LIKE, multiset operators, + -, * / % ||, signs, and [ ] . of primary.
import type { BinaryExpression, BinaryOperator, Expression, InExpression, IsExpression, LikeExpression, QuantifiedComparison } from '#table/parser/ast-expression';
import type { Query } from '#table/parser/ast-query';
import { PrimaryParser } from '#table/parser/primary-parser';

const POWER = { or: 1, and: 2, not: 3, is: 4, comparison: 5, range: 6, multiset: 7, sum: 8, product: 9, sign: 10 } as const;

type Power = number;

/** Operators of one token. */
const BINARY_POWERS: ReadonlyMap<string, { readonly operator: BinaryOperator; readonly power: Power }> = new Map([
  ['OR', { operator: 'OR', power: POWER.or }],
  ['AND', { operator: 'AND', power: POWER.and }],
  ['=', { operator: '=', power: POWER.comparison }],
  ['<>', { operator: '<>', power: POWER.comparison }],
  ['<', { operator: '<', power: POWER.comparison }],
  ['<=', { operator: '<=', power: POWER.comparison }],
  ['>', { operator: '>', power: POWER.comparison }],
  ['>=', { operator: '>=', power: POWER.comparison }],
  ['OVERLAPS', { operator: 'OVERLAPS', power: POWER.comparison }],
  ['CONTAINS', { operator: 'CONTAINS', power: POWER.comparison }],
  ['EQUALS', { operator: 'EQUALS', power: POWER.comparison }],
  ['PRECEDES', { operator: 'PRECEDES', power: POWER.comparison }],
  ['SUCCEEDS', { operator: 'SUCCEEDS', power: POWER.comparison }],
  ['+', { operator: '+', power: POWER.sum }],
  ['-', { operator: '-', power: POWER.sum }],
  ['*', { operator: '*', power: POWER.product }],
  ['/', { operator: '/', power: POWER.product }],
  ['%', { operator: '%', power: POWER.product }],
  ['||', { operator: '||', power: POWER.product }],
]);

/** Words that begin an operator of several words, or one with a shape of its own; behind a NOT they bind as without. */
const OTHER_OPERATORS: ReadonlyMap<string, Power> = new Map([
  ['IS', POWER.is], ['BETWEEN', POWER.range], ['IN', POWER.range], ['LIKE', POWER.range], ['ILIKE', POWER.range], ['RLIKE', POWER.range], ['SIMILAR', POWER.range],
  ['MEMBER', POWER.comparison], ['SUBMULTISET', POWER.comparison], ['IMMEDIATELY', POWER.comparison], ['MULTISET', POWER.multiset],
]);

const COMPARISONS = new Set<string>(['=', '<>', '<', '<=', '>', '>=']);
const LIKE_OPERATORS = ['LIKE', 'ILIKE', 'RLIKE', 'SIMILAR'] as const;
/** What can follow a NOT that stands between two operands. */
const NEGATABLE = new Set(['BETWEEN', 'IN', 'LIKE', 'ILIKE', 'RLIKE', 'SIMILAR', 'MEMBER', 'SUBMULTISET']);

export abstract class ExpressionParser extends PrimaryParser {
  protected expression(): Expression {
    return this.climb(POWER.or);
  }

  protected operand(): Expression {
    return this.climb(POWER.multiset);
  }

  /** Operators of at least `min`. */
  private climb(min: Power): Expression {
    let left = this.prefixed();
    for (;;) {
      const word = this.token.upper;
      const binary = BINARY_POWERS.get(word);
      if (binary !== undefined) {
        if (binary.power < min) return left;
        left = this.binary(left, binary.operator, binary.power);
        continue;
      }
      const power = OTHER_OPERATORS.get(word === 'NOT' ? this.peek(1).upper : word);
      if (power === undefined || power < min || !this.isOperator(word)) {
        if (word === '!=' && min <= POWER.comparison) this.failAt(this.token, "Bang equal '!=' is not allowed under the current SQL conformance level", 'Write <> instead.');
        this.note('an operator');
        return left;
      }
      left = this.other(left, word, power);
    }
  }

  private prefixed(): Expression {
    const { start, upper } = this.token;
    if (upper === '-' || upper === '+') {
      this.advance();
      const operand = this.climb(POWER.sign);
      return { kind: 'unary', span: this.spanFrom(start), operator: upper, operand };
    }
    if (upper === 'NOT') {
      this.advance();
      const operand = this.climb(POWER.not);
      return { kind: 'unary', span: this.spanFrom(start), operator: 'NOT', operand };
    }
    return this.primary();
  }

  /** Some words are operators only together with the next one. */
  private isOperator(word: string): boolean {
    const next = this.peek(1).upper;
    switch (word) {
      case 'NOT':
        return NEGATABLE.has(next);
      case 'MULTISET':
        return next === 'UNION' || next === 'EXCEPT' || next === 'INTERSECT';
      case 'IMMEDIATELY':
        return next === 'PRECEDES' || next === 'SUCCEEDS';
      default:
        return true;
    }
  }

  private binary(left: Expression, operator: BinaryOperator, power: Power): Expression {
    this.advance();
    if (COMPARISONS.has(operator)) {
      const next = this.token.upper;
      const isQuantified = (next === 'ALL' || next === 'ANY' || next === 'SOME') && this.peek(1).upper === '(';
      if (isQuantified) return this.quantified(left, operator as QuantifiedComparison['operator']);
    }
    return this.binaryOf(left, operator, this.climb(power + 1));
  }

  private binaryOf(left: Expression, operator: BinaryOperator, right: Expression): BinaryExpression {
    return { kind: 'binary', span: this.spanFrom(left.span.start), operator, left, right };
  }

  private quantified(operand: Expression, operator: QuantifiedComparison['operator']): QuantifiedComparison {
    const quantifier = this.advance().upper === 'ALL' ? 'ALL' : 'SOME';
    const set = this.querySetOrList();
    return { kind: 'quantified-comparison', span: this.spanFrom(operand.span.start), operand, operator, quantifier, set };
  }

  /** `(SELECT ...)` or `(a, b, ...)` */
  private querySetOrList(): Query | readonly Expression[] {
    this.expect('(');
    if (this.startsQuery()) {
      const query = this.query();
      this.expect(')');
      return query;
    }
    const list = [this.expression()];
    const first = list[0]!;
    if (first.kind === 'subquery' && this.continuesQuery()) {
      const query = this.queryContinuing(first.query);
      this.expect(')');
      return query;
    }
    while (this.accept(',')) list.push(this.expression());
    this.expect(')');
    return list;
  }

  // ---- operators of several words

  private other(left: Expression, word: string, power: Power): Expression {
    if (word === 'IS') return this.isTest(left);
    if (word === 'MULTISET') return this.multisetOperator(left);
    if (word === 'IMMEDIATELY') {
      this.advance();
      const operator = `IMMEDIATELY ${this.expectOneOf(['PRECEDES', 'SUCCEEDS'])}` as const;
      return this.binaryOf(left, operator, this.climb(power + 1));
    }
    const isNegated = this.accept('NOT');
    switch (this.token.upper) {
      case 'BETWEEN':
        return this.between(left, isNegated);
      case 'IN':
        return this.inSet(left, isNegated);
      case 'MEMBER':
      case 'SUBMULTISET':
        return this.membership(left, isNegated);
      default:
        return this.like(left, isNegated);
    }
  }

  private isTest(operand: Expression): Expression {
    this.expect('IS');
    const isNegated = this.accept('NOT');
    if (this.acceptSequence('DISTINCT', 'FROM')) {
      return this.binaryOf(operand, isNegated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM', this.climb(POWER.range));
    }
    const test = this.isTestWord();
    return { kind: 'is', span: this.spanFrom(operand.span.start), operand, isNegated, test };
  }

  private isTestWord(): IsExpression['test'] {
    if (this.acceptSequence('A', 'SET')) return 'A SET';
    if (!this.accept('JSON')) return this.expectOneOf(['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'EMPTY']);
    const shape = this.acceptOneOf(['VALUE', 'OBJECT', 'ARRAY', 'SCALAR']);
    return shape === undefined ? 'JSON' : `JSON ${shape}`;
  }

  private between(operand: Expression, isNegated: boolean): Expression {
    this.expect('BETWEEN');
    const isSymmetric = this.accept('SYMMETRIC');
    if (!isSymmetric) this.accept('ASYMMETRIC');
    const low = this.climb(POWER.multiset);
    this.expect('AND');
    const high = this.climb(POWER.multiset);
    return { kind: 'between', span: this.spanFrom(operand.span.start), operand, isNegated, isSymmetric, low, high };
  }

  private inSet(operand: Expression, isNegated: boolean): InExpression {
    this.expect('IN');
    const set = this.querySetOrList();
    return { kind: 'in', span: this.spanFrom(operand.span.start), operand, isNegated, set };
  }

  private like(operand: Expression, isNegated: boolean): LikeExpression {
    const word = this.expectOneOf(LIKE_OPERATORS);
    if (word === 'SIMILAR') this.expect('TO');
    const pattern = this.climb(POWER.multiset);
    const escape = this.accept('ESCAPE') ? this.climb(POWER.multiset) : undefined;
    return { kind: 'like', span: this.spanFrom(operand.span.start), operator: word === 'SIMILAR' ? 'SIMILAR TO' : word, operand, isNegated, pattern, escape };
  }

  private membership(operand: Expression, isNegated: boolean): Expression {
    const word = this.expectOneOf(['MEMBER', 'SUBMULTISET']);
    this.accept('OF');
    const operator = isNegated ? (`NOT ${word} OF` as const) : (`${word} OF` as const);
    return this.binaryOf(operand, operator, this.climb(POWER.range));
  }

  private multisetOperator(left: Expression): Expression {
    this.expect('MULTISET');
    const word = this.expectOneOf(['UNION', 'EXCEPT', 'INTERSECT']);
    const isDistinct = this.accept('DISTINCT');
    if (!isDistinct) this.accept('ALL');
    const operator = isDistinct ? (`MULTISET ${word} DISTINCT` as const) : (`MULTISET ${word}` as const);
    return this.binaryOf(left, operator, this.climb(POWER.multiset + 1));
  }
}
