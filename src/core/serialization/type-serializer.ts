// Turns values of one type into bytes and back; used by state, snapshots and `var` columns of nested values.
// Serializers are versioned: a snapshot keeps {type, version}, so a restore can check compatibility first.
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';

export interface TypeSerializer<T = unknown> {
  readonly type: TypeInformation<T>;
  /** Format version of the bytes; raised whenever the layout of a type changes. */
  readonly version: number;
  /** Throws TYPE_MISMATCH (TypeMismatchError, with the path of the field) when the value does not fit the type. */
  write(value: T, out: DataOutput): void;
  /** A fresh value: mutating it changes nothing else. */
  read(input: DataInput): T;
  /** A deep copy as read(write(value)) would give, without the bytes. */
  copy(value: T): T;
}

/** What a snapshot keeps of a serializer. */
export interface SerializerSnapshot {
  readonly type: TypeInformation;
  readonly version: number;
}
