// Calls a REST endpoint as Flink's command line does: JSON both ways, asynchronous operations asked for until they end.
// Works against any endpoint that has the calls. Thread: main.
import { EngineError } from '#core/errors/engine-error';
import type { Clock } from '#platform/clock/clock';
import { callHttp, type HttpCall } from '#platform/network/http-client';
import { RestError } from '#rest/errors';
import type { ResourceRequirements } from '#rest/handlers/resource-handlers';
import type { JobOverview } from '#rest/messages/job-overview';

export interface RestClientOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
}

const POLL_MS_FIRST = 5;
const POLL_MS_MAX = 500;

export class RestClient {
  readonly #options: RestClientOptions;

  constructor(options: RestClientOptions) {
    this.#options = options;
  }

  // Every call rejects with REST_NO_ANSWER or REST_CALL_REFUSED, an operation with REST_OPERATION_FAILED as well.

  async jobs(): Promise<readonly JobOverview[]> {
    const { jobs } = await this.#call('GET', '/jobs/overview') as { readonly jobs?: unknown };
    if (!Array.isArray(jobs)) throw this.#noEndpoint('its list of jobs is none');
    return jobs as readonly JobOverview[];
  }

  async cancel(jobId: string): Promise<void> {
    await this.#call('PATCH', `/jobs/${encodeURIComponent(jobId)}?mode=cancel`, {});
  }

  /** The request id. */
  async triggerSavepoint(jobId: string, body: object): Promise<string> {
    return this.#trigger(`/jobs/${encodeURIComponent(jobId)}/savepoints`, body);
  }

  /** Where it lies. */
  async savepoint(jobId: string, body: object): Promise<string> {
    const requestId = await this.triggerSavepoint(jobId, body);
    return textIn(await this.#outcome(`/jobs/${encodeURIComponent(jobId)}/savepoints/${requestId}`), 'location');
  }

  /** Where the savepoint lies that the job has stopped with. */
  async stop(jobId: string, body: object): Promise<string> {
    const requestId = await this.#trigger(`/jobs/${encodeURIComponent(jobId)}/stop`, body);
    return textIn(await this.#outcome(`/jobs/${encodeURIComponent(jobId)}/savepoints/${requestId}`), 'location');
  }

  /** Its id. */
  async checkpoint(jobId: string, body: object): Promise<string> {
    const path = `/jobs/${encodeURIComponent(jobId)}/checkpoints`;
    return textIn(await this.#outcome(`${path}/${await this.#trigger(path, body)}`), 'checkpointId');
  }

  async resourceRequirements(jobId: string): Promise<ResourceRequirements> {
    return await this.#call('GET', `/jobs/${encodeURIComponent(jobId)}/resource-requirements`) as ResourceRequirements;
  }

  /** Resolves when the job runs at the upper bounds. */
  async updateResourceRequirements(jobId: string, requirements: ResourceRequirements): Promise<void> {
    await this.#call('PUT', `/jobs/${encodeURIComponent(jobId)}/resource-requirements`, requirements);
  }

  async dispose(path: string): Promise<void> {
    await this.#outcome(`/savepoint-disposal/${await this.#trigger('/savepoint-disposal', { 'savepoint-path': path })}`);
  }

  /** Rows of a keyed state of a running job for one key. @param operator its uid. @param key as JSON. */
  async state(jobId: string, operator: string, state: string, key: string): Promise<readonly unknown[]> {
    const query = new URLSearchParams({ operator, state, key });
    const { rows } = await this.#call('GET', `/jobs/${encodeURIComponent(jobId)}/state?${String(query)}`) as { readonly rows?: unknown };
    if (!Array.isArray(rows)) throw this.#noEndpoint('its rows are none');
    return rows;
  }

  async #trigger(path: string, body: object): Promise<string> {
    return textIn(await this.#call('POST', path, body), 'request-id');
  }

  /** What the operation gave. */
  async #outcome(path: string): Promise<unknown> {
    for (let pauseMs = POLL_MS_FIRST; ; pauseMs = Math.min(POLL_MS_MAX, pauseMs * 2)) {
      const { status, operation } = await this.#call('GET', path) as { readonly status?: { readonly id?: string }; readonly operation?: Record<string, unknown> | null };
      if (status?.id === 'COMPLETED') {
        const failure = (operation?.['failure-cause'] ?? operation?.['failureCause']) as { readonly 'stack-trace'?: string; readonly class?: string } | undefined;
        if (failure === undefined) return operation;
        throw new RestError('REST_OPERATION_FAILED', (failure['stack-trace'] ?? failure.class ?? 'no cause was given').split('\n')[0]!.replace(/^[a-zA-Z0-9_.$]+: /, ''));
      }
      await this.#options.clock.sleep(pauseMs);
    }
  }

  async #call(method: HttpCall['method'], path: string, body?: object): Promise<unknown> {
    const { host, port } = this.#options;
    try {
      const answer = await callHttp({ host, port, method, path: `/v1${path}`, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const message = JSON.parse(answer.body) as { readonly errors?: readonly string[] } | null;
      if (answer.status >= 200 && answer.status < 300 && message !== null && typeof message === 'object') return message;
      // A JVM's server sends the stack with it.
      const said = (message?.errors ?? []).map((text) => text.split('\n')[0]!.replace(/^[a-zA-Z0-9_.$]+Exception: /, '')).join(' ');
      throw new RestError('REST_CALL_REFUSED', `${host}:${port} refused ${method} ${path} with status ${answer.status}: ${said === '' ? 'no reason was given' : said}`);
    } catch (thrown) {
      if (thrown instanceof EngineError) throw thrown;
      throw this.#noEndpoint(thrown instanceof Error ? thrown.message : String(thrown), thrown);
    }
  }

  #noEndpoint(why: string, cause?: unknown): RestError {
    const { host, port } = this.#options;
    return new RestError('REST_NO_ANSWER', `no REST endpoint answers at ${host}:${port} (${why}): start the job with -D rest.port=${port}, or name another endpoint with -m HOST:PORT`, { cause });
  }
}

function textIn(message: unknown, field: string): string {
  const value = (message as Record<string, unknown> | null)?.[field];
  if (typeof value !== 'string' && typeof value !== 'number') throw new RestError('REST_NO_ANSWER', `what answers is no REST endpoint of Flink: its answer has no ${field}`);
  return String(value);
}
