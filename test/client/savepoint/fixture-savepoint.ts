// The savepoint of the first format, and graphs of the job that took it: shared by the tests of snapshots as data.
import { cpSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JobProgramExecutor } from '#client/submission/replay-executor';
import { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import schemaJob, { type SchemaArguments } from '../../recovery/schema-job.js';

const FIXTURES = fileURLToPath(new URL('../../../../test/fixtures/savepoints/', import.meta.url));
/** One savepoint per format version. */
export const FORMATS: readonly string[] = readdirSync(FIXTURES);
export const FIXTURE = join(FIXTURES, 'format-1');

export function copyOfFixture(format = 'format-1'): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'millrace-snapshot-')), 'savepoint');
  cpSync(join(FIXTURES, format), folder, { recursive: true });
  return folder;
}

/** The graph that a program would submit. */
export async function graphOf(program: (env: StreamExecutionEnvironment) => void, settings: Readonly<Record<string, unknown>> = {}): Promise<StreamGraph> {
  const executor = new JobProgramExecutor({ kind: 'module', url: '', args: [], executionIndex: 0, earlier: [] }, Configuration.fromMap(settings), { onResult: () => undefined });
  return withJobExecutor(executor, () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    program(env);
    void env.executeAsync('checked');
    return executor.streamGraph;
  });
}

export function graphOfSchemaJob(options: Pick<SchemaArguments, 'schema' | 'isWithoutSessions'>, settings: Readonly<Record<string, unknown>> = {}): Promise<StreamGraph> {
  return graphOf((env) => schemaJob(env, [JSON.stringify({ outputDirectory: '/nowhere', gateFile: '/nowhere', ...options })]), settings);
}
