// The function that turns map keys of a type into values a JS Map compares as the type means. Thread: the slot's; the
// functions share one scratch output per thread.
import { Buffer } from 'node:buffer';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import { comparableKeyOf } from '#state/tables/comparable-key';

export type KeyComparable = (key: any) => unknown; // any: the user's map key type

const MINUS_ZERO = Symbol('-0');

/** @param type undefined = any. Functions for composite types throw TYPE_MISMATCH. */
export function createKeyComparable(type: TypeInformation | undefined): KeyComparable {
  switch (type?.kind) {
    case undefined:
    case 'any':
      return comparableKeyOf;
    case 'int':
    case 'long':
    case 'string':
    case 'bigint':
    case 'int64':
    case 'integer':
    case 'boolean':
      return (key: unknown) => key;
    case 'double':
      return (key: unknown) => (key === 0 && 1 / key < 0 ? MINUS_ZERO : key);
    case 'nullable': {
      const inner = createKeyComparable(type.inner);
      return (key: unknown) => (key === null || key === undefined ? null : inner(key));
    }
    default:
      return createBytesComparable(type as TypeInformation);
  }
}

function createBytesComparable(type: TypeInformation): KeyComparable {
  const serializer = createSerializer(type);
  const output = new DataOutput();
  return (key: unknown) => {
    output.reset();
    serializer.write(key, output);
    return Buffer.from(output.view()).toString('latin1');
  };
}
