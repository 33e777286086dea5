// A compiled plan in a program: JSON text that can be kept, looked at and executed.
import { writePlan } from '#table/api/compiled-plans';
import type { PlanFiles } from '#table/api/plan-files';
import type { StatementExecutor } from '#table/api/statement-executor';
import type { TableResult } from '#table/api/table-result';
import { TableError } from '#table/errors';
import type { ExplainDetail } from '#table/parser/ast-statement';

export class CompiledPlan {
  readonly #text: string;
  /** What messages call it. */
  readonly #place: string;
  readonly #owner: { readonly executor: StatementExecutor; readonly files: PlanFiles | undefined };

  constructor(text: string, place: string, owner: { readonly executor: StatementExecutor; readonly files: PlanFiles | undefined }) {
    this.#text = text;
    this.#place = place;
    this.#owner = owner;
  }

  asJsonString(): string {
    return this.#text;
  }

  /** Throws TABLE_PLAN_INVALID where a file is there, unless `ifNotExists`. */
  async writeToFile(path: string, options: { readonly ifNotExists?: boolean } = {}): Promise<void> {
    const { files } = this.#owner;
    if (files === undefined) throw new TableError('TABLE_PLAN_INVALID', `Cannot reach the plan file '${path}': this table environment was made without files`);
    await writePlan(path, this.#text, files, { ifNotExists: options.ifNotExists ?? false, isForced: false });
  }

  explain(...details: readonly ExplainDetail[]): string {
    return this.#owner.executor.explainPlan(this.#text, this.#place, details);
  }

  execute(): Promise<TableResult> {
    return this.#owner.executor.executePlan(this.#text, this.#place);
  }
}
