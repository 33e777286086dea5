// Runs the expressions of MATCH_RECOGNIZE: from the rows of a match to the columns that an expression reads, and to its value.
import { compile, fieldAccess } from '#table/codegen/row-code';
import { aggregateSpecOf } from '#table/exec/group-aggregate-exec';
import type { AggregateExpression, Expression } from '#table/expressions/expression';
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import type { FunctionContext } from '#table/functions/function-definition';
import { ANY_VARIABLE, type PatternColumn, type PatternExpression } from '#table/logical/match-shape';
import { createAggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import { StoredAggregation } from '#table/runtime/aggregate/stored-aggregation';
import type { MatchedRow } from '#table/runtime/match/pattern-matcher';
import { RowKind, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

type Rows = readonly MatchedRow[];

export interface PatternInput {
  readonly rowType: RowType;
  readonly timeColumn: number;
  readonly functions: FunctionContext;
}

export function patternValue(pattern: PatternExpression, input: PatternInput): (rows: Rows) => unknown {
  const codegen = new ExpressionCodegen(input.functions);
  const { statements, value } = codegen.generate(pattern.expression, (index) => `c[${index}]`);
  return overColumns(pattern, input, compile('c', `{ ${statements}\nreturn ${value}; }`, codegen.constants));
}

/** NULL is not true. */
export function patternCondition(pattern: PatternExpression, input: PatternInput): (rows: Rows) => boolean {
  const codegen = new ExpressionCodegen(input.functions);
  const { statements, condition } = codegen.generateCondition(pattern.expression, (index) => `c[${index}]`);
  return overColumns(pattern, input, compile('c', `{ ${statements}\nreturn (${condition}) === true; }`, codegen.constants));
}

function overColumns<T>({ columns }: PatternExpression, input: PatternInput, of: (values: readonly unknown[]) => T): (rows: Rows) => T {
  const reads = columns.map((column) => columnReader(column, input));
  return (rows) => of(reads.map((read) => read(rows)));
}

function columnReader(column: PatternColumn, input: PatternInput): (rows: Rows) => unknown {
  switch (column.kind) {
    case 'row': {
      const { variable, isFirst, offset } = column;
      const valueOf = rowValue(column.expression, input);
      return (rows) => {
        const own = ofVariable(rows, variable);
        const found = isFirst ? own[offset] : own[own.length - 1 - offset];
        return found === undefined ? null : valueOf(found.row);
      };
    }
    case 'aggregate': return aggregateReader(column.call, column.variable, input);
    case 'time': {
      if (!column.isRowtime) return () => input.functions.now();
      const key = fieldKeys(input.rowType)[input.timeColumn]!;
      return (rows) => rows.at(-1)!.row[key] as unknown;
    }
  }
}

const ofVariable = (rows: Rows, variable: number): Rows => (variable === ANY_VARIABLE ? rows : rows.filter((matched) => matched.variable === variable));

function rowValue(expression: Expression, { rowType, functions }: PatternInput): (row: TableRow) => unknown {
  const codegen = new ExpressionCodegen(functions);
  const keys = fieldKeys(rowType);
  const { statements, value } = codegen.generate(expression, (index) => fieldAccess('row', keys[index]!));
  return compile('row', `{ ${statements}\nreturn ${value}; }`, codegen.constants);
}

function aggregateReader(call: AggregateExpression, variable: number, input: PatternInput): (rows: Rows) => unknown {
  const values = call.arguments.map((argument) => rowValue(argument, input));
  const fields = call.arguments.map(({ type }, index) => ({ name: `a${index}`, type }));
  const columns = call.arguments.map((argument, index): Expression => (argument.kind === 'literal' ? argument : { kind: 'input', index, type: argument.type }));
  const spec = aggregateSpecOf({ ...call, arguments: columns }, { hasRetraction: false, functions: input.functions });
  const aggregation = new StoredAggregation(createAggregateHandler({ inputType: { fields }, aggregates: [spec], hasRetraction: false, outputKeys: ['value'], keyCount: 0, hasKind: false }));
  return (rows) => {
    const stored = aggregation.create();
    for (const { row } of ofVariable(rows, variable)) aggregation.add(stored, Object.fromEntries(values.map((valueOf, index) => [`a${index}`, valueOf(row)])));
    return aggregation.result(undefined, stored, RowKind.INSERT)['value'] as unknown;
  };
}
