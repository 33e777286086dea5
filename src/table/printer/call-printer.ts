// Calls, their special syntax, windows and sort items as SQL text.
import type { CallArgument, CallExpression, Descriptor, Expression, ModelArgument, OmittedArgument, TableArgument } from '#table/parser/ast-expression';
import type { JsonArray, JsonErrorBehavior, JsonExists, JsonObject, JsonQuery, JsonValue } from '#table/parser/ast-json';
import type { Identifier, ObjectPath } from '#table/parser/ast-node';
import type { FrameBound, Query, SortItem, WindowFrame, WindowSpecification } from '#table/parser/ast-query';
import { NILADIC_FUNCTIONS, RESERVED_FUNCTION_NAMES } from '#table/parser/keywords';
import { dataTypeText } from '#table/printer/data-type-printer';
import { identifierText, joinWords, pathText } from '#table/printer/sql-text';

/** Reserved words that begin a call and are in neither table of the parser. */
const SPECIAL_FUNCTION_NAMES = new Set(['EXTRACT']);

export abstract class CallPrinter {
  protected abstract expression(expression: Expression): string;
  protected abstract argument(argument: CallArgument): string;
  /** A query in parentheses. */
  protected abstract subquery(query: Query): string;

  protected expressions(expressions: readonly Expression[]): string {
    return expressions.map((expression) => this.expression(expression)).join(', ');
  }

  // ---- sorting and windows

  protected orderBy(items: readonly SortItem[]): string {
    return `ORDER BY ${items.map((item) => this.sortItem(item)).join(', ')}`;
  }

  protected sortItem({ expression, direction, nulls }: SortItem): string {
    return joinWords(this.expression(expression), direction, nulls !== undefined && `NULLS ${nulls}`);
  }

  protected window({ base, partitionBy, orderBy, frame }: WindowSpecification): string {
    const partition = partitionBy.length > 0 && `PARTITION BY ${this.expressions(partitionBy)}`;
    return `(${joinWords(base !== undefined && identifierText(base), partition, orderBy.length > 0 && this.orderBy(orderBy), frame !== undefined && this.frame(frame))})`;
  }

  private frame({ unit, start, end }: WindowFrame): string {
    return end === undefined ? `${unit} ${this.bound(start)}` : `${unit} BETWEEN ${this.bound(start)} AND ${this.bound(end)}`;
  }

  private bound({ bound, offset }: FrameBound): string {
    return offset === undefined ? bound : `${this.expression(offset)} ${bound}`;
  }

  private over(over: WindowSpecification | Identifier | undefined): string | undefined {
    if (over === undefined) return undefined;
    return `OVER ${over.kind === 'window' ? this.window(over) : identifierText(over)}`;
  }

  private filter(filter: Expression | undefined): string | undefined {
    return filter === undefined ? undefined : `FILTER (WHERE ${this.expression(filter)})`;
  }

  // ---- calls

  protected call(call: CallExpression): string {
    const withinGroup = call.withinGroup === undefined ? undefined : `WITHIN GROUP (${this.orderBy(call.withinGroup)})`;
    const operands = call.syntax === 'niladic' ? '' : `(${this.operands(call)})`;
    return joinWords(`${functionName(call.function)}${operands}`, call.nullTreatment, withinGroup, this.filter(call.filter), this.over(call.over));
  }

  private operands(call: CallExpression): string {
    const texts = call.arguments.map((argument) => this.argument(argument));
    const [first, second, third, fourth] = texts;
    const [firstArgument] = call.arguments;
    switch (call.syntax) {
      case 'extract':
        return `${first} FROM ${second}`;
      case 'trim':
        return `${first} ${second} FROM ${third}`;
      case 'position':
        return joinWords(first, 'IN', second, third !== undefined && `FROM ${third}`);
      case 'substring':
        return joinWords(first, 'FROM', second, third !== undefined && `FOR ${third}`);
      case 'overlay':
        return joinWords(first, 'PLACING', second, 'FROM', third, fourth !== undefined && `FOR ${fourth}`);
      case 'rounding':
        return `${first} TO ${second}`;
      case 'using':
        return `${first} USING ${second}`;
      default:
        return joinWords(call.quantifier, texts.join(', '), call.orderBy.length > 0 && firstArgument !== undefined && this.orderBy(call.orderBy));
    }
  }

  protected specialArgument(argument: TableArgument | ModelArgument | Descriptor | OmittedArgument): string {
    switch (argument.kind) {
      case 'table-argument': {
        const partition = argument.partitionBy.length > 0 && `PARTITION BY ${oneOrParenthesised(argument.partitionBy.map((key) => this.expression(key)))}`;
        const order = argument.orderBy.length > 0 && `ORDER BY ${oneOrParenthesised(argument.orderBy.map((item) => this.sortItem(item)))}`;
        return joinWords('TABLE', argument.table.kind === 'query' ? this.subquery(argument.table) : pathText(argument.table), partition, order);
      }
      case 'model-argument':
        return `MODEL ${pathText(argument.model)}`;
      case 'descriptor':
        return `DESCRIPTOR(${argument.columns.map(({ name, type }) => joinWords(identifierText(name), type !== undefined && dataTypeText(type))).join(', ')})`;
      case 'default':
        return 'DEFAULT';
    }
  }

  // ---- JSON functions

  protected json(call: JsonExists | JsonValue | JsonQuery | JsonObject | JsonArray): string {
    switch (call.kind) {
      case 'json-exists':
        return `JSON_EXISTS(${joinWords(this.inputAndPath(call), this.behavior(call.onError, 'ERROR'))})`;
      case 'json-value':
      case 'json-query': {
        const returning = call.returning === undefined ? undefined : `RETURNING ${dataTypeText(call.returning)}`;
        const wrapper = call.kind === 'json-query' && call.wrapper !== undefined && `${call.wrapper} ARRAY WRAPPER`;
        const name = call.kind === 'json-value' ? 'JSON_VALUE' : 'JSON_QUERY';
        return `${name}(${joinWords(this.inputAndPath(call), returning, wrapper, this.behavior(call.onEmpty, 'EMPTY'), this.behavior(call.onError, 'ERROR'))})`;
      }
      case 'json-object': {
        const entries = call.entries.map(({ key, value, isJson }) => joinWords('KEY', this.expression(key), 'VALUE', this.expression(value), isJson && 'FORMAT JSON'));
        return joinWords(`JSON_OBJECT${call.isAggregate ? 'AGG' : ''}(${joinWords(entries.join(', '), call.onNull)})`, this.filter(call.filter), this.over(call.over));
      }
      case 'json-array': {
        const elements = call.elements.map(({ value, isJson }) => joinWords(this.expression(value), isJson && 'FORMAT JSON'));
        const operands = joinWords(elements.join(', '), call.orderBy.length > 0 && this.orderBy(call.orderBy), call.onNull);
        return joinWords(`JSON_ARRAY${call.isAggregate ? 'AGG' : ''}(${operands})`, this.filter(call.filter), this.over(call.over));
      }
    }
  }

  private inputAndPath({ input, path }: JsonExists | JsonValue | JsonQuery): string {
    return `${this.expression(input)}, ${this.expression(path)}`;
  }

  private behavior(behavior: JsonErrorBehavior | undefined, event: 'EMPTY' | 'ERROR'): string | undefined {
    if (behavior === undefined) return undefined;
    return joinWords(behavior.behavior, behavior.value !== undefined && this.expression(behavior.value), 'ON', event);
  }
}

/** A reserved word stays bare where it is a function's name. */
function functionName(path: ObjectPath): string {
  const [name] = path.parts;
  const upper = name!.name.toUpperCase();
  const isBare = path.parts.length === 1 && !name!.isQuoted && (RESERVED_FUNCTION_NAMES.has(upper) || NILADIC_FUNCTIONS.has(upper) || SPECIAL_FUNCTION_NAMES.has(upper));
  return isBare ? name!.name : pathText(path);
}

/** One element goes without parentheses unless it would be taken for a list. */
function oneOrParenthesised(texts: readonly string[]): string {
  return texts.length === 1 && !texts[0]!.startsWith('(') ? texts[0]! : `(${texts.join(', ')})`;
}
