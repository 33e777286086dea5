#!/usr/bin/env node
// The parent of the engine process: starts it, hands signals on, reports how it ended. It loads nothing but Node's own
// modules, so that it outlives whatever happens to the engine: V8 ends a whole process on some allocations.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ABORT_SIGNALS = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGTRAP', 'SIGFPE', 'SIGKILL'];
/** Exit codes with which a shell in between would tell of the same signals. */
const ABORT_CODES = [132, 133, 134, 135, 136, 137, 139];

const engine = findEngine() ?? buildEngine();
const child = spawn(process.execPath, ['--enable-source-maps', '--max-semi-space-size=16', engine, ...process.argv.slice(2)], { stdio: 'inherit' });

let interrupts = 0;
let isKilled = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // On a terminal the engine has had the first signal itself; it takes the same one twice for one.
    if (++interrupts === 1) return void child.kill(signal);
    isKilled = true;
    child.kill('SIGKILL');
  });
}

child.on('error', (error) => {
  console.error(`[ENGINE_PROCESS_ABORTED] the engine process cannot be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (isKilled) process.exit(130);
  if ((signal !== null && ABORT_SIGNALS.includes(signal)) || (code !== null && ABORT_CODES.includes(code))) {
    console.error(`[ENGINE_PROCESS_ABORTED] the engine process was ended by ${signal ?? `exit code ${code}`}, as V8 does when one allocation is far too large, or the system when memory is short: `
      + 'keep single objects of a function small, lower the memory settings (millrace explain-memory), and restart from the newest checkpoint');
    process.exit(1);
  }
  process.exit(code ?? (interrupts > 0 ? 130 : 1));
});

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
