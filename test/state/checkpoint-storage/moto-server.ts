// An S3 server on this host: moto's, from PyPI, installed once into a cache folder of the checkout. Where it cannot be had
// the reason is returned, and whoever wanted it says so.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../free-port.js';
import { callHttp } from '#platform/network/http-client';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'millrace-moto');
/** Without the extras of its other services, which take minutes to resolve. */
const REQUIREMENTS = ['moto[s3]==5.1.4', 'flask', 'flask-cors'];
const INSTALL_MS_MAX = 240_000;

export interface MotoServer {
  readonly endpoint: string;
  stop(): void;
}

/** A string says why there is none. */
export async function startMoto(): Promise<MotoServer | string> {
  const failure = install();
  if (failure !== undefined) return failure;
  const port = await freePort();
  const server = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { env: { ...process.env, PYTHONPATH: CACHE }, stdio: 'ignore' });
  for (let tries = 0; tries < 400 && server.exitCode === null; tries++) {
    const answer = await callHttp({ host: '127.0.0.1', port, method: 'GET', path: '/moto-api/' }).catch(() => undefined);
    if (answer !== undefined) return { endpoint: `http://127.0.0.1:${port}`, stop: () => void server.kill() };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return ended(server);
}

function ended(server: ChildProcess): string {
  server.kill();
  return 'moto\'s server does not answer';
}

function install(): string | undefined {
  if (existsSync(join(CACHE, 'moto'))) return undefined;
  const fresh = `${CACHE}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const { status, error, stderr } = spawnSync('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '--target', fresh, ...REQUIREMENTS], { timeout: INSTALL_MS_MAX, encoding: 'utf8' });
  if (status === 0 && !existsSync(join(CACHE, 'moto'))) renameSync(fresh, CACHE);
  rmSync(fresh, { recursive: true, force: true });
  return status === 0 ? undefined : `pip cannot install ${REQUIREMENTS[0]!}: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? 'no reason given'}`;
}
