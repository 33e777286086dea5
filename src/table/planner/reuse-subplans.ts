// Parts of a plan that are the same become one node, so that they run once (table.optimizer.reuse-sub-plan-enabled).
import type { ExecNode } from '#table/exec/exec-node';

export function reuseSubplans(roots: readonly ExecNode[], options: { readonly isOn: boolean }): readonly ExecNode[] {
  if (!options.isOn) return roots;
  const byDigest = new Map<string, ExecNode>();
  const numbers = new Map<ExecNode, number>();
  const visit = (node: ExecNode): ExecNode => {
    const inputs = node.inputs.map(visit);
    const key = digestOf(node, inputs.map((input) => numbers.get(input)!));
    const known = byDigest.get(key);
    if (known !== undefined) return known;
    const own = inputs.every((input, index) => input === node.inputs[index]) ? node : withInputs(node, inputs);
    byDigest.set(key, own);
    numbers.set(own, numbers.size);
    return own;
  };
  return roots.map(visit);
}

function withInputs(node: ExecNode, inputs: readonly ExecNode[]): ExecNode {
  return Object.assign(Object.create(Object.getPrototypeOf(node) as object) as ExecNode, node, { inputs });
}

/** Every own field of the node but its inputs; tables and sources by identity. */
function digestOf(node: ExecNode, inputs: readonly number[]): string {
  const fields = Object.entries(node).filter(([name]) => name !== 'inputs').map(([name, value]) => `${name}=${textOf(value)}`);
  return `${node.kind}|${inputs.join(',')}|${fields.join('|')}`;
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (typeof part === 'function') return identityOf(part);
    if (typeof part !== 'object' || part === null) return part;
    if ('inferTypes' in part) return (part as unknown as { readonly name: string }).name;
    const prototype = Object.getPrototypeOf(part) as unknown;
    if ('createSource' in part || 'createSink' in part || (prototype !== Object.prototype && !Array.isArray(part))) return identityOf(part);
    return part;
  });
}

function identityOf(value: object): string {
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, (identity = nextIdentity++));
  return `#${identity}`;
}

