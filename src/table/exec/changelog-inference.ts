// Which changes every node of a plan makes, and which of them must send -U before +U: first bottom-up, then, from what sinks and
// operators need, top-down (Flink's FlinkChangelogModeInferenceProgram).
import { assert } from '#core/assert';
import type { ChangeKinds, ExecNode } from '#table/exec/exec-node';

export interface ChangelogTraits {
  changesOf(node: ExecNode): ChangeKinds;
  emitsUpdateBefore(node: ExecNode): boolean;
  /** Whether rows that it takes away may have the columns of a key only. */
  deletesByKey(node: ExecNode): boolean;
  /** The node, or what does in its place where nobody needs it. */
  standsFor(node: ExecNode): ExecNode;
}

export function inferChangelog(roots: readonly ExecNode[]): ChangelogTraits {
  const changes = new Map<ExecNode, ChangeKinds>();
  const order: ExecNode[] = [];
  const visit = (node: ExecNode): ChangeKinds => {
    const known = changes.get(node);
    if (known !== undefined) return known;
    const own = node.changes(node.inputs.map(visit));
    changes.set(node, own);
    order.push(node);
    return own;
  };
  for (const root of roots) visit(root);
  const required = new Set<ExecNode>();
  const wholeDeletes = new Set<ExecNode>();
  // Consumers before producers: a node that two read sends -U if one of them needs it.
  for (const node of order.reverse()) {
    const needs = node.needsUpdateBefore(required.has(node), node.inputs.map((input) => changes.get(input)!));
    assert(needs.length === node.inputs.length, 'a node answers for each of its inputs');
    const byKey = node.acceptsDeleteByKey?.(!wholeDeletes.has(node));
    node.inputs.forEach((input, index) => {
      if (needs[index] === true) required.add(input);
      if (byKey?.[index] !== true) wholeDeletes.add(input);
    });
  }
  const emitsUpdateBefore = (node: ExecNode): boolean => changes.get(node)!.updates && required.has(node);
  const rootNodes = new Set(roots);
  const standsFor = (node: ExecNode): ExecNode => (!rootNodes.has(node) && node.isNeedless?.({ emitsUpdateBefore: emitsUpdateBefore(node), acceptsDeleteByKey: !wholeDeletes.has(node) }) === true ? node.inputs[0]! : node);
  const deletesByKey = (node: ExecNode): boolean => node.deletesByKey ?? (node.acceptsDeleteByKey !== undefined && node.inputs.some((input) => deletesByKey(standsFor(input))));
  return {
    changesOf: (node) => changes.get(node)!,
    emitsUpdateBefore,
    standsFor,
    deletesByKey,
  };
}
