#!/usr/bin/env node
// The parent of the engine process: starts it, hands signals on, reports how it ended, and starts it again when it died
// with a job that may be restarted. It loads nothing but Node's own modules, so that it outlives whatever happens to the
// engine: V8 ends a whole process on some allocations.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ABORT_SIGNALS = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGTRAP', 'SIGFPE', 'SIGKILL'];
/** Exit codes with which a shell in between would tell of the same signals. */
const ABORT_CODES = [132, 133, 134, 135, 136, 137, 139];
/** Deaths in a row without a new checkpoint; whether the job may restart at all is for its own strategy to say. */
const DEATHS_MAX = 5;

const engine = findEngine() ?? buildEngine();
let child;
let interrupts = 0;
let isKilled = false;
/** What the engine told last: how far its jobs are, and what it needs to go on with them (null = they cannot). */
let told = { progress: 0, journal: null };
/** How far they were when this engine took them up. */
let progressAtStart;
let deaths = 0;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // On a terminal the engine has had the first signal itself; it takes the same one twice for one.
    if (++interrupts === 1) return void child.kill(signal);
    isKilled = true;
    child.kill('SIGKILL');
  });
}

start(process.env);

function start(env) {
  progressAtStart = undefined;
  // No flag of V8: Node's own modules would be compiled anew. A plain pipe: the engine would load all of Node's sockets for IPC.
  child = spawn(process.execPath, ['--enable-source-maps', engine, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'pipe'], env: { ...compiledCode(), ...env, MILLRACE_PARENT_FD: '3', MILLRACE_PARENT_PID: String(process.pid) } });
  let begun = '';
  child.stdio[3].setEncoding('utf8').on('data', (text) => {
    const lines = (begun + text).split('\n');
    begun = lines.pop();
    for (const line of lines) onTold(JSON.parse(line));
  });
  child.on('error', (error) => {
    console.error(`[ENGINE_PROCESS_ABORTED] the engine process cannot be started: ${error.message}`);
    process.exit(1);
  });
  // Not before all that the engine has said has been read.
  child.on('close', onEnd);
}

function onTold(message) {
  if (message.kind !== 'recovery') return;
  told = message;
  progressAtStart ??= message.progress;
}

function onEnd(code, signal) {
  if (isKilled) process.exit(130);
  const isAborted = (signal !== null && ABORT_SIGNALS.includes(signal)) || (code !== null && ABORT_CODES.includes(code));
  if (!isAborted) process.exit(code ?? (interrupts > 0 ? 130 : 1));
  const cause = signal ?? `exit code ${code}`;
  deaths = told.progress > (progressAtStart ?? told.progress) ? 1 : deaths + 1;
  if (told.journal !== null && interrupts === 0 && deaths <= DEATHS_MAX) {
    console.error(`the engine process was ended by ${cause}: it is started again, and its jobs go on from their newest checkpoints`);
    return start({ ...process.env, MILLRACE_RECOVERY: JSON.stringify({ journal: told.journal, death: { timestamp: Date.now(), cause } }) });
  }
  const inARow = deaths > 1 ? `, the ${deaths}th time without a new checkpoint` : '';
  console.error(`[ENGINE_PROCESS_ABORTED] the engine process was ended by ${cause}${inARow}, as V8 does when one allocation is far too large, or the system when memory is short: `
    + 'keep single objects of a function small, lower the memory settings (millrace explain-memory), and restart from the newest checkpoint');
  process.exit(1);
}

/** Node from 22 on keeps what it has compiled there; older ones compile each time. Beside the programs that the engine has built (cache-directory.ts). */
function compiledCode() {
  const { MILLRACE_CACHE_DIR: own, XDG_CACHE_HOME: cache, HOME: home } = process.env;
  const directory = own || (cache && join(cache, 'millrace')) || (home && join(home, '.cache', 'millrace'));
  return directory ? { NODE_COMPILE_CACHE: join(directory, 'compiled') } : {};
}

function findEngine() {
  const bundle = join(root, 'dist', 'bundles', 'cli.js');
  const module = join(root, 'dist', 'src', 'cli', 'main.js');
  const candidates = process.env['MILLRACE_ENGINE'] === 'modules' ? [module] : [bundle, module];
  return candidates.find((path) => existsSync(path));
}

/** In a checkout that has not been built yet. */
function buildEngine() {
  const setup = join(root, 'scripts', 'setup.mjs');
  if (existsSync(setup)) spawnSync(process.execPath, [setup, '--build'], { cwd: root, stdio: ['ignore', 2, 2] });
  const built = findEngine();
  if (built !== undefined) return built;
  console.error('[ENGINE_NOT_BUILT] there is no built engine beside this command: run npm run build');
  process.exit(1);
}
