// The door to HTTP servers: one call, one connection, as Flink's own client does it. Any thread.
import { request } from 'node:http';

export interface HttpCall {
  readonly host: string;
  readonly port: number;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A server that says nothing for so long is given up. */
const SILENCE_MS_MAX = 60_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Rejects with the host's own error when there is no answer. */
export function callHttp({ host, port, method, path, body }: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'close', accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json; charset=UTF-8', 'content-length': Buffer.byteLength(body) }) };
    const call = request({ host, port, method, path, agent: false, timeout: SILENCE_MS_MAX, headers }, (answer) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > ANSWER_BYTES_MAX) call.destroy(new Error(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`));
        else parts.push(part);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }));
    });
    call.on('timeout', () => call.destroy(new Error(`no answer for ${SILENCE_MS_MAX} ms`)));
    call.on('error', reject);
    call.end(body);
  });
}
