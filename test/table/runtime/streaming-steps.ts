// A query over tables whose rows are let in one by one, and the changes that each row caused: `2 +I["a",1]` came after row 2.
import { runStreamingCase, type StreamingCase } from '../conformance/program-case.js';

export interface StepTable {
  readonly ddl: readonly string[];
  readonly changelogMode?: string;
  /** Fixed content: a table for lookups. */
  readonly rows?: readonly (readonly unknown[])[];
}

/** `[table, ...values]`; a kind other than +I stands in front of the table: `-D rates`. */
export type Step = readonly [string, ...unknown[]];

export async function stepsOf(tables: Readonly<Record<string, StepTable>>, query: string, steps: readonly Step[], config: Readonly<Record<string, string>> = {}, functions: Readonly<Record<string, unknown>> = {}, sink?: StreamingCase['sink']): Promise<readonly string[]> {
  const fed = Object.entries(tables).filter(([, { rows }]) => rows === undefined).map(([name]) => name);
  const streaming: StreamingCase = {
    id: 'test', query, config, functions, endOrder: fed, ...(sink === undefined ? {} : { sink }),
    tables: Object.entries(tables).map(([name, { ddl, changelogMode, rows }]) => ({
      name, ddl, ...(changelogMode === undefined ? {} : { changelogMode }), ...(rows === undefined ? {} : { rows: rows.map((values) => ({ kind: '+I', values })) }),
    })),
    steps: steps.map(([place, ...values]) => {
      const [kind, table] = place.includes(' ') ? place.split(' ') as [string, string] : ['+I', place];
      return { table, kind, values };
    }),
  };
  return (await runStreamingCase(streaming)).map(({ step, kind, values }) => `${step >= steps.length ? 'end' : step} ${kind}${JSON.stringify(values)}`);
}

/** `2024-01-01T00:00:05` for 5. */
export const at = (second: number): string => `2024-01-01T00:00:${String(second).padStart(2, '0')}`;
