// A failure of an asynchronous operation, as Flink's clients want it: Java's class name and text, and both once more as a
// Java object stream, which is the only one of the three that they read. Pure.
import { EngineError } from '#core/errors/engine-error';
import { serializedThrowable, stackTraceOf, type JavaFailure } from '#rest/messages/serialized-throwable';

export interface FailureCause {
  readonly class: string;
  readonly 'stack-trace': string;
  /** base64. */
  readonly 'serialized-throwable': string;
}

export function failureCause(thrown: unknown): FailureCause {
  const failure = javaFailure(thrown);
  return { class: failure.className, 'stack-trace': stackTraceOf(failure), 'serialized-throwable': serializedThrowable(failure).toString('base64') };
}

function javaFailure(thrown: unknown): JavaFailure {
  if (!(thrown instanceof EngineError)) return { className: 'org.apache.flink.util.FlinkException', message: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown) };
  const className = thrown.code === 'JOB_NOT_FOUND' ? 'org.apache.flink.runtime.messages.FlinkJobNotFoundException' : 'org.apache.flink.util.FlinkException';
  return { className, message: thrown.line };
}
