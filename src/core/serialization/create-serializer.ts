// Makes the serializer of a type by generating straight-line code for the whole type tree: no dispatch on kinds while
// values are written, read or copied. Called when a job is deployed; the functions made are hot path.
// Invariant: bytes, values and errors equal those of the interpreted twin (interpreted-serializer.ts).
import { isExact, isInt64 } from '#core/columns/exact-integer';
import { failTypeMismatch } from '#core/errors/type-errors';
import { copyAny, packAny, unpackAny } from '#core/serialization/any-codec';
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import { readExpression, copyStatements, SERIALIZER_FORMAT_VERSION, writeStatements, type SourceScope } from '#core/serialization/serializer-source';
import type { TypeInformation } from '#core/types/type-information';

interface GeneratedFunctions {
  readonly write: (value: unknown, out: DataOutput) => void;
  readonly read: (input: DataInput) => unknown;
  readonly copy: (value: unknown) => unknown;
}

const cache = new Map<string, TypeSerializer<any>>(); // any: serializers of every type

/** The serializer of `type`; equal types share one, which is stateless. Cost: one JSON text, code generation the first time. */
export function createSerializer<T>(type: TypeInformation<T>): TypeSerializer<T> {
  const key = JSON.stringify(type);
  let serializer = cache.get(key);
  if (serializer === undefined) {
    serializer = { type, version: SERIALIZER_FORMAT_VERSION, ...generate(type) };
    cache.set(key, serializer);
  }
  return serializer;
}

function generate(type: TypeInformation): GeneratedFunctions {
  const scope: SourceScope = { types: [], nextVariable: 0 };
  const root = { expression: 'value', path: "''" };
  const write = writeStatements(type, root, scope);
  const read = readExpression(type, scope);
  const copy = copyStatements(type, root, 'copied', scope);
  const body = `'use strict';
return {
  write(value, out) {${write}\n  },
  read(input) {${read.statements}\n    return ${read.expression};\n  },
  copy(value) {\n    let copied;${copy}\n    return copied;\n  },
};`;
  const make = new Function('types', 'fail', 'packAny', 'unpackAny', 'copyAny', 'isInt64', 'isExact', body) as (
    types: readonly TypeInformation[],
    fail: typeof failTypeMismatch,
    pack: typeof packAny,
    unpack: typeof unpackAny,
    copyOfAny: typeof copyAny,
    isInt64Value: typeof isInt64,
    isExactValue: typeof isExact,
  ) => GeneratedFunctions;
  return make(scope.types, failTypeMismatch, packAny, unpackAny, copyAny, isInt64, isExact);
}
