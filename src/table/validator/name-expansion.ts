// The text of a view as it is kept: tables and functions by their whole names and `*` written out, so that it means the same in every
// session, from whatever database it is read and whatever columns its tables get. The rest stays as it was written.
import { findBuiltInFunction } from '#table/functions/built-in-functions';
import { identifierText, type ObjectIdentifier } from '#table/catalog/resolved-table';
import type { CatalogRegistry } from '#table/catalog/catalog-registry';
import type { CallExpression } from '#table/parser/ast-expression';
import type { Span } from '#table/parser/ast-node';
import { walkSyntax } from '#table/parser/syntax-walk';
import type { Query } from '#table/parser/ast-query';
import { backTicked } from '#table/printer/sql-text';
import type { ScopeRelation } from '#table/validator/query-scope';

/** Told by the validator of what it resolves. */
export class NameExpansion {
  /** By start: a place that is converted twice is replaced once. */
  readonly #replaced = new Map<number, { readonly end: number; readonly text: string }>();

  table(span: Span, id: ObjectIdentifier): void {
    this.#replace(span, identifierText(id));
  }

  /** `*` over these relations. One whose columns cannot be named apart stays as it is. */
  star(span: Span, relations: readonly ScopeRelation[], options: { readonly isQualified: boolean }): void {
    const columns = relations.flatMap(({ alias, columns: fields, merged }) => fields.flatMap(({ name }, position) => (!options.isQualified && merged.has(position) ? [] : [[...(alias === undefined ? [] : [alias]), name].map(backTicked).join('.')])));
    if (columns.length > 0 && new Set(columns).size === columns.length) this.#replace(span, columns.join(', '));
  }

  /** The query of a statement's text. */
  textOf(query: Query, text: string, catalogs: CatalogRegistry): string {
    walkSyntax(query, (node) => {
      if (node.kind === 'call') this.#function((node as CallExpression).function, catalogs);
    });
    let [expanded, at] = ['', query.span.start];
    for (const [start, { end, text: name }] of [...this.#replaced].sort(([a], [b]) => a - b)) {
      expanded += text.slice(at, start) + name;
      at = end;
    }
    return expanded + text.slice(at, query.span.end);
  }

  /** A function of a catalog; those of the system have no other name. */
  #function({ parts, span }: CallExpression['function'], catalogs: CatalogRegistry): void {
    const names = parts.map(({ name }) => name);
    if (names.length === 3 || (names.length === 1 && (findBuiltInFunction(names[0]!) !== undefined || catalogs.isTemporarySystemFunction(names[0]!)))) return;
    if (catalogs.getFunction(names) !== undefined) this.#replace(span, identifierText(catalogs.qualify(names)));
  }

  #replace({ start, end }: Span, text: string): void {
    this.#replaced.set(start, { end, text });
  }
}
