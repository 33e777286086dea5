// The call that reads the state of a running job for one key. Flink's REST has none: its queryable state was a server of
// its own. Read-only. Thread: main.
import type { DispatcherGateway } from '#cluster/gateways/gateways';
import type { JobId } from '#cluster/ids/ids';
import { EngineError } from '#core/errors/engine-error';
import { jsonValue } from '#core/serialization/json-value';
import { HttpFailure } from '#rest/handlers/http-failure';
import { readStateRows } from '#state/keyed/state-section-rows';

export interface StateQueryParameters {
  /** Uid of the operator. */
  readonly operator?: string;
  readonly state?: string;
  /** JSON; text that is none is taken as it is. */
  readonly key?: string;
}

export interface StateAnswer {
  /** As those of `millrace state read`; none when the key has nothing. */
  readonly rows: readonly unknown[];
}

export class StateHandler {
  readonly #dispatcher: DispatcherGateway;

  constructor(dispatcher: DispatcherGateway) {
    this.#dispatcher = dispatcher;
  }

  async read(jobId: JobId, { operator, state, key }: StateQueryParameters): Promise<StateAnswer> {
    if (operator === undefined || state === undefined || key === undefined) throw new HttpFailure(400, 'The state of a running job is asked for by operator, state and key.');
    try {
      const section = await this.#dispatcher.queryState(jobId, { operator, state, key: parsedKey(key) });
      return { rows: [...readStateRows(section)].map(jsonValue) };
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown;
      throw new HttpFailure(thrown.code === 'JOB_NOT_FOUND' ? 404 : 409, thrown.line);
    }
  }
}

function parsedKey(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
