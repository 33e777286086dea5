// Stable operator ids, the keys under which state is kept: from the uid where there is one, else from the operator's
// place in the graph. A structural id changes when operators are added or removed before it, or chains change: give uids.
// As Flink's StreamGraphHasherV2: breadth-first from the sources in id order; the place, the chained outputs and the
// inputs' hashes enter.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';
import { isChainable } from '#graph/chaining/chaining-rules';
import { GraphError } from '#graph/errors';
import { murmur3x64 } from '#graph/stream-graph/murmur3';
import type { StreamNode } from '#graph/stream-graph/stream-graph';

const UID_HASH = /^[0-9a-f]{32}$/i;

/** Id of an operator with that uid, as Flink makes it: 32 hex digits. */
export function operatorIdOfUid(uid: string): string {
  return toHex(murmur3x64(Buffer.from(uid, 'utf8')));
}

/** Operator id by node id. Throws UID_DUPLICATE and UID_HASH_INVALID. */
export function assignOperatorIds(nodes: readonly StreamNode[], chainingEnabled: boolean): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const hashes = new Map<number, Uint8Array>();
  const queue = nodes.filter((node) => node.inputs.length === 0).sort((a, b) => a.id - b.id);
  while (queue.length > 0) {
    const node = queue.shift()!;
    // A node is hashed when the last of its inputs is; it is queued again by each.
    if (hashes.has(node.id) || node.inputs.some((edge) => !hashes.has(edge.source))) continue;
    hashes.set(node.id, explicitHash(node) ?? structuralHash(node, byId, hashes, chainingEnabled));
    for (const edge of node.outputs) queue.push(byId.get(edge.target)!);
  }
  assert(hashes.size === nodes.length, `every node has an id: ${hashes.size} of ${nodes.length}`);
  const ids = new Map([...hashes].map(([id, hash]) => [id, toHex(hash)]));
  failOnDuplicates(nodes, ids);
  return ids;
}

function explicitHash(node: StreamNode): Uint8Array | undefined {
  const { uid, uidHash } = node.transformation;
  if (uidHash !== undefined) {
    if (!UID_HASH.test(uidHash)) throw new GraphError('UID_HASH_INVALID', `the uid hash of "${node.name}" is "${uidHash}": it must be 32 hexadecimal digits`);
    return Buffer.from(uidHash, 'hex');
  }
  return uid === undefined ? undefined : murmur3x64(Buffer.from(uid, 'utf8'));
}

function structuralHash(node: StreamNode, byId: ReadonlyMap<number, StreamNode>, hashes: ReadonlyMap<number, Uint8Array>, chainingEnabled: boolean): Uint8Array {
  const position = hashes.size;
  const chainedOutputs = node.outputs.filter((edge) => isChainable(edge, node, byId.get(edge.target)!, chainingEnabled)).length;
  const hash = murmur3x64(new Uint8Array(new Int32Array(1 + chainedOutputs).fill(position).buffer));
  for (const edge of node.inputs) {
    const input = hashes.get(edge.source)!;
    for (let i = 0; i < hash.length; i++) hash[i] = (hash[i]! * 37) ^ input[i]!;
  }
  return hash;
}

function failOnDuplicates(nodes: readonly StreamNode[], ids: ReadonlyMap<number, string>): void {
  const owners = new Map<string, StreamNode>();
  for (const node of nodes) {
    const id = ids.get(node.id)!;
    const other = owners.get(id);
    if (other !== undefined) {
      const { uid, uidHash } = node.transformation;
      throw new GraphError('UID_DUPLICATE', `"${other.name}" and "${node.name}" have the same id, uid "${uid ?? uidHash ?? id}": give each operator a uid of its own`);
    }
    owners.set(id, node);
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
