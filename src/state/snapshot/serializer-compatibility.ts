// Whether state written by one serializer can be read by the program's: today only when type and format version are the
// same. Called at restore, before any byte is read. Thread: any.
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import { formatType, typesEqual, type TypeInformation } from '#core/types/type-information';
import { StateError } from '#state/errors';

export interface CompatibilityCheck {
  /** What is restored, e.g. `value of state count`. */
  readonly subject: string;
  /** Undefined when the snapshot has no such part: it holds another kind of state. */
  readonly written: SerializerSnapshot | undefined;
  readonly declared: { readonly type: TypeInformation; readonly version: number };
}

/** Throws STATE_MIGRATION_UNSUPPORTED (StateError) naming the subject and both types. */
export function checkCompatible(check: CompatibilityCheck): void {
  const { subject, written, declared } = check;
  if (written !== undefined && typesEqual(written.type, declared.type) && written.version === declared.version) return;
  const was = written === undefined ? 'no such part' : describe(written);
  throw new StateError(
    'STATE_MIGRATION_UNSUPPORTED',
    `the ${subject} is declared ${describe(declared)}, but the snapshot holds ${was}: declare it as it was, or give the state another name to start it empty`,
    { context: { subject, written: was, declared: describe(declared) } },
  );
}

function describe(serializer: { readonly type: TypeInformation; readonly version: number }): string {
  return `${formatType(serializer.type)} (format ${serializer.version})`;
}
