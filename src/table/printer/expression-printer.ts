// Expressions as SQL text, with the parentheses that they need and no others.
import { assertNever } from '#core/assert';
import type { BinaryOperator, CallArgument, CaseExpression, Expression, InExpression } from '#table/parser/ast-expression';
import type { Query } from '#table/parser/ast-query';
import { CallPrinter } from '#table/printer/call-printer';
import { dataTypeText, qualifierText } from '#table/printer/data-type-printer';
import { identifierText, joinWords, partsText, stringText } from '#table/printer/sql-text';

/** The levels of the parser, from loose to tight. */
const POWER = { or: 1, and: 2, not: 3, is: 4, comparison: 5, range: 6, multiset: 7, sum: 8, product: 9, sign: 10, primary: 11 } as const;

function powerOfOperator(operator: BinaryOperator): number {
  switch (operator) {
    case 'OR':
      return POWER.or;
    case 'AND':
      return POWER.and;
    case 'IS DISTINCT FROM':
    case 'IS NOT DISTINCT FROM':
      return POWER.is;
    case '+':
    case '-':
      return POWER.sum;
    case '*':
    case '/':
    case '%':
    case '||':
      return POWER.product;
    default:
      return operator.startsWith('MULTISET') ? POWER.multiset : POWER.comparison;
  }
}

function powerOf(expression: Expression): number {
  switch (expression.kind) {
    case 'binary':
      return powerOfOperator(expression.operator);
    case 'unary':
      return expression.operator === 'NOT' ? POWER.not : POWER.sign;
    case 'is':
      return POWER.is;
    case 'quantified-comparison':
      return POWER.comparison;
    case 'between':
    case 'in':
    case 'like':
      return POWER.range;
    default:
      return POWER.primary;
  }
}

/** What a field can be taken of without parentheses. */
const WITHOUT_PARENTHESES = new Set<Expression['kind']>(['call', 'item-access', 'field-access', 'subquery', 'collection', 'cast', 'case']);

export abstract class ExpressionPrinter extends CallPrinter {
  protected expression(expression: Expression): string {
    return this.simpleText(expression) ?? this.operatorText(expression) ?? this.callLikeText(expression);
  }

  protected argument(argument: CallArgument): string {
    switch (argument.kind) {
      case 'named-argument':
        return `${identifierText(argument.name)} => ${this.argument(argument.value)}`;
      case 'table-argument':
      case 'model-argument':
      case 'descriptor':
      case 'default':
        return this.specialArgument(argument);
      default:
        return this.expression(argument);
    }
  }

  /** In parentheses if it binds more loosely than `min`. */
  protected atLeast(min: number, expression: Expression): string {
    const text = this.expression(expression);
    return powerOf(expression) < min ? `(${text})` : text;
  }

  protected operand(expression: Expression): string {
    return this.atLeast(POWER.multiset, expression);
  }

  /** Literals and names; undefined for everything else. */
  private simpleText(expression: Expression): string | undefined {
    switch (expression.kind) {
      case 'null-literal':
        return 'NULL';
      case 'boolean-literal':
        return expression.value === undefined ? 'UNKNOWN' : expression.value ? 'TRUE' : 'FALSE';
      case 'numeric-literal':
        return expression.text;
      case 'string-literal':
        return stringText(expression.value);
      case 'binary-literal':
        return `X'${expression.hex}'`;
      case 'datetime-literal':
        return `${expression.type} ${stringText(expression.text)}`;
      case 'interval-literal':
        return `INTERVAL ${expression.isNegative ? '-' : ''}${stringText(expression.text)} ${qualifierText(expression.qualifier)}`;
      case 'dynamic-parameter':
        return '?';
      case 'symbol':
        return expression.symbol;
      case 'column-reference':
        return partsText(expression.parts);
      case 'star':
        return expression.qualifier.length === 0 ? '*' : `${partsText(expression.qualifier)}.*`;
      default:
        return undefined;
    }
  }

  // ---- operators

  private operatorText(expression: Expression): string | undefined {
    switch (expression.kind) {
      case 'binary': {
        const power = powerOfOperator(expression.operator);
        const rightPower = power === POWER.is ? POWER.range : power + 1;
        return `${this.atLeast(power, expression.left)} ${expression.operator} ${this.atLeast(rightPower, expression.right)}`;
      }
      case 'unary':
        // Two signs in a row would begin a comment.
        return expression.operator === 'NOT' ? `NOT ${this.atLeast(POWER.not, expression.operand)}` : `${expression.operator}${this.atLeast(POWER.primary, expression.operand)}`;
      case 'is':
        return joinWords(this.atLeast(POWER.is, expression.operand), 'IS', expression.isNegated && 'NOT', expression.test);
      case 'between': {
        const operator = joinWords(expression.isNegated && 'NOT', 'BETWEEN', expression.isSymmetric && 'SYMMETRIC');
        return `${this.atLeast(POWER.range, expression.operand)} ${operator} ${this.operand(expression.low)} AND ${this.operand(expression.high)}`;
      }
      case 'in':
        return joinWords(this.atLeast(POWER.range, expression.operand), expression.isNegated && 'NOT', 'IN', this.set(expression.set));
      case 'quantified-comparison':
        return `${this.atLeast(POWER.comparison, expression.operand)} ${expression.operator} ${expression.quantifier} ${this.set(expression.set)}`;
      case 'like': {
        const escape = expression.escape === undefined ? undefined : `ESCAPE ${this.operand(expression.escape)}`;
        return joinWords(this.atLeast(POWER.range, expression.operand), expression.isNegated && 'NOT', expression.operator, this.operand(expression.pattern), escape);
      }
      default:
        return undefined;
    }
  }

  private set(set: InExpression['set']): string {
    return isQuery(set) ? this.subquery(set) : `(${this.expressions(set)})`;
  }

  // ---- what has brackets of its own

  private callLikeText(expression: Expression): string {
    switch (expression.kind) {
      case 'interval-expression':
        return `INTERVAL ${this.intervalValue(expression.value)} ${qualifierText(expression.qualifier)}`;
      case 'datetime-difference':
        return `(${this.atLeast(POWER.sum, expression.left)} - ${this.atLeast(POWER.product, expression.right)}) ${qualifierText(expression.qualifier)}`;
      case 'field-access':
        return `${this.fieldOwner(expression.operand)}.${identifierText(expression.field)}`;
      case 'field-star':
        return `${this.fieldOwner(expression.operand)}.*`;
      case 'item-access':
        return `${this.itemOwner(expression.operand)}[${this.expression(expression.index)}]`;
      case 'case':
        return this.caseText(expression);
      case 'cast':
        return `${expression.isTry ? 'TRY_CAST' : 'CAST'}(${this.expression(expression.operand)} AS ${dataTypeText(expression.type)})`;
      case 'subquery':
        return this.subquery(expression.query);
      case 'exists':
        return `EXISTS ${this.subquery(expression.query)}`;
      case 'row':
        return `${expression.isExplicit ? 'ROW' : ''}(${this.expressions(expression.elements)})`;
      case 'collection':
        return `${expression.collection}[${this.expressions(expression.elements)}]`;
      case 'collection-subquery':
        return `${expression.collection}${this.subquery(expression.query)}`;
      case 'call':
        return this.call(expression);
      case 'match-semantics':
        return `${expression.semantics} ${this.call(expression.operand)}`;
      case 'json-exists':
      case 'json-value':
      case 'json-query':
      case 'json-object':
      case 'json-array':
        return this.json(expression);
      default:
        return assertNever(expression as never, 'expression');
    }
  }

  private intervalValue(value: Expression): string {
    const isBare = value.kind === 'numeric-literal' || value.kind === 'column-reference' || value.kind === 'call';
    return isBare ? this.expression(value) : `(${this.expression(value)})`;
  }

  /** A dotted name would take the field for one of its parts. */
  private fieldOwner(owner: Expression): string {
    return WITHOUT_PARENTHESES.has(owner.kind) ? this.expression(owner) : `(${this.expression(owner)})`;
  }

  private itemOwner(owner: Expression): string {
    if (owner.kind !== 'column-reference') return this.fieldOwner(owner);
    // A column called map would begin a MAP[...] here.
    const isMap = owner.parts.length === 1 && !owner.parts[0]!.isQuoted && owner.parts[0]!.name.toUpperCase() === 'MAP';
    return isMap ? `(${this.expression(owner)})` : this.expression(owner);
  }

  private caseText({ operand, branches, otherwise }: CaseExpression): string {
    const shown = branches.map(({ when, result }) => `WHEN ${this.expressions(when)} THEN ${this.expression(result)}`);
    return joinWords('CASE', operand !== undefined && this.expression(operand), ...shown, otherwise !== undefined && `ELSE ${this.expression(otherwise)}`, 'END');
  }
}

function isQuery(set: InExpression['set']): set is Query {
  return !Array.isArray(set);
}
