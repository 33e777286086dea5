// Queries as SQL text. A query at the top has a line for each clause; sub-queries stay on one line.
import { assertNever } from '#core/assert';
import type { RowPattern, MatchRecognize } from '#table/parser/ast-match-recognize';
import type { Hint, HintArgument } from '#table/parser/ast-node';
import type { GroupItem, Join, Query, QueryBody, Select, SelectItem, SetOperation, TableAlias, TableExpression, TableSample } from '#table/parser/ast-query';
import { ExpressionPrinter } from '#table/printer/expression-printer';
import { patternText } from '#table/printer/pattern-printer';
import { identifierListText, identifierText, joinWords, optionText, partsText, pathText, stringText } from '#table/printer/sql-text';

/** What stands between clauses. */
type Separator = ' ' | '\n';

export class QueryPrinter extends ExpressionPrinter {
  protected subquery(query: Query): string {
    return `(${this.query(query, ' ')})`;
  }

  query(query: Query, separator: Separator): string {
    const tables = query.with.map(({ name, columns, query: inner }) => joinWords(identifierText(name), columns.length > 0 && identifierListText(columns), 'AS', this.subquery(inner)));
    return clauses(separator, [
      tables.length > 0 && joinWords('WITH', query.isRecursive && 'RECURSIVE', tables.join(', ')),
      this.body(query.body, separator),
      query.orderBy.length > 0 && this.orderBy(query.orderBy),
      query.limit !== undefined && `LIMIT ${query.limit === 'ALL' ? 'ALL' : this.expression(query.limit)}`,
      query.offset !== undefined && `OFFSET ${this.expression(query.offset)}`,
    ]);
  }

  private body(body: QueryBody, separator: Separator): string {
    switch (body.kind) {
      case 'query':
        return this.subquery(body);
      case 'select':
        return this.select(body, separator);
      case 'values':
        return `VALUES ${this.expressions(body.rows)}`;
      case 'explicit-table':
        return `TABLE ${pathText(body.table)}`;
      case 'set-operation':
        return this.setOperation(body, separator);
      default:
        return assertNever(body, 'query');
    }
  }

  /** INTERSECT binds tighter; equals go from left to right. */
  private setOperation(operation: SetOperation, separator: Separator): string {
    const isIntersect = operation.operator === 'INTERSECT';
    const isLeftLoose = operation.left.kind === 'set-operation' && isIntersect && operation.left.operator !== 'INTERSECT';
    const isRightLoose = operation.right.kind === 'set-operation' && (isIntersect || operation.right.operator !== 'INTERSECT');
    const left = isLeftLoose ? `(${this.body(operation.left, ' ')})` : this.body(operation.left, separator);
    const right = isRightLoose ? `(${this.body(operation.right, ' ')})` : this.body(operation.right, separator);
    return [left, joinWords(operation.operator, operation.isAll && 'ALL'), right].join(separator);
  }

  private select(select: Select, separator: Separator): string {
    const windows = select.windows.map(({ name, window }) => `${identifierText(name)} AS ${this.window(window)}`);
    return clauses(separator, [
      joinWords('SELECT', this.hints(select.hints), select.quantifier, select.items.map((item) => this.selectItem(item)).join(', ')),
      select.from !== undefined && `FROM ${this.table(select.from)}`,
      select.where !== undefined && `WHERE ${this.expression(select.where)}`,
      select.groupBy !== undefined && joinWords('GROUP BY', select.groupBy.quantifier, select.groupBy.items.map((item) => this.groupItem(item)).join(', ')),
      select.having !== undefined && `HAVING ${this.expression(select.having)}`,
      windows.length > 0 && `WINDOW ${windows.join(', ')}`,
      select.qualify !== undefined && `QUALIFY ${this.expression(select.qualify)}`,
    ]);
  }

  private selectItem({ expression, alias }: SelectItem): string {
    return joinWords(this.expression(expression), alias !== undefined && `AS ${identifierText(alias)}`);
  }

  private groupItem(item: GroupItem): string {
    if (item.kind === 'grouping-set') return `(${this.expressions(item.elements)})`;
    if (item.kind !== 'grouping-sets') return this.expression(item);
    return `${item.form} (${item.items.map((inner) => this.groupItem(inner)).join(', ')})`;
  }

  // ---- hints

  protected hints(hints: readonly Hint[]): string {
    return hints.length === 0 ? '' : `/*+ ${hints.map(hintText).join(', ')} */`;
  }

  // ---- FROM

  protected table(table: TableExpression): string {
    switch (table.kind) {
      case 'join':
        return this.join(table);
      case 'table-reference': {
        const period = table.period !== undefined && `FOR SYSTEM_TIME AS OF ${this.expression(table.period)}`;
        return joinWords(pathText(table.table), this.hints(table.hints), period, aliasText(table.alias), this.sample(table.sample));
      }
      case 'derived-table':
        return joinWords(table.isLateral && 'LATERAL', this.subquery(table.query), aliasText(table.alias), this.sample(table.sample));
      case 'table-function': {
        const call = table.hasTableKeyword ? `TABLE(${this.call(table.call)})` : this.call(table.call);
        return joinWords(table.isLateral && 'LATERAL', call, this.hints(table.hints), aliasText(table.alias), this.sample(table.sample));
      }
      case 'unnest': {
        const call = `UNNEST(${this.expressions(table.operands)})`;
        return joinWords(table.isLateral && 'LATERAL', call, table.isWithOrdinality && 'WITH ORDINALITY', aliasText(table.alias), this.sample(table.sample));
      }
      case 'match-recognize':
        return this.matchRecognize(table);
      default:
        return assertNever(table, 'table expression');
    }
  }

  private join({ joinType, isNatural, left, right, condition }: Join): string {
    const isComma = joinType === 'COMMA';
    const leftText = left.kind === 'join' && left.joinType === 'COMMA' && !isComma ? `(${this.table(left)})` : this.table(left);
    const rightText = right.kind === 'join' && (right.joinType === 'COMMA' || !isComma) ? `(${this.table(right)})` : this.table(right);
    if (isComma) return `${leftText}, ${rightText}`;
    const on = condition?.kind === 'join-on' && `ON ${this.expression(condition.expression)}`;
    const using = condition?.kind === 'join-using' && `USING ${identifierListText(condition.columns)}`;
    return joinWords(leftText, isNatural && 'NATURAL', joinType === 'INNER' ? 'JOIN' : `${joinType} JOIN`, rightText, on, using);
  }

  private sample(sample: TableSample | undefined): string | undefined {
    if (sample === undefined) return undefined;
    return joinWords(`TABLESAMPLE ${sample.method} (${this.expression(sample.percentage)})`, sample.seed !== undefined && `REPEATABLE (${this.expression(sample.seed)})`);
  }

  // ---- MATCH_RECOGNIZE

  private matchRecognize(match: MatchRecognize): string {
    const input = match.input.kind === 'join' ? `(${this.table(match.input)})` : this.table(match.input);
    const measures = match.measures.map(({ expression, alias }) => `${this.expression(expression)} AS ${identifierText(alias)}`);
    const subsets = match.subsets.map(({ name, variables }) => `${identifierText(name)} = ${identifierListText(variables)}`);
    const definitions = match.definitions.map(({ name, condition }) => `${identifierText(name)} AS ${this.expression(condition)}`);
    const inside = joinWords(
      match.partitionBy.length > 0 && `PARTITION BY ${this.expressions(match.partitionBy)}`,
      match.orderBy.length > 0 && this.orderBy(match.orderBy),
      measures.length > 0 && `MEASURES ${measures.join(', ')}`,
      match.rowsPerMatch,
      match.afterMatch !== undefined && joinWords('AFTER MATCH SKIP', match.afterMatch.skip, match.afterMatch.variable !== undefined && identifierText(match.afterMatch.variable)),
      `PATTERN (${this.pattern(match)})`,
      match.within !== undefined && `WITHIN ${this.expression(match.within)}`,
      subsets.length > 0 && `SUBSET ${subsets.join(', ')}`,
      `DEFINE ${definitions.join(', ')}`,
    );
    return joinWords(input, `MATCH_RECOGNIZE (${inside})`, aliasText(match.alias), this.sample(match.sample));
  }

  private pattern({ isAnchoredAtStart, isAnchoredAtEnd, pattern }: { readonly isAnchoredAtStart: boolean; readonly isAnchoredAtEnd: boolean; readonly pattern: RowPattern }): string {
    return joinWords(isAnchoredAtStart && '^', patternText(pattern), isAnchoredAtEnd && '$');
  }
}

function clauses(separator: Separator, texts: readonly (string | false)[]): string {
  return texts.filter((text) => text !== false).join(separator);
}

function aliasText(alias: TableAlias | undefined): string | undefined {
  if (alias === undefined) return undefined;
  return joinWords('AS', identifierText(alias.name), alias.columns.length > 0 && identifierListText(alias.columns));
}

function hintText({ name, arguments: list }: Hint): string {
  return `${identifierText(name)}${list.length === 0 ? '' : `(${list.map(hintArgumentText).join(', ')})`}`;
}

function hintArgumentText(argument: HintArgument): string {
  if (argument.kind === 'option') return optionText(argument);
  if (argument.kind === 'hint-name') return partsText(argument.parts);
  return argument.form === 'string' ? stringText(argument.text) : argument.text;
}
