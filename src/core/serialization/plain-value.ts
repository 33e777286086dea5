// Bytes of plain values without a schema (splits, committables, enumerator checkpoints): the serializer of ANY, as calls.
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import { Types } from '#core/types/type-information';

const plain = createSerializer(Types.ANY);

export function encodePlain(value: unknown): Uint8Array {
  const out = new DataOutput();
  plain.write(value, out);
  return out.toBytes();
}

export function decodePlain(bytes: Uint8Array): unknown {
  return plain.read(new DataInput(bytes));
}
