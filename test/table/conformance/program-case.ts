// Runs recorded programs: tables with rows, statements, and what each sink got.
import { StreamExecutionEnvironment } from 'millrace';
import { TableEnvironment } from '#table/api/table-environment';
import type { TableResult } from '#table/api/table-result';
import { userFunctionDefinition } from '#table/functions/user-function';
import { createCaseTable } from './case-table-definition.js';
import { notingSink, stepSource, StepFeeder, type Feed, type NotedChange } from './case-tables.js';
import { rowKindName } from '#table/runtime/row-kind';
import type { RowType } from '#table/types/logical-type';
import { writeValue } from './conformance-value.js';

export interface CaseChange {
  readonly kind: string;
  readonly values: readonly unknown[];
}

interface CaseTable {
  readonly name: string;
  readonly ddl: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
  readonly partitionKeys?: readonly string[];
}

export interface StreamingCase {
  readonly id: string;
  readonly tables: readonly (CaseTable & { readonly changelogMode?: string; readonly rows?: readonly CaseChange[] })[];
  readonly views?: readonly string[];
  readonly config?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly table: string; readonly kind: string; readonly values: readonly unknown[] }[];
  readonly query: string;
  readonly sink?: { readonly ddl: readonly string[]; readonly changelogMode?: string; readonly onConflict?: string };
  /** Functions of the user by name, as a module would export them. */
  readonly functions?: Readonly<Record<string, unknown>>;
  readonly endOrder: readonly string[];
  readonly output?: readonly NotedChange[];
  readonly error?: unknown;
}

export interface ProgramCase {
  readonly id: string;
  readonly portable: boolean;
  readonly modes: readonly string[];
  readonly config: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly sources: readonly (CaseTable & { readonly rowsBefore: readonly CaseChange[]; readonly rowsAfter: readonly CaseChange[] })[];
  readonly setupSql?: readonly string[];
  readonly sinks: readonly (CaseTable & { readonly deduplicatedFieldIndices?: readonly number[]; readonly compare?: string; readonly primaryKey?: readonly string[]; readonly columns?: readonly { readonly name: string }[] })[];
  readonly run: readonly { readonly kind: string; readonly text?: string; readonly statements?: readonly string[] }[];
  readonly fullRun?: { readonly status: string; readonly sameAsExpected?: boolean; /** `key=value`. */ readonly addedConfig?: string; readonly error?: unknown; readonly sinks?: Readonly<Record<string, { readonly changelog?: readonly CaseChange[]; readonly final?: readonly CaseChange[] }>> };
}

export interface QueryCase {
  readonly id: string;
  readonly query: string;
  readonly tables?: readonly { readonly name: string; readonly columns: readonly { readonly name: string; readonly type: string }[]; readonly rows: readonly CaseChange[] }[];
  readonly config?: Readonly<Record<string, string>>;
  readonly expected?: { readonly rows: readonly (readonly unknown[])[]; readonly changelog?: readonly CaseChange[]; readonly columns: readonly { readonly name: string; readonly type: string }[] };
  readonly error?: { readonly phase: string; readonly internal?: boolean };
  readonly source: string;
}

/** A job that hangs fails its case, not the run. */
const CASE_MS_MAX = 15_000;

function environment(config: Readonly<Record<string, string>>): TableEnvironment {
  const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1, configuration: { 'pipeline.auto-watermark-interval': '1 ms', 'execution.buffer-timeout.interval': '0 ms' } });
  const tables = new TableEnvironment({ environment: env, clock: { now: () => Date.now() }, random: { nextDouble: Math.random } });
  for (const [key, value] of Object.entries({ 'table.local-time-zone': 'UTC', 'scan.watermark.emit.strategy': 'on-event', ...config })) tables.session.set(key, value);
  return tables;
}

async function withLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error(`the case took longer than ${CASE_MS_MAX} ms`)), CASE_MS_MAX); });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Changes by step. Throws what the statements throw. */
export async function runStreamingCase(streaming: StreamingCase): Promise<readonly NotedChange[]> {
  const feeds: Feed[] = [...streaming.steps.map(({ table, kind, values }) => ({ table, row: { kind, values } })), ...streaming.endOrder.map((table) => ({ table }))];
  const feeder = new StepFeeder(feeds);
  const tables = environment(streaming.config ?? {});
  for (const table of streaming.tables) {
    const rows = table.rows?.map((row): Feed => ({ table: table.name, row }));
    await createCaseTable(tables, table, rows === undefined ? stepSource(feeder, table.name, table.changelogMode) : stepSource(new StepFeeder([...rows, { table: table.name }]), table.name, table.changelogMode), rows);
  }
  for (const [name, exported] of Object.entries(streaming.functions ?? {})) {
    tables.session.catalogs.createTemporaryFunction([name], { identifier: name, language: 'TYPESCRIPT', definition: userFunctionDefinition(name.toUpperCase(), name, exported) }, { isSystem: true, ignoreIfExists: false });
  }
  for (const view of streaming.views ?? []) await tables.executeSql(view);
  const noted: NotedChange[] = [];
  if (streaming.sink === undefined) {
    const result = await tables.executeInto(streaming.query, 'noted', { factory: notingSink(feeder, noted, undefined) });
    await withLimit(result.await());
    return noted;
  }
  await createCaseTable(tables, { name: 'noted', ddl: streaming.sink.ddl }, notingSink(feeder, noted, streaming.sink.changelogMode));
  const result = await tables.executeSql(`INSERT INTO noted ${streaming.query}${streaming.sink.onConflict === undefined ? '' : ` ON CONFLICT ${streaming.sink.onConflict}`}`);
  await withLimit(result.await());
  return noted;
}

function addedConfigOf({ fullRun }: ProgramCase): Readonly<Record<string, string>> {
  const [key, value] = fullRun?.addedConfig?.split('=') ?? [];
  return key === undefined || value === undefined ? {} : { [key]: value };
}

/** Some sources say that they only insert, and send changes all the same: Flink's operators take them by their kind. */
function modeOf(source: ProgramCase['sources'][number]): string | undefined {
  const sends = [...source.rowsBefore, ...source.rowsAfter].some(({ kind }) => kind === '-U' || kind === '-D');
  return source.options?.['changelog-mode'] ?? (sends ? 'I,UB,UA,D' : undefined);
}

/** All rows of a source. */
const inOrder = ({ name, rowsBefore, rowsAfter }: ProgramCase['sources'][number]): readonly Feed[] => [...rowsBefore, ...rowsAfter].map((row) => ({ table: name, row }));

/**
 * The orders in which Flink may have read the sources of a program in one run: its record does not tell. Both phases after one
 * another, source by source, and in turns; each with the sources in every order.
 */
export function feedOrders(program: ProgramCase): readonly (readonly Feed[])[] {
  return permutations(program.sources).flatMap((sources) => {
    const whole = sources.map(inOrder);
    const byPhase = [...sources.flatMap(({ name, rowsBefore }) => rowsBefore.map((row) => ({ table: name, row }))), ...sources.flatMap(({ name, rowsAfter }) => rowsAfter.map((row) => ({ table: name, row })))];
    const inTurns = Array.from({ length: Math.max(0, ...whole.map((rows) => rows.length)) }, (_, index) => whole.flatMap((rows) => rows.slice(index, index + 1))).flat();
    return sources.length < 2 ? [byPhase] : [byPhase, whole.flat(), inTurns];
  });
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) => permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]));
}

/** Changes of every sink, the rows of both phases fed in one run. */
export async function runProgramCase(program: ProgramCase, mode: 'streaming' | 'batch', feeds: readonly Feed[] = feedOrders(program)[0]!): Promise<ReadonlyMap<string, readonly CaseChange[]>> {
  const feeder = new StepFeeder(feeds);
  const tables = environment({ ...program.config, ...addedConfigOf(program), 'execution.runtime-mode': mode });
  for (const source of program.sources) await createCaseTable(tables, source, stepSource(feeder, source.name, modeOf(source), source.options), inOrder(source));
  const noted = new Map<string, NotedChange[]>();
  for (const sink of program.sinks) {
    const rows: NotedChange[] = [];
    noted.set(sink.name, rows);
    const takes = sink.options?.['sink-insert-only'] === 'true' ? 'I' : sink.options?.['sink-changelog-mode-enforced'];
    await createCaseTable(tables, sink, notingSink(feeder, rows, takes ?? (sink.ddl.some((line) => /PRIMARY KEY/i.test(line)) ? 'I,UA,D' : undefined), sink.options));
  }
  for (const sql of program.setupSql ?? []) await tables.executeSql(sql);
  for (const step of program.run) {
    const text = step.kind === 'statement-set' ? `EXECUTE STATEMENT SET BEGIN ${step.statements!.join('; ')}; END` : step.text!;
    const result = await tables.executeSql(text);
    await withLimit(result.await());
  }
  return noted;
}

/** The rows left at the end, and all changes. */
export async function runQueryCase(query: QueryCase): Promise<{ readonly rows: readonly (readonly unknown[])[]; readonly changelog: readonly CaseChange[]; readonly rowType: RowType }> {
  const tables = environment(query.config ?? {});
  for (const { name = 'T', columns, rows } of query.tables ?? []) {
    const feeder = new StepFeeder([...rows.map((row) => ({ table: name, row })), { table: name }]);
    await createCaseTable(tables, { name, ddl: columns.map((column) => `\`${column.name}\` ${column.type}`) }, stepSource(feeder, name, rows.some(({ kind }) => kind !== '+I') ? 'I,UB,UA,D' : undefined));
  }
  const result = await tables.executeSql(query.query);
  const changelog = await withLimit(collectChanges(result));
  return { rows: finalRows(changelog), changelog, rowType: result.rowType };
}

/** Values as the recordings write them. */
export async function collectChanges(result: TableResult): Promise<readonly CaseChange[]> {
  const changes: CaseChange[] = [];
  for await (const { kind, values } of result.collect()) changes.push({ kind: rowKindName(kind), values: values.map((value, index) => writeValue(result.rowType.fields[index]!.type, value)) });
  return changes;
}

/** Columns whose values tell the rows of a sink apart; undefined where whole rows do. */
export function keyOfSink({ primaryKey, columns, deduplicatedFieldIndices }: ProgramCase['sinks'][number]): readonly number[] | undefined {
  return deduplicatedFieldIndices ?? primaryKey?.map((name) => columns!.findIndex((column) => column.name === name));
}

/** @param key columns of an upsert key: a change stands for the row that has it. */
export function finalRows(changes: readonly CaseChange[], key?: readonly number[]): readonly (readonly unknown[])[] {
  if (key !== undefined) {
    const byKey = new Map<string, readonly unknown[]>();
    for (const { kind, values } of changes) {
      const text = JSON.stringify(key.map((column) => values[column]));
      if (kind === '+I' || kind === '+U') byKey.set(text, values);
      else if (kind === '-D') byKey.delete(text);
    }
    return [...byKey.values()];
  }
  const rows: (readonly unknown[])[] = [];
  for (const { kind, values } of changes) {
    if (kind === '+I' || kind === '+U') rows.push(values);
    else {
      const text = JSON.stringify(values);
      const index = rows.findIndex((row) => JSON.stringify(row) === text);
      if (index >= 0) rows.splice(index, 1);
    }
  }
  return rows;
}

/** A multiset as sorted text lines. */
export const asMultiset = (rows: readonly unknown[]): readonly string[] => rows.map((row) => JSON.stringify(row)).sort();
