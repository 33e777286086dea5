// How a value is copied before it enters state, so that nobody changes state through a record. Thread: any.
import { failTypeMismatch } from '#core/errors/type-errors';
import { copyAny } from '#core/serialization/any-codec';
import { createSerializer } from '#core/serialization/create-serializer';
import type { TypeInformation } from '#core/types/type-information';

/** Checks a typed value too: throws TYPE_MISMATCH. */
export type ValueCopier = (value: any) => any; // any: the user's value type

export interface CopierOptions {
  /** `pipeline.object-reuse`: records are shared with state, as in Flink. */
  readonly isObjectReuse: boolean;
}

export function createValueCopier(type: TypeInformation | undefined, options: CopierOptions): ValueCopier {
  if (options.isObjectReuse) return keepValue;
  if (type === undefined || type.kind === 'any') return copyUndeclared;
  // Immutable values are only checked; the serializer's copy costs a call more per update.
  if (type.kind === 'string') return (value) => (typeof value === 'string' ? value : failTypeMismatch(type, '', value));
  const serializer = createSerializer(type);
  return (value) => serializer.copy(value);
}

function keepValue(value: unknown): unknown {
  return value;
}

function copyUndeclared(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? copyAny(value) : value;
}
