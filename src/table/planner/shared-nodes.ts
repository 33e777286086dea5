// Parts of a plan that are the same become one node, so that they run once (table.optimizer.reuse-sub-plan-enabled). Nodes are compared
// as they are planned, inputs first, so none has to be made again over other inputs.
import { CalcExec } from '#table/exec/calc-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { isDeterministic } from '#table/expressions/expression-facts';

export class SharedNodes {
  readonly #isOn: boolean;
  readonly #byDigest = new Map<string, ExecNode>();
  readonly #numbers = new Map<ExecNode, number>();

  constructor(options: { readonly isOn: boolean }) {
    this.#isOn = options.isOn;
  }

  /** The node, or the one planned before that does the same. */
  share(node: ExecNode): ExecNode {
    if (!this.#isOn || this.#numbers.has(node)) return node;
    // Two uses of a random value are two values.
    if (!isRepeatable(node)) {
      this.#numbers.set(node, this.#numbers.size);
      return node;
    }
    const digest = this.#digestOf(node);
    const known = this.#byDigest.get(digest);
    if (known !== undefined) return known;
    this.#byDigest.set(digest, node);
    this.#numbers.set(node, this.#numbers.size);
    return node;
  }

  /** Every own field of the node, shared inputs by number. */
  #digestOf(node: ExecNode): string {
    const number = this.#numbers.get(node);
    if (number !== undefined) return `@${number}`;
    const fields = Object.entries(node).filter(([name]) => name !== 'inputs').map(([name, value]) => `${name}=${textOf(value)}`);
    return `${node.kind}(${node.inputs.map((input) => this.#digestOf(input)).join(',')})${fields.join('|')}`;
  }
}

function isRepeatable(node: ExecNode): boolean {
  return !(node instanceof CalcExec) || [...node.expressions, ...(node.condition === undefined ? [] : [node.condition])].every(isDeterministic);
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

/** Functions by name; tables, sources and other objects of classes by identity. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (typeof part === 'function') return identityOf(part);
    if (part === Number.POSITIVE_INFINITY) return 'Infinity';
    if (typeof part !== 'object' || part === null) return part;
    if ('inferTypes' in part) return (part as unknown as { readonly name: string }).name;
    const isPlain = Object.getPrototypeOf(part) === Object.prototype || Array.isArray(part);
    return !isPlain || 'createSink' in part ? identityOf(part) : part;
  });
}

function identityOf(value: object): string {
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, (identity = nextIdentity++));
  return `#${identity}`;
}
