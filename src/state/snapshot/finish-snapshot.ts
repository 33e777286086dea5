// Finishes deferred snapshots on the spot and in memory: for harnesses and tests, whose state is small. A job's slot
// finishes them in slices instead, see taskmanager. Thread: the one that cut.
import { assert } from '#core/assert';
import type { RestoredFileSet } from '#state/snapshot/file-set';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { SnapshotCollector } from '#state/snapshot/snapshot-collector';

const hasTime = (): boolean => true;

/** All sections in memory. @throws what a deferred part throws; a part that works behind a promise is refused. */
export function finishSnapshotSync(snapshot: OperatorSnapshot): OperatorSnapshot {
  const collector = new SnapshotCollector();
  for (const part of snapshot.deferred ?? []) {
    try {
      for (let step = part.step(collector, hasTime); step !== 'done'; step = part.step(collector, hasTime)) {
        assert(step === 'more', 'what is finished at once does not wait for others');
      }
    } finally {
      part.release();
    }
  }
  return collector.addTo(snapshot);
}

/** As finishSnapshotSync, also waiting for promises. Files are released when it resolves: `beforeRelease` may copy them. */
export async function finishSnapshot(snapshot: OperatorSnapshot, beforeRelease?: (fileSets: readonly RestoredFileSet[]) => void): Promise<OperatorSnapshot> {
  const collector = new SnapshotCollector();
  const parts = snapshot.deferred ?? [];
  try {
    for (const part of parts) {
      for (let step = part.step(collector, hasTime); step !== 'done'; step = part.step(collector, hasTime)) await step;
    }
    beforeRelease?.(collector.fileSets);
  } finally {
    for (const part of parts) part.release();
  }
  return collector.addTo(snapshot);
}
