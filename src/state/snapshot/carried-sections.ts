// Restored keyed state that nobody asked for goes into the next snapshot as it was. One section per set of serializers:
// where only some of the old subtasks had asked for a state whose type had changed, its pieces are of both types. Pure.
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import type { KeyedSection, RestoredOperatorState } from '#state/snapshot/operator-snapshot';

/** Bytes are not copied. @param isCarried by section name. */
export function carriedSections(restored: RestoredOperatorState, isCarried: (name: string) => boolean): KeyedSection[] {
  return restored.keyedNames.filter(isCarried).flatMap((name) => sectionsOf(name, restored.keyed(name)));
}

interface Carried {
  readonly version: number;
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
  readonly groups: { readonly keyGroup: number; readonly bytes: Uint8Array }[];
}

function sectionsOf(name: string, pieces: ReturnType<RestoredOperatorState['keyed']>): KeyedSection[] {
  const byFormat = new Map<string, Carried>();
  for (const { keyGroup, bytes, version, serializers } of pieces) {
    const format = JSON.stringify([version, serializers]);
    let section = byFormat.get(format);
    if (section === undefined) byFormat.set(format, (section = { version, serializers, groups: [] }));
    section.groups.push({ keyGroup, bytes });
  }
  return [...byFormat.values()].map((section) => ({ name, ...section }));
}
