// Under which ids SQL operators keep their state. Of a compiled plan: what the plan says. Otherwise a digest of the operator and all
// that is below it: the same statement finds its state again, and a changed one never takes state that means something else.
import { createHash } from 'node:crypto';
import type { ExecNode } from '#table/exec/exec-node';
import { summaryTypeText } from '#table/types/type-text';

/** How ids begin that were made of a statement; a restore that misses one says what to do. */
export const STATEMENT_UID_PREFIX = 'sql-';

const DIGEST_LENGTH = 20;

export function statementUids(): (node: ExecNode) => string {
  const digests = new Map<ExecNode, string>();
  const digestOf = (node: ExecNode): string => {
    const known = digests.get(node);
    if (known !== undefined) return known;
    const hash = createHash('sha256').update(`${node.kind}\0${node.description}\0${summaryTypeText(node.rowType)}`);
    for (const input of node.inputs) hash.update(digestOf(input));
    const digest = hash.digest('hex').slice(0, DIGEST_LENGTH);
    digests.set(node, digest);
    return digest;
  };
  return (node) => `${STATEMENT_UID_PREFIX}${digestOf(node)}_${kebabCase(node.kind)}`;
}

/** `GroupAggregate` as `group-aggregate`. */
export function kebabCase(kind: string): string {
  return kind.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}
