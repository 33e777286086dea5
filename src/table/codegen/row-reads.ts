// Which fields of a record generated code reads, from the texts by which it reads them.
import { FieldTree } from '#core/codegen/field-tree';
import { inputsUsed } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { KIND_KEY } from '#table/runtime/row-kind';

/** @param access text for an input column of the record `v`: `v.bid.price`, perhaps within a larger text. */
export function readsOf(expressions: readonly Expression[], access: (index: number) => string, options: { readonly hasKind: boolean }): FieldTree {
  const tree = new FieldTree();
  const used = new Set<number>();
  for (const expression of expressions) inputsUsed(expression, used);
  for (const index of used) for (const path of pathsIn(access(index))) tree.addAll(path);
  if (options.hasKind) tree.addAll([KIND_KEY]);
  return tree;
}

/** Paths below `v`; brackets hold JSON names. */
function pathsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/(?<![\w$])v((?:\.[A-Za-z_$][\w$]*|\["(?:[^"\\]|\\.)*"\])+)/g)].map(([, steps]) =>
    [...steps!.matchAll(/\.([A-Za-z_$][\w$]*)|\[("(?:[^"\\]|\\.)*")\]/g)].map(([, name, quoted]) => name ?? (JSON.parse(quoted!) as string)));
}
