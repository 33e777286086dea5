// Leaves out of a type the fields that nobody reads.
import type { FieldTree } from '#core/codegen/field-tree';
import type { TypeInformation } from '#core/types/type-information';

/** The same type where nothing can be left out. A row keeps at least its place: one without fields has no columns. */
export function projectType(type: TypeInformation, reads: FieldTree): TypeInformation {
  if (reads.isAll) return type;
  if (type.kind === 'nullable') return { kind: 'nullable', inner: projectType(type.inner, reads) };
  if (type.kind !== 'row' || type.inferred?.isAtomic === true) return type;
  const fields = type.fields.flatMap((field) => {
    const child = reads.child(field.name);
    // A nested row of an inferred one stays whole: its field count tells whether a value fits it.
    return child === undefined ? [] : [{ name: field.name, type: type.inferred === undefined ? projectType(field.type, child) : field.type }];
  });
  return type.inferred === undefined ? { kind: 'row', fields } : { kind: 'row', fields, inferred: { isAtomic: false, isProjected: true } };
}
