// Takes the savepoint of the schema job in the middle of its input, and says what the job must give when it goes on from it.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSchema, SMALL } from './recovery-run.js';
import { SCHEMA_GATE, SCHEMA_ROWS, type SchemaArguments } from './schema-job.js';

const KEYS = 5;
const RECENT_ROWS = 10;
const LIMIT_ROWS = 5;

/** Path of a savepoint of schema `first` with the rows before the gate. */
export async function takeSchemaSavepoint(folder: string, parallelism: number, settings: Readonly<Record<string, unknown>> = {}, formatType: 'CANONICAL' | 'NATIVE' = 'CANONICAL'): Promise<string> {
  let savepoint: Promise<string> | undefined;
  const { error } = await runSchema({ outputDirectory: join(folder, 'out'), gateFile: join(folder, 'gate'), schema: 'first' }, parallelism, { ...SMALL, ...settings }, {
    isDue: (job) => {
      const rows = job.details.slots.flatMap((slot) => slot?.tasks ?? []).reduce((sum, task) => sum + task.recordsIn, 0);
      // Every row goes to four operators; rules to one, in each subtask.
      if (savepoint === undefined && rows >= SCHEMA_GATE * 4) savepoint = job.stopWithSavepoint({ targetDirectory: join(folder, 'savepoints'), formatType });
      return false;
    },
  });
  if (error !== undefined) throw error;
  return savepoint!;
}

/** Lines that the job adds when it goes on from the savepoint to its end. */
export async function goOn(folder: string, savepoint: string, options: Pick<SchemaArguments, 'schema' | 'isWithoutSessions'>, parallelism: number, settings: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> {
  const gateFile = join(folder, 'open');
  writeFileSync(gateFile, '');
  const outputDirectory = join(folder, `out-${options.schema}-${parallelism}`);
  const { error } = await runSchema({ outputDirectory, gateFile, ...options }, parallelism, { ...SMALL, 'execution.state-recovery.path': savepoint, ...settings });
  if (error !== undefined) throw error;
  return readdirSync(outputDirectory).filter((name) => !name.startsWith('.')).flatMap((name) => readFileSync(join(outputDirectory, name), 'utf8').split('\n').slice(0, -1)).toSorted();
}

/** The same, by a plain model of the job. */
export function expectedLines({ schema, isWithoutSessions = false }: Pick<SchemaArguments, 'schema' | 'isWithoutSessions'>): readonly string[] {
  const lines: string[] = [];
  const rows = Array.from({ length: SCHEMA_ROWS }, (_, n) => n);
  for (let key = 0; key < KEYS; key++) {
    const ofKey = rows.filter((n) => n % KEYS === key);
    for (const n of ofKey) lines.push(`timer k${key} ${10_000 + n}`);
    for (const n of ofKey.filter((row) => row >= SCHEMA_ROWS - RECENT_ROWS)) lines.push(`states k${key} ${statesAt(key, ofKey.filter((row) => row <= n), schema)}`);
    const windows = new Map<number, number[]>();
    for (const n of ofKey) windows.set(Math.floor(n / 100), [...(windows.get(Math.floor(n / 100)) ?? []), n]);
    for (const window of windows.values()) lines.push(`mean ${meanOf(window)}`);
    if (!isWithoutSessions) lines.push(`session ${meanOf(ofKey)}`);
  }
  for (const n of rows.slice(-LIMIT_ROWS)) lines.push(`limits ${n} {"low":3,"high":1000}`);
  return lines.toSorted();
}

function statesAt(key: number, rows: readonly number[], schema: SchemaArguments['schema']): string {
  const isSecond = schema === 'second';
  const visits = isSecond ? { count: rows.length, source: 'web', user: `k${key}`, note: null } : { user: `k${key}`, count: rows.length, legacy: 'x' };
  const events = rows.map((n) => (isSecond ? { page: `/${n}`, at: n, tags: ['old'] } : { at: n, page: `/${n}` }));
  const seconds = [0, 1, 2].map((rest) => [`s${rest}`, rows.filter((n) => n % 3 === rest).at(-1)]);
  const total = String(rows.reduce((sum, n) => sum + n, 0));
  return [visits, events, seconds, total, meanOf(rows), `r${rows.at(-1)}`].map((part) => JSON.stringify(part)).join(' ');
}

function meanOf(rows: readonly number[]): number {
  return rows.reduce((sum, n) => sum + n, 0) / rows.length;
}
