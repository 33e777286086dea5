// The automaton of MATCH_RECOGNIZE over the rows of one key, in order. Every row may begin a match; a match that has begun takes the next
// row or ends. What is complete comes out when nothing that began earlier is still open, and then rules out others by AFTER MATCH SKIP.
import { TableError } from '#table/errors';
import type { AfterMatchSkip, PatternElement } from '#table/logical/match-shape';
import type { TableRow } from '#table/runtime/row-kind';

export interface MatchedRow {
  readonly variable: number;
  /** Place of the row among all rows of the key. */
  readonly sequence: number;
  readonly row: TableRow;
}

export interface PartialMatch {
  /** Sequence and time of its first row. */
  readonly start: number;
  readonly startTime: number;
  /** The element that took the last row, and how many it has. */
  readonly element: number;
  readonly count: number;
  readonly rows: readonly MatchedRow[];
}

export interface MatcherState {
  readonly next: number;
  readonly partial: readonly PartialMatch[];
  readonly complete: readonly PartialMatch[];
}

export const INITIAL_STATE: MatcherState = { next: 0, partial: [], complete: [] };

export interface MatcherOptions {
  readonly elements: readonly PatternElement[];
  /** By element: whether the last of the rows, given to the element, fits. */
  readonly fits: readonly ((rows: readonly MatchedRow[]) => boolean)[];
  readonly variables: readonly string[];
  readonly afterMatch: AfterMatchSkip;
  readonly withinMs: number | undefined;
}

export interface MatcherStep {
  readonly state: MatcherState;
  readonly matches: readonly (readonly MatchedRow[])[];
}

export class PatternMatcher {
  readonly #options: MatcherOptions;

  constructor(options: MatcherOptions) {
    this.#options = options;
  }

  /** Takes a row. */
  process(before: MatcherState, row: TableRow, time: number): MatcherStep {
    const { state, matches } = this.advance(before, time);
    const partial: PartialMatch[] = [];
    const complete = [...state.complete];
    const begin: PartialMatch = { start: state.next, startTime: time, element: -1, count: 0, rows: [] };
    for (const match of [...state.partial, begin]) {
      for (const next of this.#successors(match, row, state.next)) {
        if (this.#isComplete(next)) complete.push(next);
        if (this.#isOpen(next)) partial.push(next);
      }
    }
    const settled = this.#settle({ next: state.next + 1, partial, complete });
    return { state: settled.state, matches: [...matches, ...settled.matches] };
  }

  /** Gives up what has not become a match within its time. */
  advance(state: MatcherState, time: number): MatcherStep {
    const { withinMs } = this.#options;
    if (withinMs === undefined) return { state, matches: [] };
    const partial = state.partial.filter(({ startTime }) => time - startTime < withinMs);
    return partial.length === state.partial.length ? { state, matches: [] } : this.#settle({ ...state, partial });
  }

  #successors(match: PartialMatch, row: TableRow, sequence: number): readonly PartialMatch[] {
    const { elements, fits } = this.#options;
    const result: PartialMatch[] = [];
    const take = (element: number, count: number): boolean => {
      const rows = [...match.rows, { variable: element, sequence, row }];
      if (!fits[element]!(rows)) return false;
      result.push({ start: match.start, startTime: match.startTime, element, count, rows });
      return true;
    };
    const current = elements[match.element];
    if (current !== undefined) {
      const isTaken = match.count < current.max && take(match.element, match.count + 1);
      if (match.count < current.min || (current.isGreedy && isTaken)) return result;
    }
    for (let element = match.element + 1; element < elements.length; element++) {
      const isTaken = take(element, 1);
      if (elements[element]!.min > 0 || (elements[element]!.isGreedy && isTaken)) break;
    }
    return result;
  }

  #isComplete({ element, count }: PartialMatch): boolean {
    const { elements } = this.#options;
    return count >= elements[element]!.min && elements.slice(element + 1).every(({ min }) => min === 0);
  }

  #isOpen({ element, count }: PartialMatch): boolean {
    const { elements } = this.#options;
    return count < elements[element]!.max || element < elements.length - 1;
  }

  #settle(state: MatcherState): MatcherStep {
    let { partial } = state;
    let complete = [...state.complete].sort((a, b) => a.start - b.start);
    const matches: (readonly MatchedRow[])[] = [];
    while (complete.length > 0) {
      const [match] = complete as [PartialMatch];
      if (partial.some(({ start }) => start < match.start)) break;
      matches.push(match.rows);
      const isRuledOut = this.#skip(match);
      partial = partial.filter(({ start }) => !isRuledOut(start));
      complete = complete.slice(1).filter(({ start }) => !isRuledOut(start));
    }
    return { state: { next: state.next, partial, complete }, matches };
  }

  /** Whether a match that began at a row is ruled out by `match`. */
  #skip(match: PartialMatch): (start: number) => boolean {
    const { afterMatch, variables } = this.#options;
    if (afterMatch.kind === 'next-row') return (start) => start <= match.start;
    if (afterMatch.kind === 'past-last-row') return (start) => start <= match.rows.at(-1)!.sequence;
    const own = match.rows.filter(({ variable }) => variable === afterMatch.variable);
    const target = afterMatch.kind === 'to-first' ? own[0] : own.at(-1);
    const name = variables[afterMatch.variable]!;
    if (target === undefined) throw new TableError('TABLE_MATCH_SKIP_IMPOSSIBLE', `Could not skip to ${name}: the match has no row of it`);
    if (target.sequence === match.start) throw new TableError('TABLE_MATCH_SKIP_IMPOSSIBLE', `Could not skip to first element of a match: ${name} begins it, so the same match would be found for ever`);
    return (start) => start < target.sequence;
  }
}
