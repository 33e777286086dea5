// Calls about jobs as such: which there are, and ending one. Thread: main.
import type { DispatcherGateway } from '#cluster/gateways/gateways';
import { isJobId, type JobId } from '#cluster/ids/ids';
import type { JobDetails } from '#cluster/messages/job-messages';
import { isGloballyTerminal } from '#cluster/status/job-status';
import { EngineError } from '#core/errors/engine-error';
import type { Clock } from '#platform/clock/clock';
import type { Log } from '#platform/log/log';
import { HttpFailure } from '#rest/handlers/http-failure';
import { jobOverview, type JobOverview } from '#rest/messages/job-overview';

export class JobHandlers {
  readonly #dispatcher: DispatcherGateway;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(dispatcher: DispatcherGateway, clock: Clock, log: Log) {
    this.#dispatcher = dispatcher;
    this.#clock = clock;
    this.#log = log;
  }

  overview(): { readonly jobs: readonly JobOverview[] } {
    const nowMs = this.#clock.now();
    return { jobs: this.#dispatcher.list().map((details) => jobOverview(details, nowMs)) };
  }

  /** Begins to cancel; the end of the job is seen in the overview. */
  cancel(jobid: string, mode: string): void {
    if (mode !== 'cancel') throw new HttpFailure(400, `A job cannot be ended with mode ${mode}: give cancel, or stop it with a savepoint.`);
    const jobId = jobIdOf(jobid);
    const { status } = this.#details(jobId);
    if (status === 'CANCELED') return;
    if (isGloballyTerminal(status)) throw new HttpFailure(409, `Job cancellation failed because the job has already reached another terminal state (${status}).`);
    this.#dispatcher.cancel(jobId).catch((error: unknown) => this.#log.warn('job cannot be canceled', { jobId, error }));
  }

  #details(jobId: JobId): JobDetails {
    try {
      return this.#dispatcher.details(jobId);
    } catch (thrown) {
      if (thrown instanceof EngineError && thrown.code === 'JOB_NOT_FOUND') throw new HttpFailure(404, 'Job could not be found.');
      throw thrown;
    }
  }
}

/** Throws an HttpFailure for text that can be no job id. */
export function jobIdOf(text: string): JobId {
  const id = text.toLowerCase();
  if (!isJobId(id)) throw new HttpFailure(400, `Cannot resolve path parameter (jobid) from value "${text}".`);
  return id;
}
