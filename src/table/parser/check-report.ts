// Where the checks of statements send what they find: each finding is thrown as SQL_STATEMENT_INVALID.
import type { Identifier, Span } from '#table/parser/ast-node';
import { SqlParserError } from '#table/parser/sql-parser-error';

export class CheckReport {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** `problem` begins a sentence; place and advice are added. */
  fail(span: Span, problem: string, advice?: string): never {
    throw new SqlParserError('SQL_STATEMENT_INVALID', this.#text, span, problem, { advice });
  }

  failIf(condition: boolean, span: Span, problem: string, advice?: string): void {
    if (condition) this.fail(span, problem, advice);
  }

  /** Names compare by case, as in Flink. */
  failOnDuplicates(names: readonly Identifier[], problem: (name: string) => string): void {
    const seen = new Set<string>();
    for (const { name, span } of names) {
      if (seen.has(name)) this.fail(span, problem(name));
      seen.add(name);
    }
  }
}
