// A table that is to be written somewhere, and several of them as one job.
import type { Table } from '#table/fluent/table';
import type { TableContext } from '#table/fluent/table-context';
import type { TableResult } from '#table/api/table-result';
import type { ExplainDetail } from '#table/parser/ast-statement';
import type { Modification } from '#table/planner/planner';

export class TablePipeline {
  readonly modification: Modification;
  readonly #context: TableContext;

  constructor(modification: Modification, context: TableContext) {
    this.modification = modification;
    this.#context = context;
  }

  /** Starts the job. */
  execute(): Promise<TableResult> {
    return this.#context.executeModifications([this.modification]);
  }

  explain(...details: readonly ExplainDetail[]): string {
    return this.#context.explainModifications([this.modification], details);
  }

  /** The compiled plan as JSON text, for `executePlan`. */
  compilePlan(): string {
    return this.#context.compileModifications([this.modification]);
  }
}

export interface StatementSetContext extends TableContext {
  insertsOfSql(text: string): readonly Modification[];
}

/** INSERTs that become one job; what they have in common runs once. Empty again when it has been executed. */
export class StatementSet {
  readonly #context: StatementSetContext;
  #modifications: Modification[] = [];

  constructor(context: StatementSetContext) {
    this.#context = context;
  }

  add(pipeline: TablePipeline): this {
    this.#modifications.push(pipeline.modification);
    return this;
  }

  addInsert(path: string, table: Table, options: { readonly isOverwrite?: boolean } = {}): this {
    return this.add(table.insertInto(path, options));
  }

  addInsertSql(text: string): this {
    this.#modifications.push(...this.#context.insertsOfSql(text));
    return this;
  }

  execute(): Promise<TableResult> {
    const modifications = this.#modifications;
    this.#modifications = [];
    return this.#context.executeModifications(modifications);
  }

  explain(...details: readonly ExplainDetail[]): string {
    return this.#context.explainModifications(this.#modifications, details);
  }

  compilePlan(): string {
    return this.#context.compileModifications(this.#modifications);
  }
}
