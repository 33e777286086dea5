// Whether state written by one serializer can be read by the program's, and how: as it is, or by the migration of
// core/types/type-evolution.ts. Keys never change. Called at restore, before any byte is read. Thread: any.
import { createSerializer } from '#core/serialization/create-serializer';
import type { DataInput } from '#core/serialization/data-input';
import type { SerializerSnapshot, TypeSerializer } from '#core/serialization/type-serializer';
import { evolveType, formatChange, sameType, type TypeEvolution } from '#core/types/type-evolution';
import { formatType, type TypeInformation } from '#core/types/type-information';
import { StateError } from '#state/errors';

export interface CompatibilityCheck {
  /** What is restored, e.g. `value of state count`. */
  readonly subject: string;
  /** Undefined when the snapshot has no such part: it holds another kind of state. */
  readonly written: SerializerSnapshot | undefined;
  readonly declared: { readonly type: TypeInformation; readonly version: number };
}

/** Reads the next value, as the program's type has it. */
export type ValueReader = (input: DataInput) => any; // any: values of every type

/** For keys, which must be of the same type. Throws STATE_MIGRATION_UNSUPPORTED (StateError) naming the subject and both types. */
export function checkCompatible(check: CompatibilityCheck): void {
  const { written, declared } = check;
  if (written === undefined) throw unsupported(check);
  if (written.version !== declared.version || !sameType(written.type, declared.type)) throw unsupported(check, 'keys never change');
}

/**
 * For values: reads what was written, migrated where the type has changed.
 * Throws STATE_MIGRATION_UNSUPPORTED (StateError) naming the subject, the field and both its types.
 */
export function readerOf(check: CompatibilityCheck & { readonly declared: TypeSerializer<any> }): ValueReader { // any: serializers of every type
  const { changes, convert } = evolutionOf(check);
  const { declared, written } = check;
  if (changes.length === 0) return (input) => declared.read(input);
  const old = createSerializer(written!.type);
  return convert === undefined ? (input) => old.read(input) : (input) => convert(old.read(input));
}

/** Throws STATE_MIGRATION_UNSUPPORTED (StateError) when there is no way from the one to the other. */
export function evolutionOf(check: CompatibilityCheck): TypeEvolution {
  const { written, declared } = check;
  if (written?.version !== declared.version) throw unsupported(check);
  const evolution = evolveType(written.type, declared.type);
  if (evolution.refusals.length > 0) throw unsupported(check, evolution.refusals.map(formatChange).join(', '));
  return evolution;
}

function unsupported({ subject, written, declared }: CompatibilityCheck, why?: string): StateError {
  const was = written === undefined ? 'no such part' : describe(written);
  return new StateError(
    'STATE_MIGRATION_UNSUPPORTED',
    `the ${subject} is declared ${describe(declared)}, but the snapshot holds ${was}${why === undefined ? '' : ` (${why})`}: declare it as it was, or give the state another name to start it empty`,
    { context: { subject, written: was, declared: describe(declared) } },
  );
}

function describe(serializer: { readonly type: TypeInformation; readonly version: number }): string {
  return `${formatType(serializer.type)} (format ${serializer.version})`;
}
