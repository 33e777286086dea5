// Rows of window state in snapshots: (key, from, to, accumulator) per key group. `from`/`to` are a slice, a session or a
// window whose result is still to be emitted. Each group also keeps up to which time its windows have fired.
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { SerializerSnapshot, TypeSerializer } from '#core/serialization/type-serializer';
import { assignToKeyGroup } from '#core/keys/key-groups';
import { createKeyHasher, type KeyHasher } from '#core/keys/key-hasher';
import { type TypeInformation, Types } from '#core/types/type-information';
import type { KeyedSection, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
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

export class WindowRowsWriter {
  readonly #hash: KeyHasher;
  readonly #maxParallelism: number;
  readonly #key: TypeSerializer;
  readonly #accumulator: TypeSerializer;
  readonly #firedTime: number;
  readonly #name: string;
  readonly #groups = new Map<number, DataOutput>();

  constructor(options: { readonly name: string; readonly keyType: TypeInformation | undefined; readonly accumulatorType: TypeInformation; readonly maxParallelism: number; readonly firedTime: number }) {
    this.#name = options.name;
    this.#hash = createKeyHasher(options.keyType);
    this.#maxParallelism = options.maxParallelism;
    this.#key = createSerializer(options.keyType ?? Types.ANY);
    this.#accumulator = createSerializer(options.accumulatorType);
    this.#firedTime = options.firedTime;
  }

  add(key: unknown, from: number, to: number, accumulator: unknown, flag: number): void {
    const keyGroup = assignToKeyGroup(this.#hash(key), this.#maxParallelism);
    let out = this.#groups.get(keyGroup);
    if (out === undefined) {
      out = new DataOutput();
      out.writeFloat64(this.#firedTime);
      this.#groups.set(keyGroup, out);
    }
    this.#key.write(key, out);
    out.writeFloat64(from);
    out.writeFloat64(to);
    out.writeByte(flag);
    this.#accumulator.write(accumulator, out);
  }

  section(): KeyedSection {
    const snapshot = (serializer: TypeSerializer): SerializerSnapshot => ({ type: serializer.type, version: serializer.version });
    return {
      name: this.#name,
      version: SECTION_VERSION,
      serializers: { key: snapshot(this.#key), accumulator: snapshot(this.#accumulator) },
      groups: [...this.#groups].sort(([a], [b]) => a - b).map(([keyGroup, out]) => ({ keyGroup, bytes: out.toBytes() })),
    };
  }
}

/** Throws STATE_MIGRATION_UNSUPPORTED when keys or accumulators were of another type, SNAPSHOT_VERSION_UNSUPPORTED. */
export function* readWindowRows(restored: RestoredOperatorState, name: string, types: { readonly keyType: TypeInformation | undefined; readonly accumulatorType: TypeInformation }): Generator<RestoredRows> {
  const key = createSerializer(types.keyType ?? Types.ANY);
  const accumulator = createSerializer(types.accumulatorType);
  for (const piece of restored.keyed(name)) {
    if (piece.version !== SECTION_VERSION) {
      throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `window state was written in format ${piece.version}, this engine reads ${SECTION_VERSION}: restore it with the engine that wrote it`);
    }
    checkCompatible({ subject: 'key of the window state', written: piece.serializers['key'], declared: key });
    const readAccumulator = readerOf({ subject: 'accumulator of the window state', written: piece.serializers['accumulator'], declared: accumulator });
    const input = new DataInput(piece.bytes);
    const firedTime = input.readFloat64();
    const rows: WindowRow[] = [];
    while (input.remaining > 0) {
      const rowKey = key.read(input);
      const from = input.readFloat64();
      const to = input.readFloat64();
      const flag = input.readByte();
      rows.push({ key: rowKey, from, to, flag, accumulator: readAccumulator(input) });
    }
    yield { keyGroup: piece.keyGroup, firedTime, rows };
  }
}
