// The entry points of the printer: syntax tree to SQL text that parses to the same tree (but for spans, and `?` counted
// anew). Spacing, comments and synonyms of the original are not kept. Pure; O(size of the tree).
import type { Expression } from '#table/parser/ast-expression';
import type { Query } from '#table/parser/ast-query';
import type { Statement } from '#table/parser/ast-statement';
import { StatementPrinter } from '#table/printer/statement-printer';

class EntryPrinter extends StatementPrinter {
  expressionText(expression: Expression): string {
    return this.expression(expression);
  }
}

const PRINTER = new EntryPrinter();

/** A line for each clause of the outermost query and for each column; no semicolon. */
export function printStatement(statement: Statement): string {
  return PRINTER.statement(statement);
}

/** On one line. */
export function printExpression(expression: Expression): string {
  return PRINTER.expressionText(expression);
}

/** With a line for each clause, or on one line. */
export function printQuery(query: Query, layout: 'lines' | 'line' = 'lines'): string {
  return PRINTER.query(query, layout === 'lines' ? '\n' : ' ');
}

export { dataTypeText as printDataType } from '#table/printer/data-type-printer';
