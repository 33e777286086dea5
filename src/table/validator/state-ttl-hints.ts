// STATE_TTL hints of one SELECT: times to live of what its joins and its aggregation keep, by the name of the table, view or alias that
// an input has. Of a join of joins the tables named are those that are inputs themselves. The first hint of a name counts.
import { parseDuration } from '#core/config/duration';
import type { Span } from '#table/parser/ast-node';
import type { PlanHint } from '#table/logical/logical-plan';
import type { ScopeRelation } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';

export const STATE_TTL = 'STATE_TTL';

export class StateTtlHints {
  readonly #text: string;
  readonly #span: Span;
  readonly #ttls = new Map<string, string>();
  readonly #used = new Set<string>();

  /** @param span of the SELECT. Throws where a hint has no names, or a time is no duration. */
  constructor(hints: readonly PlanHint[], text: string, span: Span) {
    this.#text = text;
    this.#span = span;
    for (const { name, options, names } of hints) {
      if (name.toUpperCase() !== STATE_TTL) continue;
      if (names.length > 0 || Object.keys(options).length === 0) failAt(text, span, "Invalid STATE_TTL hint: it takes pairs of a table and a time, such as STATE_TTL('orders' = '1 d')");
      for (const [table, ttl] of Object.entries(options)) this.#add(table, ttl);
    }
  }

  /** Of an input that is one relation; undefined where no hint names it. */
  of(relations: readonly ScopeRelation[]): string | undefined {
    const name = relations.length === 1 ? relations[0]!.alias : undefined;
    if (name === undefined || !this.#ttls.has(name)) return undefined;
    this.#used.add(name);
    return this.#ttls.get(name);
  }

  /** Throws where a hint names no input of a join or an aggregation. */
  checkUsed(): void {
    const unused = [...this.#ttls.keys()].filter((name) => !this.#used.has(name));
    if (unused.length === 0) return;
    failAt(this.#text, this.#span, `The options of following hints cannot match the name of input tables or views: \n\`${unused.join(', ')}\` in \`${STATE_TTL}\``);
  }

  #add(table: string, ttl: string): void {
    const outcome = parseDuration(ttl);
    if (outcome.kind !== 'parsed') failAt(this.#text, this.#span, `Invalid STATE_TTL hint: '${table}' has the time '${ttl}' (${outcome.reason}); give a duration such as 12 h`);
    if (!this.#ttls.has(table)) this.#ttls.set(table, ttl);
  }
}
