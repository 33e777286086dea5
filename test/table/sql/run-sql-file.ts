// Runs the records of an SQL text file in a session of its own, as a stream or as a batch.
import type { TableEnvironment } from '#table/api/table-environment';
import { registerValues } from '#table/factories/values-registry';
import { inlineTables } from '../api/table-jobs.js';
import { collectChanges, finalRows, type CaseChange } from '../conformance/program-case.js';
import type { SqlRecord } from './sql-file.js';

export type SqlMode = 'streaming' | 'batch';

/** What a record of a kind that has results gave: lines as they stand in files. */
export type SqlOutcome = { readonly kind: 'lines'; readonly lines: readonly string[] } | { readonly kind: 'error'; readonly code: string | undefined; readonly message: string };

export class SqlSession {
  readonly #tables: TableEnvironment;

  constructor(mode: SqlMode) {
    this.#tables = inlineTables({ 'execution.runtime-mode': mode });
  }

  async run(record: SqlRecord): Promise<SqlOutcome> {
    try {
      switch (record.kind) {
        case 'table': return { kind: 'lines', lines: await this.#createTable(record) };
        case 'statement': case 'error': {
          const result = await this.#tables.executeSql(record.sql);
          if (record.kind === 'error') for await (const row of result.collect()) void row;
          return { kind: 'lines', lines: [] };
        }
        case 'changes': return { kind: 'lines', lines: (await this.#changes(record.sql)).map(({ kind, values }) => `${kind}${JSON.stringify(values)}`) };
        default: return { kind: 'lines', lines: finalRows(await this.#changes(record.sql)).map((row) => JSON.stringify(row)).sort() };
      }
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      return { kind: 'error', code, message };
    }
  }

  async #createTable({ words, expected }: SqlRecord): Promise<readonly string[]> {
    const open = words.indexOf('(');
    const [name, mode] = words.slice(0, open).trim().split(' ');
    const rows = expected.map((line) => {
      const kind = line.slice(0, line.indexOf('['));
      return { values: JSON.parse(line.slice(kind.length)) as unknown[], ...(kind === '' ? {} : { kind: kind as '+I' }) };
    });
    await this.#tables.executeSql(`CREATE TABLE ${name!} ${words.slice(open)} WITH ('connector' = 'values', 'data-id' = '${registerValues(rows)}'${mode === undefined ? '' : `, 'changelog-mode' = '${mode}'`})`);
    return expected;
  }

  async #changes(query: string): Promise<readonly CaseChange[]> {
    return collectChanges(await this.#tables.executeSql(query));
  }
}
