// A SnapshotOutput that keeps everything in memory. Thread: the one that cut.
import type { ItemsSectionHeader, KeyedSectionHeader, KeyedSectionOutput, SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import type { FileSet } from '#state/snapshot/file-set';
import type { KeyedSection, OperatorSection, OperatorSnapshot } from '#state/snapshot/operator-snapshot';

export class SnapshotCollector implements SnapshotOutput {
  readonly isFull = false;
  readonly keyedSections: KeyedSection[] = [];
  readonly operatorSections: OperatorSection[] = [];
  readonly fileSets: FileSet[] = [];

  keyed(section: KeyedSectionHeader): KeyedSectionOutput {
    const groups: { keyGroup: number; bytes: Uint8Array }[] = [];
    this.keyedSections.push({ ...section, groups });
    return { write: (keyGroup, bytes) => void groups.push({ keyGroup, bytes: new Uint8Array(bytes) }) };
  }

  items(section: ItemsSectionHeader): (item: Uint8Array) => void {
    const items: Uint8Array[] = [];
    this.operatorSections.push({ ...section, items });
    return (item) => void items.push(item);
  }

  files(fileSet: FileSet): void {
    this.fileSets.push(fileSet);
  }

  /** The snapshot with what was collected in the place of its deferred parts. */
  addTo({ keyed, operator }: OperatorSnapshot): OperatorSnapshot {
    return { keyed: [...keyed, ...this.keyedSections], operator: [...operator, ...this.operatorSections], ...(this.fileSets.length === 0 ? {} : { fileSets: this.fileSets }) };
  }
}
