// The grammar of queries: WITH, set operations, SELECT with its clauses, VALUES, and the clauses behind all of them.
import type { Expression } from '#table/parser/ast-expression';
import type { CommonTable, GroupBy, GroupItem, GroupingSet, NamedWindow, Query, QueryBody, Select, SelectItem } from '#table/parser/ast-query';
import { FromParser } from '#table/parser/from-parser';
import { TOKEN } from '#table/parser/token';

const SET_OPERATORS = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS']);
const TRAILING_CLAUSES = new Set(['ORDER', 'LIMIT', 'OFFSET', 'FETCH']);

export abstract class QueryParser extends FromParser {
  protected query(): Query {
    const { start } = this.token;
    const isWith = this.accept('WITH');
    const isRecursive = isWith && this.accept('RECURSIVE');
    const commonTables = isWith ? this.list(() => this.commonTable()) : [];
    return this.finishQuery(start, commonTables, isRecursive, this.queryBody(this.queryTerm()));
  }

  protected queryContinuing(first: Query): Query {
    return this.finishQuery(first.span.start, [], false, this.queryBody(this.queryTermFrom(bodyOf(first))));
  }

  protected startsQuery(): boolean {
    const { upper } = this.token;
    if (upper === 'TABLE') return this.isIdentifierToken(this.peek(1));
    if (upper === 'SELECT' || upper === 'WITH' || upper === 'VALUES') return true;
    this.note('a query');
    return false;
  }

  protected continuesQuery(): boolean {
    return SET_OPERATORS.has(this.token.upper) || TRAILING_CLAUSES.has(this.token.upper);
  }

  private commonTable(): CommonTable {
    const { start } = this.token;
    const name = this.expectIdentifier();
    const columns = this.is('(') ? this.identifierList() : [];
    this.expectSequence('AS', '(');
    const query = this.query();
    this.expect(')');
    return { kind: 'common-table', span: this.spanFrom(start), name, columns, query };
  }

  private finishQuery(start: number, commonTables: readonly CommonTable[], isRecursive: boolean, body: QueryBody): Query {
    const orderBy = this.is('ORDER') ? this.orderByClause() : [];
    let limit = this.acceptLimit();
    const offset = this.acceptOffset();
    limit ??= this.acceptLimit() ?? this.acceptFetch();
    return { kind: 'query', span: this.spanFrom(start), with: commonTables, isRecursive, body, orderBy, offset, limit };
  }

  private acceptLimit(): Query['limit'] {
    if (!this.accept('LIMIT')) return undefined;
    return this.accept('ALL') ? 'ALL' : this.rowCount();
  }

  private acceptOffset(): Expression | undefined {
    if (!this.accept('OFFSET')) return undefined;
    const offset = this.rowCount();
    this.acceptOneOf(['ROWS', 'ROW']);
    return offset;
  }

  /** `FETCH FIRST n ROWS ONLY` */
  private acceptFetch(): Query['limit'] {
    if (!this.accept('FETCH')) return undefined;
    this.expectOneOf(['FIRST', 'NEXT']);
    const count = this.rowCount();
    this.expectOneOf(['ROWS', 'ROW']);
    this.expect('ONLY');
    return count;
  }

  /** A number without a sign, or `?`. */
  private rowCount(): Expression {
    const { kind, upper } = this.token;
    if (kind !== TOKEN.integer && kind !== TOKEN.decimal && upper !== '?') {
      this.note('a number');
      this.fail();
    }
    return this.primary();
  }

  // ---- set operations

  /** UNION and EXCEPT, from left to right. */
  private queryBody(first: QueryBody): QueryBody {
    let left = first;
    for (;;) {
      const operator = this.acceptOneOf(['UNION', 'EXCEPT', 'MINUS']);
      if (operator === undefined) return left;
      const isAll = this.accept('ALL');
      if (!isAll) this.accept('DISTINCT');
      const right = this.queryTerm();
      left = { kind: 'set-operation', span: this.spanFrom(left.span.start), operator: operator === 'MINUS' ? 'EXCEPT' : operator, isAll, left, right };
    }
  }

  private queryTerm(): QueryBody {
    return this.queryTermFrom(this.queryPrimary());
  }

  /** INTERSECT binds tighter than the other two. */
  private queryTermFrom(first: QueryBody): QueryBody {
    let left = first;
    while (this.accept('INTERSECT')) {
      const isAll = this.accept('ALL');
      if (!isAll) this.accept('DISTINCT');
      const right = this.queryPrimary();
      left = { kind: 'set-operation', span: this.spanFrom(left.span.start), operator: 'INTERSECT', isAll, left, right };
    }
    return left;
  }

  private queryPrimary(): QueryBody {
    const { start } = this.token;
    switch (this.token.upper) {
      case 'SELECT':
        return this.select();
      case 'VALUES':
        this.advance();
        return { kind: 'values', rows: this.list(() => this.expression()), span: this.spanFrom(start) };
      case 'TABLE':
        this.advance();
        return { kind: 'explicit-table', table: this.expectPath(), span: this.spanFrom(start) };
      case '(': {
        this.advance();
        const inner = this.query();
        this.expect(')');
        return bodyOf(inner);
      }
      default:
        this.note('a query');
        this.fail();
    }
  }

  // ---- SELECT

  private select(): Select {
    const { start } = this.expect('SELECT');
    const hints = this.acceptHints();
    this.accept('STREAM');
    const quantifier = this.acceptOneOf(['DISTINCT', 'ALL']);
    const items = this.list(() => this.selectItem());
    if (!this.accept('FROM')) {
      return {
        kind: 'select', span: this.spanFrom(start), hints, quantifier, items,
        from: undefined, where: undefined, groupBy: undefined, having: undefined, windows: [], qualify: undefined,
      };
    }
    const from = this.fromList();
    const where = this.accept('WHERE') ? this.expression() : undefined;
    const groupBy = this.acceptGroupBy();
    const having = this.accept('HAVING') ? this.expression() : undefined;
    const windows = this.accept('WINDOW') ? this.list(() => this.namedWindow()) : [];
    const qualify = this.accept('QUALIFY') ? this.expression() : undefined;
    return { kind: 'select', span: this.spanFrom(start), hints, quantifier, items, from, where, groupBy, having, windows, qualify };
  }

  private selectItem(): SelectItem {
    const { start } = this.token;
    if (this.accept('*')) return { kind: 'select-item', expression: { kind: 'star', span: this.spanFrom(start), qualifier: [] }, alias: undefined, span: this.spanFrom(start) };
    const expression = this.expression();
    const hasAlias = this.accept('AS') || this.isIdentifier();
    const alias = hasAlias ? this.expectIdentifier() : undefined;
    return { kind: 'select-item', span: this.spanFrom(start), expression, alias };
  }

  private namedWindow(): NamedWindow {
    const { start } = this.token;
    const name = this.expectIdentifier();
    this.expect('AS');
    const window = this.windowSpecification();
    return { kind: 'named-window', span: this.spanFrom(start), name, window };
  }

  private acceptGroupBy(): GroupBy | undefined {
    const { start } = this.token;
    if (!this.acceptPair('GROUP', 'BY')) return undefined;
    const quantifier = this.acceptOneOf(['DISTINCT', 'ALL']);
    const items = this.list(() => this.groupItem());
    return { kind: 'group-by', span: this.spanFrom(start), quantifier, items };
  }

  private groupItem(): GroupItem {
    const { start } = this.token;
    const form = this.acceptSequence('GROUPING', 'SETS') ? 'GROUPING SETS' : this.token.upper === 'CUBE' || this.token.upper === 'ROLLUP' ? (this.advance().upper as 'CUBE' | 'ROLLUP') : undefined;
    if (form !== undefined) return { kind: 'grouping-sets', form, items: this.parenthesised(() => this.groupItem()), span: this.spanFrom(start) };
    if (this.token.upper === '(' && this.peek(1).upper === ')') {
      this.advance();
      this.advance();
      return { kind: 'grouping-set', span: this.spanFrom(start), elements: [] };
    }
    const expression = this.expression();
    return expression.kind === 'row' && !expression.isExplicit ? groupingSetOf(expression.span, expression.elements) : expression;
  }
}

function groupingSetOf(span: GroupingSet['span'], elements: readonly Expression[]): GroupingSet {
  return { kind: 'grouping-set', span, elements };
}

/** A query without clauses of its own is its body. */
function bodyOf(query: Query): QueryBody {
  const hasClauses = query.with.length > 0 || query.orderBy.length > 0 || query.limit !== undefined || query.offset !== undefined;
  return hasClauses ? query : query.body;
}
