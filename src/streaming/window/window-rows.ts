// Rows of window state in snapshots: (key, from, to, accumulator) per key group. `from`/`to` are a slice, a session or a
// window whose result is still to be emitted. Each piece of a group starts with the time up to which its windows had fired.
import { assert } from '#core/assert';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import type { SerializerSnapshot, TypeSerializer } from '#core/serialization/type-serializer';
import { assignToKeyGroup } from '#core/keys/key-groups';
import { createKeyHasher, type KeyHasher } from '#core/keys/key-hasher';
import { type TypeInformation, Types } from '#core/types/type-information';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import { GroupedOutput } from '#state/snapshot/grouped-output';
import type { RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { checkCompatible, readerOf } from '#state/snapshot/serializer-compatibility';
import { StateError } from '#state/errors';

const SECTION_VERSION = 1;

export interface WindowRow {
  readonly key: unknown;
  readonly from: number;
  readonly to: number;
  readonly accumulator: unknown;
  /** Already fired once (kept for allowed lateness), or due and not yet emitted. */
  readonly flag: number;
}

export interface RestoredRows {
  readonly keyGroup: number;
  /** Windows ending at or before this time + 1 had fired. */
  readonly firedTime: number;
  readonly rows: readonly WindowRow[];
}

export interface WindowRowsFormat {
  /** Of the section. */
  readonly name: string;
  readonly keyType: TypeInformation | undefined;
  readonly accumulatorType: TypeInformation;
  readonly maxParallelism: number;
  readonly keyGroupRange: KeyGroupRange;
  readonly firedTimeOf: (keyGroup: number) => number;
}

export class WindowRowsWriter {
  /** Rows that were added and not given away yet. */
  readonly output: GroupedOutput;
  readonly #hash: KeyHasher;
  readonly #maxParallelism: number;
  readonly #keyGroupRange: KeyGroupRange;
  readonly #key: TypeSerializer;
  readonly #accumulator: TypeSerializer;

  constructor(format: WindowRowsFormat) {
    const { name, keyType, maxParallelism, accumulatorType, keyGroupRange, firedTimeOf } = format;
    this.#hash = createKeyHasher(keyType);
    this.#maxParallelism = maxParallelism;
    this.#keyGroupRange = keyGroupRange;
    this.#key = createSerializer(keyType ?? Types.ANY);
    this.#accumulator = createSerializer(accumulatorType);
    const snapshot = (serializer: TypeSerializer): SerializerSnapshot => ({ type: serializer.type, version: serializer.version });
    const header = { name, version: SECTION_VERSION, serializers: { key: snapshot(this.#key), accumulator: snapshot(this.#accumulator) } };
    this.output = new GroupedOutput(header, keyGroupRange, (piece, keyGroup) => piece.writeFloat64(firedTimeOf(keyGroup)));
  }

  /** Makes a piece for every key group, so that its fired time is told where it has no rows. */
  beginGroups(): void {
    for (let keyGroup = this.#keyGroupRange.start; keyGroup <= this.#keyGroupRange.end; keyGroup++) this.output.end(keyGroup, this.output.begin(keyGroup));
  }

  add(key: unknown, from: number, to: number, accumulator: unknown, flag: number): void {
    const keyGroup = assignToKeyGroup(this.#hash(key), this.#maxParallelism);
    const out = this.output.begin(keyGroup);
    this.#key.write(key, out);
    out.writeFloat64(from);
    out.writeFloat64(to);
    out.writeByte(flag);
    this.#accumulator.write(accumulator, out);
    this.output.end(keyGroup, out);
  }
}

/** All rows of a key group at once. Throws STATE_MIGRATION_UNSUPPORTED when keys or accumulators were of another type, SNAPSHOT_VERSION_UNSUPPORTED. */
export function readWindowRows(restored: RestoredOperatorState, name: string, types: { readonly keyType: TypeInformation | undefined; readonly accumulatorType: TypeInformation }): RestoredRows[] {
  const key = createSerializer(types.keyType ?? Types.ANY);
  const accumulator = createSerializer(types.accumulatorType);
  const groups = new Map<number, { readonly keyGroup: number; readonly firedTime: number; readonly rows: WindowRow[] }>();
  for (const piece of restored.keyed(name)) {
    if (piece.version !== SECTION_VERSION) {
      throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `window state was written in format ${piece.version}, this engine reads ${SECTION_VERSION}: restore it with the engine that wrote it`);
    }
    checkCompatible({ subject: 'key of the window state', written: piece.serializers['key'], declared: key });
    const readAccumulator = readerOf({ subject: 'accumulator of the window state', written: piece.serializers['accumulator'], declared: accumulator });
    const input = new DataInput(piece.bytes);
    const firedTime = input.readFloat64();
    let group = groups.get(piece.keyGroup);
    if (group === undefined) groups.set(piece.keyGroup, (group = { keyGroup: piece.keyGroup, firedTime, rows: [] }));
    assert(group.firedTime === firedTime, `pieces of key group ${piece.keyGroup} were cut at one time`);
    while (input.remaining > 0) {
      const rowKey = key.read(input);
      const from = input.readFloat64();
      const to = input.readFloat64();
      const flag = input.readByte();
      group.rows.push({ key: rowKey, from, to, flag, accumulator: readAccumulator(input) });
    }
  }
  return [...groups.values()];
}
