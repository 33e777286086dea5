// Checks of queries: frames of windows, joins without a condition, named arguments, quantifiers.
import type { CallExpression } from '#table/parser/ast-expression';
import type { PatternQuantified } from '#table/parser/ast-match-recognize';
import type { FrameBound, Join, Select, TableExpression, WindowFrame } from '#table/parser/ast-query';
import type { CheckReport } from '#table/parser/check-report';
import type { AnyNode } from '#table/parser/syntax-walk';

type Checked = CallExpression | Join | Select | WindowFrame | PatternQuantified | TableExpression;

export function checkQueryNode(any: AnyNode, report: CheckReport): void {
  const node = any as Checked;
  switch (node.kind) {
    case 'select':
      report.failOnDuplicates(node.windows.map(({ name }) => name), (name) => `Duplicate window names not allowed: '${name}' again`);
      break;
    case 'join':
      checkJoin(node, report);
      break;
    case 'window-frame':
      checkFrame(node, report);
      break;
    case 'call':
      checkArguments(node, report);
      break;
    case 'pattern-quantified':
      report.failIf(node.max !== undefined && (node.max < node.min || node.max === 0), node.span, 'A quantifier repeats at least once, and its end is not below its start');
      break;
    case 'table-reference':
    case 'derived-table':
    case 'table-function':
    case 'unnest':
      if (node.alias !== undefined) report.failOnDuplicates(node.alias.columns, (name) => `The alias names the column '${name}' twice`);
      break;
    default:
  }
}

function checkJoin({ joinType, isNatural, condition, right }: Join, report: CheckReport): void {
  const isConditional = joinType !== 'COMMA' && joinType !== 'CROSS' && !isNatural;
  report.failIf(isConditional && condition === undefined, right.span, `${joinType} JOIN requires a condition (NATURAL keyword or ON or USING clause)`, 'Write ON TRUE to join every row with every row.');
}

/** From early to late. */
const BOUND_ORDER: readonly FrameBound['bound'][] = ['UNBOUNDED PRECEDING', 'PRECEDING', 'CURRENT ROW', 'FOLLOWING', 'UNBOUNDED FOLLOWING'];

function checkFrame({ start, end, span }: WindowFrame, report: CheckReport): void {
  report.failIf(start.bound === 'UNBOUNDED FOLLOWING', start.span, 'UNBOUNDED FOLLOWING cannot be specified for the lower frame boundary');
  report.failIf(end?.bound === 'UNBOUNDED PRECEDING', (end ?? start).span, 'UNBOUNDED PRECEDING cannot be specified for the upper frame boundary');
  const last = end?.bound ?? 'CURRENT ROW';
  report.failIf(BOUND_ORDER.indexOf(start.bound) > BOUND_ORDER.indexOf(last), span, `A frame from ${start.bound} to ${last} ends before it begins`);
}

function checkArguments(call: CallExpression, report: CheckReport): void {
  const named = call.arguments.filter((argument) => argument.kind === 'named-argument');
  if (named.length === 0) return;
  report.failIf(named.length < call.arguments.length, call.span, 'Some but not all arguments are named', 'Name all arguments or none.');
  report.failOnDuplicates(named.map(({ name }) => name), (name) => `Duplicate argument name '${name}'`);
}
