// Random queries over two small tables, from a seed: projections, conditions, joins, groups, unions and sub-queries, nested. They are
// made to be valid, not to be sensible.
import { SeededRandom } from '#platform/random/seeded-random';

export const TABLES = [
  "CREATE TEMPORARY VIEW a AS SELECT * FROM (VALUES (1, 10, 'x'), (2, 20, 'y'), (2, CAST(NULL AS INT), 'x'), (CAST(NULL AS INT), 5, 'z'), (3, 30, CAST(NULL AS STRING)), (2, 20, 'y')) AS t(i, j, s)",
  "CREATE TEMPORARY VIEW b AS SELECT * FROM (VALUES (2, 7, 'y'), (3, 30, 'x'), (4, CAST(NULL AS INT), 'w'), (CAST(NULL AS INT), 1, 'y'), (2, 8, CAST(NULL AS STRING))) AS t(i, j, s)",
];

/** Every relation has columns i INT, j INT (or BIGINT) and s STRING. */
export function randomQuery(seed: number): string {
  return new QueryMaker(new SeededRandom(seed)).relation(3);
}

/** Three to five relations joined by equalities and other conditions, in no good order, some through views, some LEFT. */
export function randomJoins(seed: number): string {
  return new QueryMaker(new SeededRandom(seed)).joins();
}

class QueryMaker {
  readonly #random: SeededRandom;
  #aliases = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  relation(depth: number): string {
    if (depth === 0) return `SELECT i, j, s FROM ${this.#pick(['a', 'b'])}`;
    switch (this.#below(7)) {
      case 0: return this.#filtered(depth);
      case 1: return this.#projected(depth);
      case 2: case 3: return this.#joined(depth);
      case 4: return this.#grouped(depth);
      case 5: return `${this.relation(depth - 1)} UNION ALL ${this.relation(depth - 1)}`;
      default: return this.#semi(depth);
    }
  }

  joins(): string {
    const tables = Array.from({ length: 3 + this.#below(3) }, () => this.#alias());
    const source = (alias: string): string => `${this.#pick(['a', 'b', `(${this.relation(1)})`])} AS ${alias}`;
    const from = tables.map((alias, index) => {
      if (index === 0) return source(alias);
      const other = tables[this.#below(index)]!;
      return this.#below(4) === 0 ? `LEFT JOIN ${source(alias)} ON ${other}.i = ${alias}.i` : `CROSS JOIN ${source(alias)}`;
    });
    const conditions = Array.from({ length: tables.length }, () => {
      const [l, r] = [this.#pick(tables), this.#pick(tables)];
      return this.#pick([`${l}.i = ${r}.i`, `${l}.s = ${r}.s`, `${l}.j = ${r}.j`, `${l}.i < ${this.#number(r)}`, this.#condition([l, r], 1)]);
    });
    const joined = `SELECT ${this.#pick(tables)}.i, ${this.#pick(tables)}.j, ${this.#pick(tables)}.s FROM ${from.join(' ')} WHERE ${conditions.join(' AND ')}`;
    const [t, u] = [this.#alias(), this.#alias()];
    return this.#below(2) === 0 ? joined : `SELECT ${t}.i, ${t}.j + ${u}.i AS j, ${u}.s FROM (${joined}) AS ${t} JOIN b AS ${u} ON ${t}.i = ${u}.i`;
  }

  #filtered(depth: number): string {
    const t = this.#alias();
    return `SELECT ${t}.i, ${t}.j, ${t}.s FROM (${this.relation(depth - 1)}) AS ${t} WHERE ${this.#condition([t], 2)}`;
  }

  #projected(depth: number): string {
    const t = this.#alias();
    return `SELECT ${this.#number(t)} AS i, ${this.#number(t)} AS j, ${this.#text(t)} AS s FROM (${this.relation(depth - 1)}) AS ${t}`;
  }

  #joined(depth: number): string {
    const [l, r] = [this.#alias(), this.#alias()];
    const kind = this.#pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
    const more = kind === 'FULL JOIN' || this.#below(2) === 0 ? '' : ` AND ${this.#condition([l, r], 1)}`;
    const where = this.#below(2) === 0 ? '' : ` WHERE ${this.#condition([l, r], 1)}`;
    return `SELECT ${this.#pick([l, r])}.i, ${this.#pick([l, r])}.j, ${this.#pick([l, r])}.s FROM (${this.relation(depth - 1)}) AS ${l} ${kind} (${this.relation(depth - 1)}) AS ${r} ON ${l}.i = ${r}.i${more}${where}`;
  }

  #grouped(depth: number): string {
    const t = this.#alias();
    const call = this.#pick(['MAX', 'MIN', 'SUM', 'COUNT']);
    const having = this.#below(3) === 0 ? ` HAVING COUNT(*) > 1` : '';
    return `SELECT ${t}.i, CAST(${call}(${t}.j) AS INT) AS j, MIN(${t}.s) AS s FROM (${this.relation(depth - 1)}) AS ${t} GROUP BY ${t}.i${having}`;
  }

  #semi(depth: number): string {
    const [t, u] = [this.#alias(), this.#alias()];
    const inner = `SELECT ${u}.i FROM (${this.relation(depth - 1)}) AS ${u} WHERE ${u}.i IS NOT NULL`;
    const condition = this.#pick([`${t}.i IN (${inner})`, `EXISTS (${inner} AND ${u}.i = ${t}.i)`, `NOT EXISTS (${inner} AND ${u}.i = ${t}.i)`]);
    return `SELECT ${t}.i, ${t}.j, ${t}.s FROM (${this.relation(depth - 1)}) AS ${t} WHERE ${condition}`;
  }

  #condition(tables: readonly string[], depth: number): string {
    const t = this.#pick(tables);
    if (depth > 0 && this.#below(3) === 0) return `(${this.#condition(tables, depth - 1)} ${this.#pick(['AND', 'OR'])} ${this.#condition(tables, depth - 1)})`;
    return this.#pick([
      `${this.#number(t)} ${this.#pick(['<', '>', '=', '<>', '<=', '>='])} ${this.#below(30)}`, `${t}.s LIKE '${this.#pick(['x', 'y', '%'])}%'`, `${t}.j IS ${this.#pick(['', 'NOT '])}NULL`,
      `${t}.s IN ('x', 'y')`, `NOT (${t}.i = ${this.#below(5)})`, `COALESCE(${t}.j, 0) BETWEEN ${this.#below(10)} AND ${this.#below(40)}`, this.#pick(['TRUE', '1 = 1', '1 > 2']),
    ]);
  }

  #number(t: string): string {
    return this.#pick([`${t}.i`, `${t}.j`, `(${t}.i + ${this.#below(4)})`, `COALESCE(${t}.j, ${t}.i)`, `CASE WHEN ${t}.s = 'x' THEN ${t}.i ELSE ${t}.j END`, String(this.#below(9))]);
  }

  #text(t: string): string {
    return this.#pick([`${t}.s`, `UPPER(${t}.s)`, `${t}.s || 'k'`, `CAST(${t}.i AS STRING)`]);
  }

  #alias(): string {
    return `t${this.#aliases++}`;
  }

  #below(limit: number): number {
    return Math.floor(this.#random.nextDouble() * limit);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)]!;
  }
}
