// The grammar of FROM: tables, sub-queries, table functions, UNNEST, joins.
import type { CallExpression, Expression } from '#table/parser/ast-expression';
import type { Join, JoinCondition, Query, TableAlias, TableExpression, TableSample } from '#table/parser/ast-query';
import { MatchRecognizeParser } from '#table/parser/match-recognize-parser';

type JoinType = Join['joinType'];

export abstract class FromParser extends MatchRecognizeParser {
  /** What stands behind FROM: joins, and commas between them. */
  protected fromList(): TableExpression {
    let left = this.joinedTable();
    while (this.accept(',')) left = this.joinOf(left, 'COMMA', false, this.joinedTable(), undefined);
    return left;
  }

  private joinedTable(): TableExpression {
    let left = this.tableFactor();
    for (;;) {
      const isNatural = this.accept('NATURAL');
      const joinType = this.acceptJoinType();
      if (joinType === undefined) {
        if (isNatural) this.fail();
        return left;
      }
      const right = this.tableFactor();
      const isConditional = joinType !== 'CROSS' && !isNatural;
      left = this.joinOf(left, joinType, isNatural, right, isConditional ? this.joinCondition() : undefined);
    }
  }

  private joinOf(left: TableExpression, joinType: JoinType, isNatural: boolean, right: TableExpression, condition: JoinCondition | undefined): Join {
    return { kind: 'join', span: this.spanFrom(left.span.start), joinType, isNatural, left, right, condition };
  }

  private acceptJoinType(): JoinType | undefined {
    if (this.accept('JOIN')) return 'INNER';
    if (this.acceptPair('CROSS', 'JOIN')) return 'CROSS';
    if (this.acceptPair('INNER', 'JOIN')) return 'INNER';
    const side = this.acceptOneOf(['LEFT', 'RIGHT', 'FULL']);
    if (side === undefined) return undefined;
    this.accept('OUTER');
    this.expect('JOIN');
    return side;
  }

  /** A join without a condition parses: the validator says what it lacks. */
  private joinCondition(): JoinCondition | undefined {
    const { start } = this.token;
    if (this.accept('ON')) return { kind: 'join-on', expression: this.expression(), span: this.spanFrom(start) };
    if (this.accept('USING')) return { kind: 'join-using', columns: this.identifierList(), span: this.spanFrom(start) };
    return undefined;
  }

  // ---- one table

  private tableFactor(): TableExpression {
    const { start } = this.token;
    let table = this.tablePrimary(start);
    if (this.is('MATCH_RECOGNIZE')) {
      table = this.matchRecognize(table);
      table = { ...table, alias: this.acceptAlias(), sample: this.acceptSample(), span: this.spanFrom(start) };
    }
    return table;
  }

  private tablePrimary(start: number): TableExpression {
    const isLateral = this.accept('LATERAL');
    switch (this.token.upper) {
      case '(':
        return this.parenthesisedTable(start, isLateral);
      case 'UNNEST':
        return this.unnest(start, isLateral);
      case 'TABLE':
        return this.tableKeyword(start, isLateral);
      default:
    }
    this.note('a table');
    const table = this.expectPath();
    if (this.token.upper === '(') {
      const call = this.callOf(start, table);
      return this.tableFunction(start, call, { isLateral, hasTableKeyword: false });
    }
    if (isLateral) this.fail();
    const hints = this.acceptHints();
    const period = this.acceptPair('FOR', 'SYSTEM_TIME') ? this.period() : undefined;
    const alias = this.acceptAlias();
    const sample = this.acceptSample();
    return { kind: 'table-reference', span: this.spanFrom(start), table, hints, period, alias, sample };
  }

  private period(): Expression {
    this.expectSequence('AS', 'OF');
    return this.expression();
  }

  private tableKeyword(start: number, isLateral: boolean): TableExpression {
    this.expectSequence('TABLE', '(');
    const callStart = this.token.start;
    const call = this.expression();
    if (call.kind !== 'call') this.failAt({ start: callStart, end: this.lastEnd }, 'TABLE( ) takes a call of a table function');
    this.expect(')');
    return this.tableFunction(start, call, { isLateral, hasTableKeyword: true });
  }

  private tableFunction(start: number, call: CallExpression, form: { readonly isLateral: boolean; readonly hasTableKeyword: boolean }): TableExpression {
    const hints = this.acceptHints();
    const alias = this.acceptAlias();
    const sample = this.acceptSample();
    return { kind: 'table-function', span: this.spanFrom(start), ...form, call, hints, alias, sample };
  }

  private unnest(start: number, isLateral: boolean): TableExpression {
    this.expect('UNNEST');
    const operands = this.parenthesised(() => this.expression());
    const isWithOrdinality = this.acceptSequence('WITH', 'ORDINALITY');
    const alias = this.acceptAlias();
    const sample = this.acceptSample();
    return { kind: 'unnest', span: this.spanFrom(start), isLateral, operands, isWithOrdinality, alias, sample };
  }

  /** A sub-query, or joins in parentheses; which one shows only inside where they begin with another parenthesis. */
  private parenthesisedTable(start: number, isLateral: boolean): TableExpression {
    this.expect('(');
    if (this.startsQuery()) return this.derivedTable(start, isLateral, this.query());
    const inner = this.fromList();
    const isBareQuery = inner.kind === 'derived-table' && inner.alias === undefined && inner.sample === undefined && !inner.isLateral;
    if (isBareQuery && this.continuesQuery()) return this.derivedTable(start, isLateral, this.queryContinuing(inner.query));
    if (isBareQuery) return this.derivedTable(start, isLateral, inner.query);
    if (isLateral) this.fail();
    this.expect(')');
    return inner;
  }

  private derivedTable(start: number, isLateral: boolean, query: Query): TableExpression {
    this.expect(')');
    const alias = this.is('MATCH_RECOGNIZE') ? undefined : this.acceptAlias();
    const sample = this.acceptSample();
    return { kind: 'derived-table', span: this.spanFrom(start), isLateral, query, alias, sample };
  }

  private acceptAlias(): TableAlias | undefined {
    const { start } = this.token;
    if (!this.accept('AS') && !this.isIdentifier()) return undefined;
    const name = this.expectIdentifier();
    const columns = this.is('(') ? this.identifierList() : [];
    return { kind: 'table-alias', span: this.spanFrom(start), name, columns };
  }

  private acceptSample(): TableSample | undefined {
    const { start } = this.token;
    if (!this.accept('TABLESAMPLE')) return undefined;
    const method = this.expectOneOf(['BERNOULLI', 'SYSTEM']);
    this.expect('(');
    const percentage = this.expression();
    this.expect(')');
    const seed = this.accept('REPEATABLE') ? this.seed() : undefined;
    return { kind: 'table-sample', span: this.spanFrom(start), method, percentage, seed };
  }

  private seed(): Expression {
    this.expect('(');
    const seed = this.expression();
    this.expect(')');
    return seed;
  }
}
