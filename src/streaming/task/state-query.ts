// Answers what a keyed state of a running operator holds for one key: read-only, between two batches. Thread: the slot's.
import { EngineError, serializeError } from '#core/errors/engine-error';
import { StreamingError } from '#streaming/errors';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { StateQueryAnswer } from '#streaming/task/task-description';

export interface StateQuery {
  readonly state: string;
  /** As JSON has it: for a BIGINT key a number does. */
  readonly key: unknown;
}

/** Never throws: a wrong question must not fail the task. @param context of the operator; undefined before it is open. */
export function answerStateQuery(context: OperatorContext | undefined, { state, key }: StateQuery): StateQueryAnswer {
  try {
    const backend = context?.keyedState;
    if (backend === undefined) throw unavailable('the operator has no keyed state, or is not open yet');
    const typed = backend.keyType?.kind === 'bigint' && typeof key === 'number' ? BigInt(key) : key;
    const { start, end } = backend.keyGroupRange;
    const keyGroup = backend.keyGroupOf(typed);
    if (keyGroup < start || keyGroup > end) return { kind: 'other-subtask' };
    const section = backend.sectionOfKey(state, typed);
    if (section === undefined) throw unavailable(`it has asked for no state '${state}' yet`);
    return { kind: 'found', section };
  } catch (thrown) {
    const error = thrown instanceof EngineError ? thrown : unavailable(String(thrown));
    return { kind: 'failed', error: serializeError(error) };
  }
}

function unavailable(why: string): StreamingError {
  return new StreamingError('STATE_QUERY_UNAVAILABLE', `state cannot be read from the running operator: ${why}`);
}
