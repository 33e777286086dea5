// MATCH_RECOGNIZE: from the syntax tree to a logical node.
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { MatchRecognize } from '#table/parser/ast-match-recognize';
import type { QueryScope } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

export function convertMatchRecognize(from: MatchRecognize, context: ValidatorContext, _scope: QueryScope): LogicalPlan {
  return failAt(context.text, from.span, 'MATCH_RECOGNIZE is not supported yet');
}
