// Calls about the parallelism of a running job's vertices: Flink's resource requirements. The upper bound is what a vertex
// runs at. Thread: main.
import type { DispatcherGateway } from '#cluster/gateways/gateways';
import type { JobId } from '#cluster/ids/ids';
import type { JobDetails } from '#cluster/messages/job-messages';
import { EngineError } from '#core/errors/engine-error';
import { HttpFailure } from '#rest/handlers/http-failure';

export interface ParallelismBounds {
  readonly lowerBound: number;
  readonly upperBound: number;
}

/** By vertex id. Beyond Flink's answer it has the vertex's name, and whether the program itself sets the parallelism. */
export type ResourceRequirements = Readonly<Record<string, { readonly parallelism: ParallelismBounds; readonly name?: string; readonly isParallelismSet?: boolean }>>;

/** Codes of refusals that the caller can do something about. */
const REFUSALS: Readonly<Record<string, number>> = { JOB_NOT_FOUND: 404, RESCALE_REFUSED: 400, NOT_ENOUGH_SLOTS: 409, CHECKPOINT_DIRECTORY_MISSING: 409, SNAPSHOT_REQUEST_FAILED: 409 };

export class ResourceHandlers {
  readonly #dispatcher: DispatcherGateway;

  constructor(dispatcher: DispatcherGateway) {
    this.#dispatcher = dispatcher;
  }

  requirements(jobId: JobId): ResourceRequirements {
    try {
      return requirementsOf(this.#dispatcher.details(jobId));
    } catch (thrown) {
      throw refusal(thrown);
    }
  }

  /** Answers when the job runs at the upper bounds. */
  async update(jobId: JobId, body: ResourceRequirements): Promise<Record<string, never>> {
    const bounds = Object.entries(body).map(([id, { parallelism }]) => [id, parallelism] as const);
    const wrong = bounds.find(([, { lowerBound, upperBound }]) => lowerBound < 1 || lowerBound > upperBound);
    if (wrong !== undefined) throw new HttpFailure(400, `The parallelism of vertex ${wrong[0]} is bounded by ${wrong[1].lowerBound} and ${wrong[1].upperBound}: the lower bound must be 1 or more and not above the upper one.`);
    try {
      await this.#dispatcher.rescale(jobId, Object.fromEntries(bounds.map(([id, { upperBound }]) => [id, upperBound])));
    } catch (thrown) {
      throw refusal(thrown);
    }
    return {};
  }
}

function requirementsOf({ vertices }: JobDetails): ResourceRequirements {
  return Object.fromEntries(vertices.map(({ id, name, parallelism, isParallelismSet }) => [id, { parallelism: { lowerBound: 1, upperBound: parallelism }, name, isParallelismSet }]));
}

function refusal(thrown: unknown): unknown {
  const status = thrown instanceof EngineError ? REFUSALS[thrown.code] : undefined;
  if (status === undefined) return thrown;
  return new HttpFailure(status, status === 404 ? 'Job could not be found.' : (thrown as EngineError).line);
}
