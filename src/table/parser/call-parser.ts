// The grammar of function calls: arguments of every kind, and what may follow the parentheses.
import type { CallArgument, CallExpression, CallSyntax, Descriptor, DescriptorColumn, Expression, NamedArgument, TableArgument } from '#table/parser/ast-expression';
import type { Identifier, ObjectPath } from '#table/parser/ast-node';
import type { FrameBound, Query, SortItem, WindowFrame, WindowSpecification } from '#table/parser/ast-query';
import { DataTypeParser } from '#table/parser/data-type-parser';

/** What was written inside the parentheses of a call. */
export interface CallOperands {
  readonly quantifier?: 'DISTINCT' | 'ALL' | undefined;
  readonly arguments: readonly CallArgument[];
  readonly orderBy?: readonly SortItem[];
  readonly nullTreatment?: CallExpression['nullTreatment'];
}

export abstract class CallParser extends DataTypeParser {
  protected abstract expression(): Expression;
  /** An expression that ends before AND, OR, NOT and comparisons. */
  protected abstract operand(): Expression;
  protected abstract query(): Query;
  protected abstract startsQuery(): boolean;

  /** `( arguments )` and suffixes, the name being read. */
  protected callOf(start: number, path: ObjectPath): CallExpression {
    this.expect('(');
    const operands = this.callOperands();
    this.expect(')');
    return this.finishCall(start, path, 'plain', operands);
  }

  /** The call with its suffixes: null treatment, WITHIN GROUP, FILTER, OVER. */
  protected finishCall(start: number, path: ObjectPath, syntax: CallSyntax, operands: CallOperands): CallExpression {
    const nullTreatment = operands.nullTreatment ?? this.acceptNullTreatment();
    const withinGroup = this.acceptSequence('WITHIN', 'GROUP') ? this.withinGroup() : undefined;
    const filter = this.acceptFilter();
    const over = this.acceptOver();
    return {
      kind: 'call', span: this.spanFrom(start), function: path, syntax, quantifier: operands.quantifier, arguments: operands.arguments, orderBy: operands.orderBy ?? [],
      nullTreatment, withinGroup, filter, over,
    };
  }

  private withinGroup(): SortItem[] {
    this.expect('(');
    const items = this.orderByClause();
    this.expect(')');
    return items;
  }

  protected acceptFilter(): Expression | undefined {
    if (!this.acceptSequence('FILTER', '(')) return undefined;
    this.expect('WHERE');
    const condition = this.expression();
    this.expect(')');
    return condition;
  }

  protected acceptOver(): WindowSpecification | Identifier | undefined {
    if (!this.accept('OVER')) return undefined;
    return this.is('(') ? this.windowSpecification() : this.expectIdentifier();
  }

  private acceptNullTreatment(): CallExpression['nullTreatment'] {
    if (this.acceptSequence('IGNORE', 'NULLS')) return 'IGNORE NULLS';
    return this.acceptSequence('RESPECT', 'NULLS') ? 'RESPECT NULLS' : undefined;
  }

  // ---- arguments

  private callOperands(): CallOperands {
    if (this.is(')')) return { arguments: [] };
    if (this.is('*') && this.peek(1).upper === ')') {
      const { start } = this.advance();
      return { arguments: [{ kind: 'star', span: this.spanFrom(start), qualifier: [] }] };
    }
    const quantifier = this.acceptOneOf(['DISTINCT', 'ALL']);
    const parsed = this.list(() => this.callArgument());
    const nullTreatment = this.acceptNullTreatment();
    const orderBy = this.is('ORDER') ? this.orderByClause() : [];
    return { quantifier, arguments: parsed, orderBy, nullTreatment };
  }

  private callArgument(): CallArgument {
    if (!this.isIdentifierToken(this.token) || this.peek(1).upper !== '=>') return this.positionalArgument();
    const { start } = this.token;
    const name = this.expectIdentifier();
    this.expect('=>');
    const value = this.positionalArgument();
    return { kind: 'named-argument', span: this.spanFrom(start), name, value };
  }

  private positionalArgument(): NamedArgument['value'] {
    const { start } = this.token;
    const next = this.peek(1);
    switch (this.token.upper) {
      case 'TABLE':
        return this.tableArgument(start);
      case 'DEFAULT':
        this.advance();
        return { kind: 'default', span: this.spanFrom(start) };
      case 'DESCRIPTOR':
        if (next.upper === '(') return this.descriptor(start);
        break;
      case 'MODEL':
        if (this.isIdentifierToken(next)) {
          this.advance();
          return { kind: 'model-argument', model: this.expectPath(), span: this.spanFrom(start) };
        }
        break;
      default:
    }
    if (this.startsQuery()) return { kind: 'subquery', query: this.query(), span: this.spanFrom(start) };
    const value = this.expression();
    const isTable = value.kind === 'subquery' && (this.is('PARTITION') || this.is('ORDER'));
    return isTable ? this.tableArgumentOf(start, value.query) : value;
  }

  private tableArgument(start: number): TableArgument {
    this.expect('TABLE');
    if (!this.accept('(')) return this.tableArgumentOf(start, this.expectPath());
    const query = this.query();
    this.expect(')');
    return this.tableArgumentOf(start, query);
  }

  /** Without parentheses PARTITION BY and ORDER BY take one element here: a comma begins the next argument. */
  private tableArgumentOf(start: number, table: ObjectPath | Query): TableArgument {
    const partitionBy = this.acceptPair('PARTITION', 'BY') ? this.oneOrParenthesised(() => this.operand()) : [];
    const orderBy = this.acceptSequence('ORDER', 'BY') ? this.oneOrParenthesised(() => this.sortItem()) : [];
    return { kind: 'table-argument', span: this.spanFrom(start), table, partitionBy, orderBy };
  }

  private oneOrParenthesised<T>(element: () => T): T[] {
    const list = this.is('(') ? this.parenthesised(element) : [element()];
    // `PARTITION BY a, b, name => value`: what stands before a named argument still belongs to the list.
    while (this.token.upper === ',' && this.isIdentifierToken(this.peek(1)) && this.peek(2).upper === ',' && this.isBeforeNamedArgument()) {
      this.advance();
      list.push(element());
    }
    return list;
  }

  /** Whether from the next comma on there are only bare names up to one with `=>`. */
  private isBeforeNamedArgument(): boolean {
    let distance = 1;
    while (this.isIdentifierToken(this.peek(distance)) && this.peek(distance + 1).upper === ',') distance += 2;
    return this.isIdentifierToken(this.peek(distance)) && this.peek(distance + 1).upper === '=>';
  }

  private descriptor(start: number): Descriptor {
    this.expect('DESCRIPTOR');
    const columns = this.parenthesised(() => this.descriptorColumn());
    return { kind: 'descriptor', span: this.spanFrom(start), columns };
  }

  private descriptorColumn(): DescriptorColumn {
    const { start } = this.token;
    const name = this.expectIdentifier();
    const type = this.is(',') || this.is(')') ? undefined : this.dataType();
    return { kind: 'descriptor-column', span: this.spanFrom(start), name, type };
  }

  // ---- sorting and windows

  /** `ORDER BY item, ...` */
  protected orderByClause(): SortItem[] {
    this.expectSequence('ORDER', 'BY');
    return this.list(() => this.sortItem());
  }

  protected sortItem(): SortItem {
    const { start } = this.token;
    const expression = this.expression();
    const direction = this.acceptOneOf(['ASC', 'DESC']);
    const nulls = this.accept('NULLS') ? this.expectOneOf(['FIRST', 'LAST']) : undefined;
    return { kind: 'sort-item', span: this.spanFrom(start), expression, direction, nulls };
  }

  /** `( base PARTITION BY ... ORDER BY ... ROWS ... )` */
  protected windowSpecification(): WindowSpecification {
    const { start } = this.expect('(');
    const base = this.isIdentifier() ? this.expectIdentifier() : undefined;
    const partitionBy = this.acceptPair('PARTITION', 'BY') ? this.list(() => this.expression()) : [];
    const orderBy = this.is('ORDER') ? this.orderByClause() : [];
    const frame = this.windowFrame();
    this.expect(')');
    return { kind: 'window', span: this.spanFrom(start), base, partitionBy, orderBy, frame };
  }

  private windowFrame(): WindowFrame | undefined {
    const frameStart = this.token.start;
    const unit = this.acceptOneOf(['ROWS', 'RANGE']);
    if (unit === undefined) return undefined;
    const isRange = this.accept('BETWEEN');
    const start = this.frameBound();
    if (isRange) this.expect('AND');
    const end = isRange ? this.frameBound() : undefined;
    return { kind: 'window-frame', span: this.spanFrom(frameStart), unit, start, end };
  }

  private frameBound(): FrameBound {
    const { start } = this.token;
    if (this.acceptSequence('CURRENT', 'ROW')) return { kind: 'frame-bound', span: this.spanFrom(start), bound: 'CURRENT ROW', offset: undefined };
    if (this.accept('UNBOUNDED')) {
      const direction = this.expectOneOf(['PRECEDING', 'FOLLOWING']);
      return { kind: 'frame-bound', span: this.spanFrom(start), bound: `UNBOUNDED ${direction}`, offset: undefined };
    }
    const offset = this.operand();
    const bound = this.expectOneOf(['PRECEDING', 'FOLLOWING']);
    return { kind: 'frame-bound', span: this.spanFrom(start), bound, offset };
  }
}
