// The REST endpoint of a running engine: the calls of the command line, Flink's among them, under `/v1` and without it. Listens at
// addresses of the host itself only, since it asks nobody who they are. Loaded on demand. Thread: main; touches no record.
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import type { DispatcherGateway } from '#cluster/gateways/gateways';
import type { Clock } from '#platform/clock/clock';
import type { Log } from '#platform/log/log';
import type { Random } from '#platform/random/random';
import { RestError } from '#rest/errors';
import { HttpFailure } from '#rest/handlers/http-failure';
import { JobHandlers } from '#rest/handlers/job-handlers';
import { OperationStore } from '#rest/handlers/operation-store';
import { ResourceHandlers } from '#rest/handlers/resource-handlers';
import { SnapshotHandlers } from '#rest/handlers/snapshot-handlers';
import { StateHandler } from '#rest/handlers/state-handler';
import { registerCalls } from '#rest/server/calls';

export interface RestServerOptions {
  readonly dispatcher: DispatcherGateway;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Undefined = localhost. */
  readonly bindAddress: string | undefined;
  /** 0 = any that is free. */
  readonly port: number;
  /** How long the outcome of an asynchronous operation is kept. */
  readonly operationStoreMs: number;
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
const BODY_BYTES_MAX = 1024 * 1024;
const CONTENT_TYPE = 'application/json; charset=UTF-8';
/** A client that waits for an operation asks again within this: Flink's does so at least every 2 s. */
const CLIENT_PAUSE_MS_MAX = 2500;
const LAST_ANSWER_MS = 5000;
const LAST_ANSWER_PAUSE_MS = 10;

export class RestServer {
  readonly #app: FastifyInstance;
  readonly #operations: OperationStore;
  readonly #clock: Clock;
  readonly address: string;

  private constructor(app: FastifyInstance, operations: OperationStore, clock: Clock, address: string) {
    this.#app = app;
    this.#operations = operations;
    this.#clock = clock;
    this.address = address;
  }

  /** Resolves when it listens. Rejects with REST_ADDRESS_NOT_LOCAL, REST_PORT_TAKEN. */
  static async start({ dispatcher, clock, random, log, bindAddress = 'localhost', port, operationStoreMs }: RestServerOptions): Promise<RestServer> {
    if (!LOOPBACK.includes(bindAddress)) {
      throw new RestError('REST_ADDRESS_NOT_LOCAL', `the endpoint cannot listen at rest.bind-address ${bindAddress}: it asks nobody for a password, so give ${LOOPBACK.join(', ')}`);
    }
    const operations = new OperationStore(clock, operationStoreMs);
    const app = createApp(log);
    registerCalls(app, { jobs: new JobHandlers(dispatcher, clock, log), snapshots: new SnapshotHandlers(dispatcher, operations, random), resources: new ResourceHandlers(dispatcher), state: new StateHandler(dispatcher) });
    try {
      // One address, not every one that the name has: with port 0 they would get different ports.
      await app.listen({ host: bindAddress === 'localhost' ? '127.0.0.1' : bindAddress, port });
    } catch (thrown) {
      throw new RestError('REST_PORT_TAKEN', `the endpoint cannot listen at port ${port} of ${bindAddress}: ${thrown instanceof Error ? thrown.message : String(thrown)}: set rest.port to another one, or to 0 for any`, { cause: thrown });
    }
    const bound = app.addresses()[0] as { readonly port: number } | undefined;
    return new RestServer(app, operations, clock, `${bindAddress.includes(':') ? `[${bindAddress}]` : bindAddress}:${bound === undefined ? port : bound.port}`);
  }

  /** Waits a little for clients that have not yet asked how their operation went. */
  async awaitLastAnswers(): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + LAST_ANSWER_MS;
    while (this.#operations.isAwaited(CLIENT_PAUSE_MS_MAX) && this.#clock.monotonicMs() < untilMs) await this.#clock.sleep(LAST_ANSWER_PAUSE_MS);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#app.close();
  }
}

function createApp(log: Log): FastifyInstance {
  const app = fastify({ logger: false, bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true, ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } });
  // What a page of a browser may send without being asked first is no JSON: it is not taken for some.
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('content-type', CONTENT_TYPE);
    // A page whose name was made to point at this host is told by the name that it asked for.
    const name = request.host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    if (!LOOPBACK.includes(name)) throw new HttpFailure(403, `The endpoint serves ${LOOPBACK.join(', ')}, not ${name}.`);
  });
  app.addHook('preValidation', async (request) => {
    if (request.method === 'POST') request.body ??= {};
  });
  app.setNotFoundHandler((request, reply) => refuse(reply, 404, `Unable to load requested file ${request.url}.`));
  app.setErrorHandler((error: FastifyError | HttpFailure, request, reply) => {
    if (error instanceof HttpFailure) return refuse(reply, error.status, error.message);
    const status = error.statusCode ?? 500;
    if (status >= 500) log.warn('REST call failed', { call: `${request.method} ${request.url}`, error });
    return refuse(reply, status, status === 400 ? `Request did not match expected format: ${error.message}` : error.message);
  });
  return app;
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).header('content-type', CONTENT_TYPE).send({ errors: [message] });
}
