// The jobs of a session, as SHOW JOBS, DESCRIBE JOB and STOP JOB see them. Whoever runs the session's jobs hands them in.
import { resultOf, successResult } from '#table/api/statement-results';
import type { Session } from '#table/api/session';
import type { TableResult } from '#table/api/table-result';
import { TableError } from '#table/errors';
import type { DescribeJob, ShowStatement, StopJob } from '#table/parser/ast-statement';
import { LogicalTypes, type LogicalField } from '#table/types/logical-type';

export interface SessionJob {
  readonly jobId: string;
  readonly jobName: string;
  /** As Flink names it: RUNNING, FINISHED. */
  readonly status: string;
  /** Epoch ms. */
  readonly startedMs: number;
}

export interface SessionJobs {
  list(): readonly SessionJob[];
  cancel(jobId: string): Promise<void>;
  /** The path of the savepoint, when the job has stopped with it. */
  stopWithSavepoint(jobId: string, options: { readonly isDrained: boolean }): Promise<string>;
}

const JOB_COLUMNS: readonly LogicalField[] = [
  { name: 'job id', type: LogicalTypes.STRING }, { name: 'job name', type: LogicalTypes.STRING }, { name: 'status', type: LogicalTypes.STRING },
  { name: 'start time', type: { kind: 'TIMESTAMP_LTZ', isNullable: true, precision: 3, time: 'regular' } },
];

export async function executeJobStatement(statement: ShowStatement | DescribeJob | StopJob, jobs: SessionJobs | undefined, session: Session): Promise<TableResult> {
  const { timeZone } = session;
  if (jobs === undefined) throw new TableError('TABLE_NOT_SUPPORTED', 'this table environment does not know its jobs: use the client that executeSql gives, or millrace list and millrace stop');
  const rowsOf = (shown: readonly SessionJob[]): TableResult => resultOf(JOB_COLUMNS, shown.map(({ jobId, jobName, status, startedMs }) => [jobId, jobName, status, startedMs]), { timeZone });
  if (statement.kind === 'show') return rowsOf(jobs.list());
  const job = jobs.list().find(({ jobId }) => jobId === statement.jobId);
  if (job === undefined) throw new TableError('TABLE_JOB_UNKNOWN', `Job ${statement.jobId} is not of this session: SHOW JOBS lists those that are`);
  if (statement.kind === 'describe-job') return rowsOf([job]);
  if (!statement.withSavepoint) {
    await jobs.cancel(job.jobId);
    return successResult(timeZone);
  }
  const path = await jobs.stopWithSavepoint(job.jobId, { isDrained: statement.withDrain });
  return resultOf([{ name: 'savepoint path', type: LogicalTypes.STRING }], [[path]], { timeZone });
}
