// What a backend's cell stores for the current key, in the format of state-section.ts: for a state that is read from
// outside. Works on the cell itself, below time to live, so nothing counts as an access. Thread: the slot's.
import type { DataOutput } from '#core/serialization/data-output';
import type { ListCell, MapCell, ValueCell } from '#state/keyed/state-cells';
import type { SectionState } from '#state/keyed/state-section';
import type { StoredCodec } from '#state/keyed/stored-codec';

/** False, and nothing written, when the cell holds nothing that has not expired. @param codec of sections, as the state is declared. */
export function writeCellOfKey(cell: unknown, { serializers }: SectionState, codec: StoredCodec, output: DataOutput): boolean {
  if ('element' in serializers) {
    const kept = (cell as ListCell<unknown>).get().filter((element) => codec.isKept(element));
    if (kept.length === 0) return false;
    output.writeVarUint(kept.length);
    for (const element of kept) codec.writeValue(element, output);
    return true;
  }
  if ('mapValue' in serializers) {
    const kept = [...(cell as MapCell<unknown, unknown>).entries()].filter(([, value]) => codec.isKept(value));
    if (kept.length === 0) return false;
    output.writeVarUint(kept.length);
    for (const [key, value] of kept) {
      codec.writeKey(key, output);
      codec.writeValue(value, output);
    }
    return true;
  }
  const value = (cell as ValueCell<unknown>).value();
  if (value === null || !codec.isKept(value)) return false;
  codec.writeValue(value, output);
  return true;
}
