// Puts the runs of a snapshot file together again: runs of one section become one section, in the order they are added.
import type { KeyedSection, OperatorSection, OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { SectionIndex, StoredFile } from '#state/snapshot/snapshot-encoder';
import type { FileSet } from '#state/snapshot/file-set';

/** A file set as it was stored: `contents` has the bytes of the files that lie in the snapshot file itself. */
export interface StoredFileSet extends Omit<FileSet, 'files'> {
  readonly files: readonly (StoredFile & { readonly contents: Uint8Array | undefined })[];
}

interface Assembled {
  readonly keyed: Map<string, KeyedSection & { readonly groups: { keyGroup: number; bytes: Uint8Array }[] }>;
  readonly operator: Map<string, OperatorSection & { readonly items: Uint8Array[] }>;
  readonly stored: StoredFileSet[];
}

export class SectionAssembly {
  readonly #operators = new Map<string, Assembled>();

  add(section: SectionIndex, pieces: readonly Uint8Array[]): void {
    const { operatorId, name, version, mode, serializers, keyGroups } = section;
    let operator = this.#operators.get(operatorId);
    if (operator === undefined) this.#operators.set(operatorId, (operator = { keyed: new Map(), operator: new Map(), stored: [] }));
    if (mode === 'keyed') {
      // A state nobody asked for may be there in its old and its new type.
      const format = JSON.stringify([name, version, serializers]);
      let keyed = operator.keyed.get(format);
      if (keyed === undefined) operator.keyed.set(format, (keyed = { name, version, serializers: serializers ?? {}, groups: [] }));
      pieces.forEach((bytes, i) => keyed.groups.push({ keyGroup: keyGroups![i]!, bytes }));
    } else if (mode === 'files') {
      operator.stored.push(storedFileSet(section, pieces));
    } else {
      let items = operator.operator.get(name);
      if (items === undefined) operator.operator.set(name, (items = { name, version, mode, items: [], ...(serializers === undefined ? {} : { serializers }) }));
      items.items.push(...pieces);
    }
  }

  operators(): Map<string, OperatorSnapshot> {
    return new Map([...this.#operators].map(([operatorId, { keyed, operator, stored }]) => [
      operatorId, { keyed: [...keyed.values()], operator: [...operator.values()], ...(stored.length === 0 ? {} : { stored }) },
    ]));
  }
}

function storedFileSet({ name, version, serializers, keyGroupRange, files }: SectionIndex, pieces: readonly Uint8Array[]): StoredFileSet {
  return {
    name, version, serializers: serializers ?? {}, keyGroupRange: keyGroupRange!, properties: pieces[0]!,
    files: files!.map((file, i) => ({ ...file, contents: file.path === undefined ? pieces[i + 1]! : undefined })),
  };
}
