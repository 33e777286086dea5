// Says where a task failed: errors of the engine keep their code, anything else is a failure of the program's function.
import { AssertionError } from '#core/assert';
import { EngineError } from '#core/errors/engine-error';
import { StreamingError } from '#streaming/errors';
import type { TaskDescription } from '#streaming/task/task-description';

/** @param record position of the record in the subtask's input, from 1; undefined outside of records. */
export function describeFailure(error: unknown, description: TaskDescription, operatorIndex: number, record: number | undefined): Error {
  if (error instanceof AssertionError) return error;
  const operator = description.operators[operatorIndex]?.name ?? description.taskName;
  const subtask = `${description.subtaskIndex + 1}/${description.parallelism}`;
  const at = `${operator} (${subtask})${record === undefined ? '' : `, record ${record}`}`;
  const context = { operator, subtask: description.subtaskIndex, record, task: description.taskName };
  if (error instanceof EngineError) return new EngineError(error.code, `${at}: ${error.message}`, { cause: error, context: { ...error.context, ...context } });
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const failure = new StreamingError('USER_FUNCTION_FAILED', `${at} failed with ${text}`, { cause: error, context });
  if (error instanceof Error && error.stack !== undefined) failure.stack = error.stack;
  return failure;
}
