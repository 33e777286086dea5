// Which fields of a record generated code reads, from the texts by which it reads them.
import { FieldTree } from '#core/codegen/field-tree';
import type { FunctionCopies } from '#core/codegen/function-access';
import { boundCallOf } from '#table/expressions/expression-binding';
import { operandsOf } from '#table/expressions/expression-facts';
import type { Expression } from '#table/expressions/expression';
import { KIND_KEY } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';
import { isCharacter } from '#table/types/type-families';

/** Nothing but `v.a.b`. */
const WHOLE_PATH = /^v(?:\.[A-Za-z_$][\w$]*|\["(?:[^"\\]|\\.)*"\])+$/;

type Access = (index: number) => string;

/**
 * @param access text for an input column of the record `v`: `v.bid.price`, perhaps within a larger text.
 * @param slices gets the texts that functions take as slices, in place of the result.
 */
export function readsOf(expressions: readonly Expression[], access: Access, options: { readonly hasKind: boolean }, slices?: FieldTree): FieldTree {
  const tree = new FieldTree();
  for (const expression of expressions) addReads(expression, access, tree, slices);
  if (options.hasKind) tree.addAll([KIND_KEY]);
  return tree;
}

/** Texts that become columns of the result as they are or that functions take as slices, and what is read beside them. @param keys of the result, by expression. */
export function copiesOf(expressions: readonly Expression[], keys: readonly string[], access: Access, options: { readonly hasKind: boolean }): FunctionCopies {
  const fields: FunctionCopies['fields'][number][] = [];
  const others = expressions.filter((expression, index) => {
    const from = isCharacter(expression.type) ? pathOf(expression, access) : undefined;
    if (from !== undefined) fields.push({ from, to: keys[index]! });
    return from === undefined;
  });
  const slices = new FieldTree();
  return { fields, otherReads: readsOf(others, access, options, slices), slices };
}

/** @param slices of its paths are those that a function takes as slices; without it they are values like all others. */
function addReads(expression: Expression, access: Access, tree: FieldTree, slices: FieldTree | undefined): void {
  const path = pathOf(expression, access);
  if (path !== undefined) tree.addAll(path);
  else if (expression.kind === 'input') for (const each of pathsIn(access(expression.index))) tree.addAll(each);
  else operandsOf(expression).forEach((operand, index) => {
    const slice = slices === undefined || index > 0 || !takesSlice(expression) ? undefined : pathOf(operand, access);
    if (slice === undefined) addReads(operand, access, tree, slices);
    else slices!.addAll(slice);
  });
}

function takesSlice(expression: Expression): boolean {
  return expression.kind === 'call' && expression.function.takesSlice?.(boundCallOf(expression)) === true;
}

/** Of a column, or of a field within one, that lies at one place of the record. */
function pathOf(expression: Expression, access: Access): readonly string[] | undefined {
  if (expression.kind === 'field') {
    const path = pathOf(expression.operand, access);
    return path === undefined ? undefined : [...path, fieldKeys(expression.operand.type as RowType)[expression.index]!];
  }
  if (expression.kind !== 'input') return undefined;
  const text = access(expression.index);
  const [path, ...more] = pathsIn(text);
  return path !== undefined && more.length === 0 && WHOLE_PATH.test(text) ? path : undefined;
}

/** Paths below `v`; brackets hold JSON names. */
function pathsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/(?<![\w$])v((?:\.[A-Za-z_$][\w$]*|\["(?:[^"\\]|\\.)*"\])+)/g)].map(([, steps]) =>
    [...steps!.matchAll(/\.([A-Za-z_$][\w$]*)|\[("(?:[^"\\]|\\.)*")\]/g)].map(([, name, quoted]) => name ?? (JSON.parse(quoted!) as string)));
}
