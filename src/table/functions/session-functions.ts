// What a query can ask about itself: TYPEOF, the current catalog, database and user.
import type { FunctionContext, ScalarFunctionDefinition } from '#table/functions/function-definition';
import { Arguments, Results } from '#table/functions/function-signature';
import { boundScalar } from '#table/functions/scalar-definition';
import { LogicalTypes } from '#table/types/logical-type';
import { serializableTypeText, summaryTypeText } from '#table/types/type-text';

/** TYPEOF(x[, isSerializable]): the type as text; VARIANT has none. */
const typeOf = boundScalar('TYPEOF', { arguments: [Arguments.ANY, Arguments.BOOLEAN], optionalCount: 1, result: Results.nullable(LogicalTypes.STRING) }, ({ argumentTypes: [type], literals }) => {
  const text = type!.kind === 'VARIANT' ? null : literals[1] === true ? serializableTypeText(type!) : summaryTypeText(type!);
  return () => text;
}, { seesNulls: true });

const ofSession = (name: string, valueOf: (context: FunctionContext) => string | undefined): ScalarFunctionDefinition =>
  boundScalar(name, { arguments: [], result: Results.nullable(LogicalTypes.STRING) }, (_call, context) => () => valueOf(context) ?? null);

export const SESSION_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  typeOf,
  ofSession('CURRENT_CATALOG', (context) => context.catalog),
  ofSession('CURRENT_DATABASE', (context) => context.database),
  ofSession('CURRENT_USER', (context) => context.user),
];
