// A PostgreSQL server on this host, in a temporary folder, on a free port, run by a user without rights. Where Debian's packages are
// not installed and may be (root, apt-get) they are; where they cannot be had the reason is returned, and whoever wanted it says so.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'pg';
import { freePort } from '../../free-port.js';

const INSTALL_MS_MAX = 240_000;
const START_TRIES = 200;
export const USER = 'tester';
export const PASSWORD = 'pass word';
export const DATABASE = 'postgres';

export interface PostgresServer {
  readonly port: number;
  readonly url: string;
  /** Runs statements; rows of the last one, values as texts. */
  run(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** Ends all other connections, as a server that restarts does. */
  dropConnections(): Promise<void>;
  stop(): Promise<void>;
}

/** A string says why there is none. */
export async function startPostgres(): Promise<PostgresServer | string> {
  const binaries = findBinaries() ?? install();
  if (binaries === undefined) return 'initdb is not there and apt-get cannot install postgresql: run apt-get install postgresql as root';
  const account = accountOf();
  if (account === undefined) return 'PostgreSQL does not run as root and there is no user nobody';
  const folder = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  for (const path of [folder, passwordFile]) if (account.uid !== undefined) chownSync(path, account.uid, account.gid!);
  const data = join(folder, 'data');
  const made = spawnSync(join(binaries, 'initdb'), ['-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '-N'], { ...account, cwd: folder, encoding: 'utf8' });
  if (made.status !== 0) return `initdb failed: ${made.error?.message ?? made.stderr.trim().split('\n').at(-1) ?? ''}`;
  const port = await freePort();
  const child = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'], { ...account, cwd: folder, stdio: 'ignore' });
  const server = serverOf(child, port, folder);
  for (let tries = 0; tries < START_TRIES && child.exitCode === null; tries++) {
    if (await server.run('SELECT 1').catch(() => undefined) !== undefined) return server;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await server.stop();
  return 'the PostgreSQL server does not answer';
}

function serverOf(child: ChildProcess, port: number, folder: string): PostgresServer {
  const run = async (sql: string): Promise<readonly (readonly (string | null)[])[]> => {
    const client = new postgres.Client({ host: '127.0.0.1', port, user: USER, password: PASSWORD, database: DATABASE, types: { getTypeParser: () => (text: string) => text } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const result = await client.query<(string | null)[]>({ text: sql, rowMode: 'array' });
      return Array.isArray(result) ? (result as (typeof result)[]).at(-1)!.rows : result.rows;
    } finally {
      await client.end();
    }
  };
  return {
    port, url: `jdbc:postgresql://127.0.0.1:${port}/${DATABASE}`, run,
    dropConnections: async () => void await run('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = \'client backend\''),
    async stop() {
      const ended = new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(undefined)));
      child.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(root, version, 'bin')), ...(process.env['PATH'] ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

function install(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: INSTALL_MS_MAX, stdio: 'ignore' as const };
  const apt = (...words: string[]): boolean => spawnSync('apt-get', words, options).status === 0;
  const packages = ['install', '-y', '--no-install-recommends', 'postgresql'];
  if (!apt(...packages)) apt('update') && apt(...packages);
  return findBinaries();
}

/** Who runs the server: this user, or one without rights where this is root. */
function accountOf(): { readonly uid?: number; readonly gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {};
  const id = (...words: string[]): number => Number(spawnSync('id', words, { encoding: 'utf8' }).stdout.trim() || Number.NaN);
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [id('-u', name), id('-g', name)];
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid > 0) return { uid, gid };
  }
  return undefined;
}
