import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createNodePlatform } from '#client/platform';
import { callHttp } from '#platform/network/http-client';
import { RestClient } from '#rest/client/rest-client';
import { RestServer } from '#rest/server/rest-server';
import { conformanceTest } from '../conformance-folder.js';
import { ScriptedDispatcher } from './scripted-dispatcher.js';

interface Recording {
  readonly client: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly template: string;
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly request?: unknown;
  readonly response: Record<string, any>; // any: recorded JSON
}

const UNKNOWN = '0'.repeat(32);
/** Job ids of the recordings. */
const RUNNING = ['5c6d54b4716714e72b04ef08c3f99017', '88222366c6d53ce45ddb87b9fd09b294', 'a6fac1146baaf9dd34642645c7eb739c'] as const;
const FINISHED = 'df6a2c81f1b1952d8405f2a043bda0ee';
const OURS = ['PATCH /jobs/:jobid', 'GET /jobs/overview', 'POST /jobs/:jobid/savepoints', 'GET /jobs/:jobid/savepoints/:triggerid', 'POST /jobs/:jobid/stop', 'POST /jobs/:jobid/checkpoints',
  'GET /jobs/:jobid/checkpoints/:triggerid', 'POST /savepoint-disposal', 'GET /savepoint-disposal/:triggerid'];

/** Names of fields, nested; values only where they are words of the protocol. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === 'id' ? inner : shapeOf(inner)]));
}

describe('REST endpoint', () => {
  const { clock, random, log } = createNodePlatform();
  let dispatcher: ScriptedDispatcher;
  let server: RestServer;

  before(async () => {
    dispatcher = new ScriptedDispatcher();
    for (const id of RUNNING) dispatcher.add(id, 'RUNNING');
    dispatcher.add(FINISHED, 'FINISHED');
    server = await start(dispatcher);
  });

  after(() => server.close());

  const start = (jobs: ScriptedDispatcher, operationStoreMs = 60_000): Promise<RestServer> => RestServer.start({ dispatcher: jobs, clock, random, log, bindAddress: undefined, port: 0, operationStoreMs });
  const portOf = ({ address }: RestServer): number => Number(/:(\d+)$/.exec(address)?.[1]);
  const call = async (method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown, to = server): Promise<{ readonly status: number; readonly answer: any }> => { // any: JSON
    const { status, body: text } = await callHttp({ host: '127.0.0.1', port: portOf(to), method, path, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
    return { status, answer: JSON.parse(text) };
  };
  const settled = async (path: string): Promise<any> => { // any: JSON
    for (;;) {
      const { status, answer } = await call('GET', path, {});
      if (status !== 200 || answer.status.id === 'COMPLETED') return answer;
    }
  };

  conformanceTest('answers Flink\'s own client with the status and the fields of the recordings', async (folder) => {
    const recordings = readFileSync(join(folder, 'rest', 'recordings.ndjson'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Recording)
      .filter((recording) => (recording.client === 'flink' || recording.client === 'plain') && OURS.includes(`${recording.method} ${recording.template}`));
    assert.ok(recordings.length >= 18, `${recordings.length} recordings`);
    for (const { method, path, request, status, response } of recordings) {
      const triggerId = /\/(savepoints|checkpoints|savepoint-disposal)\/([0-9a-f]{32})$/.exec(path)?.[2];
      // Operations are begun with the recorded id, except where the recording is of one that was never begun.
      if (triggerId !== undefined && triggerId !== UNKNOWN && !path.includes('disposal')) await call('POST', path.slice(0, path.lastIndexOf('/')), { triggerId });
      if (path.includes('savepoint-disposal/') || response['status']?.id === 'IN_PROGRESS') continue; // below
      const actual = triggerId === undefined ? await call(method, path, request ?? undefined) : { status, answer: await settled(path) };
      assert.equal(actual.status, status, `${method} ${path}`);
      if (path.endsWith('/overview')) continue; // recorded without jobs
      assert.deepEqual(shapeOf(actual.answer), shapeOf(response), `${method} ${path}`);
      if (status >= 400) {
        const said = String(response['errors'][0]).split('\n')[0]!.replace(/^[\w.]+: /, '').replace(/ \w+Body\.$/, '');
        assert.ok(actual.answer.errors[0].startsWith(said), `${actual.answer.errors[0]} / ${said}`);
      }
    }
  });

  test('a savepoint is in progress until it is complete, and its request is one however often it is sent', async () => {
    let open: () => void = () => undefined;
    dispatcher.gate = new Promise((resolve) => { open = resolve; });
    const triggerId = 'f'.repeat(32);
    const before = dispatcher.asked.length;
    const body = { 'target-directory': '/there', 'cancel-job': false, formatType: 'CANONICAL', triggerId };
    assert.deepEqual(await call('POST', `/v1/jobs/${RUNNING[0]}/savepoints`, body), { status: 202, answer: { 'request-id': triggerId } });
    await call('POST', `/v1/jobs/${RUNNING[0]}/savepoints`, body);
    assert.deepEqual(await call('GET', `/v1/jobs/${RUNNING[0]}/savepoints/${triggerId}`), { status: 200, answer: { status: { id: 'IN_PROGRESS' }, operation: null } });
    open();
    assert.deepEqual(await settled(`/v1/jobs/${RUNNING[0]}/savepoints/${triggerId}`), { status: { id: 'COMPLETED' }, operation: { location: 'file:/there/savepoint-1' } });
    assert.equal(dispatcher.asked.length, before + 1);
  });

  test('a savepoint in an object store is told by its own path', async () => {
    await call('POST', `/v1/jobs/${RUNNING[0]}/savepoints`, { 'target-directory': 's3://bucket', triggerId: 'e'.repeat(32) });
    assert.deepEqual(await settled(`/v1/jobs/${RUNNING[0]}/savepoints/${'e'.repeat(32)}`), { status: { id: 'COMPLETED' }, operation: { location: 's3://bucket/savepoint-1' } });
  });

  test('a job is rescaled by its upper bounds, and what cannot be is refused', async () => {
    const client = new RestClient({ host: '127.0.0.1', port: portOf(server), clock });
    assert.deepEqual(await client.resourceRequirements(RUNNING[0]), { vertex: { parallelism: { lowerBound: 1, upperBound: 2 }, name: 'task', isParallelismSet: false } });
    const to = (lowerBound: number, upperBound: number) => client.updateResourceRequirements(RUNNING[0], { vertex: { parallelism: { lowerBound, upperBound } } });
    await to(1, 3);
    assert.equal((await client.resourceRequirements(RUNNING[0]))['vertex']?.parallelism.upperBound, 3);
    await assert.rejects(to(3, 2), { code: 'REST_CALL_REFUSED', message: /status 400: .*bounded by 3 and 2/ });
    await assert.rejects(to(1, 5), { code: 'REST_CALL_REFUSED', message: /status 400: \[RESCALE_REFUSED\]/ });
    await assert.rejects(client.resourceRequirements(UNKNOWN), { code: 'REST_CALL_REFUSED', message: /status 404: Job could not be found/ });
    await assert.rejects(client.updateResourceRequirements(RUNNING[0], { vertex: {} } as never), { code: 'REST_CALL_REFUSED', message: /status 400/ });
  });

  test('state of a running job is read by operator, state and key', async () => {
    const client = new RestClient({ host: '127.0.0.1', port: portOf(server), clock });
    assert.deepEqual(await client.state(RUNNING[0], 'count', 'clicks', '"ada"'), [{ key: 'ada', value: 2 }]);
    assert.deepEqual(await client.state(RUNNING[0], 'none', 'clicks', 'ada'), []);
    assert.equal((await call('GET', `/v1/jobs/${RUNNING[0]}/state?operator=count&state=clicks`)).status, 400);
    assert.equal((await call('GET', `/v1/jobs/${UNKNOWN}/state?operator=count&state=clicks&key=1`)).status, 404);
  });

  test('stop and disposal reach the dispatcher with what they were asked for', async () => {
    const client = new RestClient({ host: '127.0.0.1', port: portOf(server), clock });
    assert.equal(await client.stop(RUNNING[0], { targetDirectory: '/x', drain: true, formatType: 'NATIVE', triggerId: null }), 'file:/x/savepoint-1');
    assert.deepEqual(dispatcher.asked.at(-1), { jobId: RUNNING[0], targetDirectory: '/x', stop: 'drain', formatType: 'NATIVE' });
    assert.equal(await client.savepoint(RUNNING[0], { 'target-directory': null }), 'file:/configured/savepoint-1');
    assert.deepEqual(dispatcher.asked.at(-1), { jobId: RUNNING[0], targetDirectory: undefined, stop: undefined, formatType: undefined });
    await client.dispose('file:/x/savepoint-1');
    assert.equal(dispatcher.disposed.at(-1), 'file:/x/savepoint-1');
    await assert.rejects(client.dispose('/nope'), { code: 'REST_OPERATION_FAILED', message: '[JOB_NOT_FOUND] nothing at /nope' });
    await assert.rejects(client.cancel(UNKNOWN), { code: 'REST_CALL_REFUSED', message: /Job could not be found/ });
    dispatcher.add('c'.repeat(32), 'RUNNING');
    await client.savepoint('c'.repeat(32), { 'cancel-job': true });
    assert.equal(dispatcher.details('c'.repeat(32) as never).status, 'CANCELED');
  });

  test('the overview has every field that Flink\'s client asks for', async () => {
    const { answer } = await call('GET', '/jobs/overview');
    const job = answer.jobs.find((candidate: { readonly jid: string }) => candidate.jid === FINISHED);
    assert.deepEqual(job, {
      jid: FINISHED, name: 'job df6a', 'start-time': 1000, 'end-time': 2500, duration: 1499, state: 'FINISHED', 'last-modification': 2500,
      tasks: { total: 2, created: 0, scheduled: 0, deploying: 0, initializing: 0, running: 1, finished: 1, canceling: 0, canceled: 0, failed: 0, reconciling: 0 },
      'pending-operators': 0, jobType: 'STREAMING', schedulerType: 'Default',
    });
  });

  test('what is no call of it is refused with a status that ends Flink\'s retries', async () => {
    const refusals: readonly (readonly ['GET' | 'POST' | 'PATCH', string, unknown, number])[] = [
      ['GET', '/v1/nothing', undefined, 404], ['GET', '/v1/jobs/xyz/savepoints/1', undefined, 400], ['PATCH', `/v1/jobs/${RUNNING[0]}?mode=burn`, {}, 400],
      ['POST', `/v1/jobs/${RUNNING[0]}/savepoints`, { 'target-directory': 5 }, 400], ['POST', `/v1/jobs/${RUNNING[0]}/savepoints`, { formatType: 'OTHER' }, 400],
      ['POST', '/v1/savepoint-disposal', {}, 400], ['POST', `/v1/jobs/${RUNNING[0]}/stop`, '[', 400], ['POST', '/v1/savepoint-disposal', `{"savepoint-path":"${'x'.repeat(1024 * 1024)}"}`, 413],
    ];
    for (const [method, path, body, status] of refusals) {
      const actual = await call(method, path, body);
      assert.deepEqual([actual.status, Object.keys(actual.answer), actual.answer.errors.length], [status, ['errors'], 1], `${method} ${path}`);
    }
  });

  test('a page of a browser can neither send it a form nor read it under another name', async () => {
    const url = `http://127.0.0.1:${portOf(server)}/v1/jobs/${RUNNING[0]}/savepoints`;
    assert.equal((await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } })).status, 415);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => request({ host: '127.0.0.1', port: portOf(server), path: '/jobs/overview', headers: { host: 'evil.example' } }, (answer) => resolve(answer.statusCode)).end());
    assert.equal(status, 403);
  });

  test('outcomes are dropped after their time', async () => {
    const other = await start(dispatcher, -1);
    try {
      const { answer } = await call('POST', `/jobs/${RUNNING[0]}/checkpoints`, {}, other);
      assert.equal((await call('GET', `/jobs/${RUNNING[0]}/checkpoints/${answer['request-id']}`, undefined, other)).status, 404);
    } finally {
      await other.close();
    }
  });

  test('it listens at the host itself only, and says so when it cannot', async () => {
    const options = { dispatcher, clock, random, log, operationStoreMs: 1 };
    await assert.rejects(RestServer.start({ ...options, bindAddress: '0.0.0.0', port: 0 }), { code: 'REST_ADDRESS_NOT_LOCAL' });
    await assert.rejects(RestServer.start({ ...options, bindAddress: '127.0.0.1', port: portOf(server) }), { code: 'REST_PORT_TAKEN' });
    const closed = await start(dispatcher);
    await closed.close();
    await assert.rejects(new RestClient({ host: '127.0.0.1', port: portOf(closed), clock }).jobs(), { code: 'REST_NO_ANSWER' });
  });
});
