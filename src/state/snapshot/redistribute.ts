// What a new subtask of an operator gets of the snapshots of all its old subtasks: its key groups, its share of split
// items, all union items, one old subtask's broadcast. Pure. Invariant: over all new subtasks every key group's bytes and
// every split item arrive exactly once.
import { assert } from '#core/assert';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { isArchived, listPieces } from '#state/keyed/archived-sections';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import { STATE_SECTION_VERSION } from '#state/keyed/state-section';
import type { RestoredFileSet } from '#state/snapshot/file-set';
import type { OperatorSection, OperatorSnapshot, RestoredOperatorState } from '#state/snapshot/operator-snapshot';

export interface Redistribution {
  /** Snapshots of the operator's old subtasks, by old subtask index; undefined for one that had none. */
  readonly old: readonly (OperatorSnapshot | undefined)[];
  readonly newSubtask: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly checkpointId: number;
}

type KeyedPiece = ReturnType<RestoredOperatorState['keyed']> extends Iterable<infer P> ? P : never;
type OperatorPiece = ReturnType<RestoredOperatorState['operator']>[number];

/** Bytes are not copied: the result points into the old snapshots. Only lists of archived rows are made, when they are asked for. */
export function redistribute(redistribution: Redistribution): RestoredOperatorState {
  const { newSubtask, parallelism, maxParallelism, checkpointId, old } = redistribution;
  const keyGroupRange = keyGroupRangeOf(maxParallelism, parallelism, newSubtask);
  const keyedNames = [...new Set(old.flatMap((snapshot) => (snapshot?.keyed ?? []).map((section) => section.name)))];
  const operatorNames = [...new Set(old.flatMap((snapshot) => (snapshot?.operator ?? []).map((section) => section.name)))];
  return {
    keyed: (name) => cutKeyed(old, name, keyGroupRange),
    operator: (name) => dealOperator(redistribution, name),
    fileSets: (name) => overlapping(old, name, keyGroupRange),
    keyedNames,
    operatorNames,
    keyGroupRange,
    checkpointId,
  };
}

function* cutKeyed(old: Redistribution['old'], name: string, { start, end }: KeyGroupRange): IterableIterator<KeyedPiece> {
  const isWanted = (keyGroup: number): boolean => keyGroup >= start && keyGroup <= end;
  for (const snapshot of old) {
    for (const section of snapshot?.keyed ?? []) {
      if (section.name !== name) continue;
      const { version, serializers, groups } = section;
      if (isArchived(section)) {
        for (const { keyGroup, bytes } of listPieces(section, snapshot!, isWanted)) yield { keyGroup, bytes, version: STATE_SECTION_VERSION, serializers };
        continue;
      }
      for (const { keyGroup, bytes } of groups) if (isWanted(keyGroup)) yield { keyGroup, bytes, version, serializers };
    }
  }
}

function overlapping(old: Redistribution['old'], name: string, range: KeyGroupRange): RestoredFileSet[] {
  return old.flatMap((snapshot) => snapshot?.fileSets ?? [])
    .filter((set) => set.name === name && set.keyGroupRange.start <= range.end && set.keyGroupRange.end >= range.start)
    .sort((a, b) => a.keyGroupRange.start - b.keyGroupRange.start);
}

function dealOperator(redistribution: Redistribution, name: string): OperatorPiece[] {
  const { old, newSubtask, parallelism } = redistribution;
  const sections = old.map((snapshot) => snapshot?.operator.find((section) => section.name === name));
  const mode = sections.find((section) => section !== undefined)?.mode;
  if (mode === undefined) return [];
  assert(sections.every((section) => section === undefined || section.mode === mode), `section ${name} has one mode in all subtasks`);
  switch (mode) {
    case 'union':
      return sections.flatMap(piecesOf);
    case 'broadcast':
      return broadcastPieces(sections, newSubtask);
    case 'split':
      // At the same parallelism every subtask keeps what it had.
      return old.length === parallelism ? piecesOf(sections[newSubtask]) : sections.flatMap(piecesOf).filter((_, index) => index % parallelism === newSubtask);
  }
}

/** Those of one old subtask; one that had none is passed over. */
function broadcastPieces(sections: readonly (OperatorSection | undefined)[], newSubtask: number): OperatorPiece[] {
  for (let i = 0; i < sections.length; i++) {
    const section = sections[(newSubtask + i) % sections.length];
    if (section !== undefined) return piecesOf(section);
  }
  return [];
}

function piecesOf(section: OperatorSection | undefined): OperatorPiece[] {
  if (section === undefined) return [];
  const { version, serializers } = section;
  return section.items.map((bytes) => ({ bytes, version, ...(serializers === undefined ? {} : { serializers }) }));
}
