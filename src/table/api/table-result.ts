// What a statement gave: rows that are there (SHOW, EXPLAIN), or the changes of a query as its job makes them.
import { kindOf, rowKindName, type RowKind, type TableRow } from '#table/runtime/row-kind';
import { createValueTexts } from '#table/runtime/sink/row-text';
import { fieldKeys, type RowType } from '#table/types/logical-type';
import type { StartedJob } from '#table/api/program-environment';
import { TableauPrinter } from '#table/api/tableau-printer';

export type ResultKind = 'SUCCESS' | 'SUCCESS_WITH_CONTENT';

export interface ResultRow {
  readonly kind: RowKind;
  /** By column, in the engine's own form: see logical-type.ts. */
  readonly values: readonly unknown[];
}

export interface TableResultOptions {
  readonly rowType: RowType;
  readonly resultKind: ResultKind;
  readonly timeZone: string;
  readonly rows?: readonly ResultRow[];
  readonly job?: { readonly client: StartedJob; readonly sinkUid: string | undefined };
  /** The query only inserts: printed without the column of kinds. */
  readonly isInsertOnly?: boolean;
  /** Every source of the query ends. */
  readonly isBounded?: boolean;
}

export class TableResult {
  readonly rowType: RowType;
  readonly resultKind: ResultKind;
  readonly isInsertOnly: boolean;
  readonly isBounded: boolean;
  readonly #options: TableResultOptions;

  constructor(options: TableResultOptions) {
    this.#options = options;
    this.rowType = options.rowType;
    this.resultKind = options.resultKind;
    this.isInsertOnly = options.isInsertOnly ?? true;
    this.isBounded = options.isBounded ?? true;
  }

  /** The statement wrote rows into tables: what it gave are their names. */
  get isModification(): boolean {
    return this.#options.job !== undefined && this.#options.job.sinkUid === undefined;
  }

  getJobClient(): StartedJob | undefined {
    return this.#options.job?.client;
  }

  /** Resolves when the job of the statement has ended; rejects with its failure. At once where there is none. */
  async await(): Promise<void> {
    await this.#options.job?.client.getJobExecutionResult();
  }

  /** The changes as they come. Leaving the loop early cancels the job. */
  async *collect(): AsyncGenerator<ResultRow> {
    for (const row of this.#options.rows ?? []) yield row;
    const { job } = this.#options;
    if (job?.sinkUid === undefined) return;
    const keys = fieldKeys(this.rowType);
    let isDone = false;
    try {
      for await (const row of job.client.collectedRows(job.sinkUid)) {
        const values = row as TableRow;
        yield { kind: kindOf(values), values: keys.map((key) => values[key] as unknown) };
      }
      isDone = true;
      await job.client.getJobExecutionResult();
    } finally {
      if (!isDone) await job.client.cancel().catch(() => undefined);
    }
  }

  /** As Flink's tableau: a frame, a line per row, the kind in a column `op` where a query changes its rows. */
  async print(write: (text: string) => void): Promise<void> {
    const printer = new TableauPrinter(this.rowType.fields, { hasKind: !this.isInsertOnly || this.#options.job !== undefined }, write);
    const texts = createValueTexts(this.rowType, this.#options.timeZone);
    const keys = fieldKeys(this.rowType);
    if (this.resultKind === 'SUCCESS') {
      write('OK\n');
      return;
    }
    for await (const { kind, values } of this.collect()) printer.row(rowKindName(kind), texts(Object.fromEntries(keys.map((key, index) => [key, values[index]]))));
    printer.end();
  }
}
