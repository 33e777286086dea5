// HASH_CODE: the planner's own, for buckets of distinct values. No SQL calls it.
import { createKeyHasher } from '#core/keys/key-hasher';
import { typeInformationOf } from '#table/codegen/type-information-of';
import type { ScalarFunctionDefinition } from '#table/functions/function-definition';
import { LogicalTypes, notNull, withNullability } from '#table/types/logical-type';

export const hashCode: ScalarFunctionDefinition = {
  kind: 'scalar', name: 'HASH_CODE', nulls: 'strict',
  inferTypes: ({ argumentTypes }) => ({ argumentTypes, resultType: withNullability(LogicalTypes.INT, argumentTypes[0]!.isNullable) }),
  bind: ({ argumentTypes }) => createKeyHasher(typeInformationOf(notNull(argumentTypes[0]!))),
};
