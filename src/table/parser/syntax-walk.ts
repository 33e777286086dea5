// Visits every node of a syntax tree, parents before children, by looking into the nodes' own fields.
import type { Span } from '#table/parser/ast-node';

export interface AnyNode {
  readonly kind: string;
  readonly span: Span;
}

/** O(size of the tree), with a stack of its own: a sum of ten thousand terms is as deep. */
export function walkSyntax(root: unknown, visit: (node: AnyNode) => void): void {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (next === null || typeof next !== 'object') continue;
    if (isNode(next)) visit(next);
    const children = Object.values(next);
    for (let index = children.length - 1; index >= 0; index -= 1) waiting.push(children[index]);
  }
}

function isNode(value: object): value is AnyNode {
  return typeof (value as { kind?: unknown }).kind === 'string';
}
