// What keyBy makes of a selector or a field name.
import { declareProjection } from '#core/codegen/function-access';
import type { TypeInformation } from '#core/types/type-information';
import type { KeySpecification } from '#core/keys/key-specification';
import { ProgramError } from '#datastream/errors';

/** A field name takes the key's type from the declared type of the records, unless one is given. */
export function keySpecification(
  key: string | ((value: any) => unknown), keyType: TypeInformation | undefined, recordType: TypeInformation | undefined, // any: user's record type
): KeySpecification {
  if (typeof key === 'function') return { selector: key, type: keyType };
  return { selector: declareProjection((value: Readonly<Record<string, unknown>>) => value[key], [key]), type: keyType ?? fieldType(key, recordType) };
}

function fieldType(field: string, recordType: TypeInformation | undefined): TypeInformation | undefined {
  if (recordType?.kind !== 'row') return undefined;
  const found = recordType.fields.find((candidate) => candidate.name === field);
  if (found !== undefined) return found.type;
  const names = recordType.fields.map((candidate) => candidate.name).join(', ');
  throw new ProgramError('PROGRAM_FIELD_UNKNOWN', `the key field '${field}' does not exist: the fields are ${names}`, { context: { field } });
}
