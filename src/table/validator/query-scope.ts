// What names mean inside one SELECT: the relations of its FROM, the common table expressions around it, and the query it is
// nested in. Columns resolve as in Flink: case counts, an unqualified name must be in one relation only.
import type { Expression } from '#table/expressions/expression';
import type { LogicalPlan } from '#table/logical/logical-plan';
import { nullable, type LogicalField } from '#table/types/logical-type';

export interface ScopeRelation {
  /** The name that qualifies its columns: alias, or the last part of the table's name. */
  readonly alias: string | undefined;
  /** Database and catalog of a table without alias: `db.t.a` works then. */
  readonly qualifiers: readonly string[];
  readonly columns: readonly LogicalField[];
  /** Position of its first column in the row of the FROM clause. */
  readonly offset: number;
  /** Columns of a USING or NATURAL join that stand for one column of the left: not found without a qualifier, not in `*`. */
  readonly merged: ReadonlySet<number>;
}

export interface CommonTableBinding {
  readonly name: string;
  readonly plan: LogicalPlan;
}

export type Resolution =
  | { readonly kind: 'column'; readonly expression: Expression; /** Parts that are fields of a row. */ readonly rest: readonly string[] }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'unknown'; readonly candidates: readonly string[]; readonly isTableKnown: boolean };

export class QueryScope {
  readonly relations: readonly ScopeRelation[];
  readonly parent: QueryScope | undefined;
  readonly commonTables: readonly CommonTableBinding[];
  /** Whether there is a row that a query inside may refer to: a query in FROM or WITH sees none of the query that it stands in. */
  readonly #hasRow: boolean;

  /** @param relations undefined before FROM is known. */
  constructor(relations: readonly ScopeRelation[] | undefined, parent: QueryScope | undefined, commonTables: readonly CommonTableBinding[]) {
    this.relations = relations ?? [];
    this.#hasRow = relations !== undefined;
    this.parent = parent;
    this.commonTables = commonTables;
  }

  withRelations(relations: readonly ScopeRelation[]): QueryScope {
    return new QueryScope(relations, this.parent, this.commonTables);
  }

  findCommonTable(name: string): CommonTableBinding | undefined {
    return this.commonTables.findLast((table) => table.name === name) ?? this.parent?.findCommonTable(name);
  }

  /** A dotted name, looked for here and then in the queries around. */
  resolve(parts: readonly string[]): Resolution {
    const here = this.#resolveHere(parts, 0);
    if (here.kind !== 'unknown') return here;
    let depth = 0;
    for (let scope = this.parent; scope !== undefined; scope = scope.parent) {
      if (!scope.#hasRow) continue;
      depth += 1;
      const outside = scope.#resolveHere(parts, depth);
      if (outside.kind !== 'unknown') return outside;
    }
    return here;
  }

  /** Columns that `*`, or `alias.*`, stands for; undefined when there is no such relation. */
  expandStar(qualifier: readonly string[]): readonly { readonly name: string; readonly expression: Expression }[] | undefined {
    const relations = this.relationsOf(qualifier);
    if (relations.length === 0) return undefined;
    return relations.flatMap((relation) => relation.columns.flatMap((column, position) => (
      qualifier.length === 0 && relation.merged.has(position) ? [] : [{ name: column.name, expression: inputOf(relation, position, 0) }])));
  }

  /** All for no qualifier. */
  relationsOf(qualifier: readonly string[]): readonly ScopeRelation[] {
    return qualifier.length === 0 ? this.relations : this.relations.filter((relation) => isQualifiedBy(relation, qualifier));
  }

  #resolveHere(parts: readonly string[], depth: number): Resolution {
    // Longest qualifier first: a table named as a column wins, as in Flink.
    for (let count = Math.min(parts.length - 1, 3); count >= 1; count--) {
      const matching = this.relations.filter((relation) => isQualifiedBy(relation, parts.slice(0, count)));
      const hits = matching.flatMap((relation) => positionsOf(relation, parts[count]!, true).map((position) => ({ relation, position })));
      if (hits.length > 1) return { kind: 'ambiguous' };
      if (hits.length === 1) return found(hits[0]!, depth, parts.slice(count + 1));
    }
    const hits = this.relations.flatMap((relation) => positionsOf(relation, parts[0]!, false).map((position) => ({ relation, position })));
    if (hits.length > 1) return { kind: 'ambiguous' };
    if (hits.length === 1) return found(hits[0]!, depth, parts.slice(1));
    return {
      kind: 'unknown', candidates: this.relations.flatMap((relation) => relation.columns.map(({ name }) => name)),
      isTableKnown: parts.length < 2 || this.relations.some((relation) => isQualifiedBy(relation, parts.slice(0, -1))),
    };
  }
}

function found({ relation, position }: { readonly relation: ScopeRelation; readonly position: number }, depth: number, rest: readonly string[]): Resolution {
  return { kind: 'column', expression: inputOf(relation, position, depth), rest };
}

function inputOf(relation: ScopeRelation, position: number, depth: number): Expression {
  const { type } = relation.columns[position]!;
  const index = relation.offset + position;
  return depth === 0 ? { kind: 'input', index, type } : { kind: 'correlated', depth, index, type };
}

function positionsOf(relation: ScopeRelation, name: string, isQualified: boolean): readonly number[] {
  return relation.columns.flatMap((column, position) => (column.name === name && (isQualified || !relation.merged.has(position)) ? [position] : []));
}

function isQualifiedBy(relation: ScopeRelation, qualifier: readonly string[]): boolean {
  if (relation.alias === undefined || qualifier.at(-1) !== relation.alias) return false;
  const outer = qualifier.slice(0, -1);
  return outer.every((part, index) => part === relation.qualifiers[relation.qualifiers.length - outer.length + index]);
}

/** The relations of one input, with all columns nullable where an outer join may leave them out. */
export function shiftedRelations(relations: readonly ScopeRelation[], by: number, options: { readonly isNullable: boolean }): readonly ScopeRelation[] {
  return relations.map((relation) => ({ ...relation, offset: relation.offset + by, columns: options.isNullable ? relation.columns.map((column) => ({ ...column, type: nullable(column.type) })) : relation.columns }));
}

/** One relation over a plan. */
export function relationOf(plan: LogicalPlan, alias: string | undefined, qualifiers: readonly string[] = []): ScopeRelation {
  return { alias, qualifiers, columns: plan.rowType.fields, offset: 0, merged: new Set() };
}
