// The sections that an operator's cut brought along, as a deferred part: their bytes exist, but checksums and copies of
// many take time. Thread: the slot's.
import type { DeferredSnapshot, DeferredStep, SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';

/** Bytes between two looks at the clock. */
const LOOK_BYTES = 64 * 1024;

export class CutSections implements DeferredSnapshot {
  readonly #pieces: Iterator<number>;

  constructor(snapshot: OperatorSnapshot, output: SnapshotOutput) {
    this.#pieces = writePieces(snapshot, output);
  }

  step(output: SnapshotOutput, hasTime: () => boolean): DeferredStep {
    let bytes = 0;
    for (;;) {
      const next = this.#pieces.next();
      if (next.done === true) return 'done';
      bytes += next.value;
      if (bytes < LOOK_BYTES) continue;
      if (!hasTime() || output.isFull) return 'more';
      bytes = 0;
    }
  }

  release(): void {
    // The bytes are garbage when nobody refers to them.
  }
}

/** Yields the size of every piece it has written. */
function* writePieces(snapshot: OperatorSnapshot, output: SnapshotOutput): Generator<number> {
  for (const { name, version, serializers, groups } of snapshot.keyed) {
    const section = output.keyed({ name, version, serializers });
    for (const { keyGroup, bytes } of groups) {
      section.write(keyGroup, bytes);
      yield bytes.length;
    }
  }
  for (const { name, version, mode, items, serializers } of snapshot.operator) {
    const add = output.items({ name, version, mode, ...(serializers === undefined ? {} : { serializers }) });
    for (const item of items) {
      add(item);
      yield item.length;
    }
  }
}
