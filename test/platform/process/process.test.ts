import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { NodeProcess } from '#platform/process/node-process';
import { SimulatedExit, SimulatedProcess } from '#platform/process/simulated-process';
import { openScratchDirectory } from '#platform/process/scratch-directory';
import { processContract } from '../process-contract.js';

processContract('NodeProcess', () => ({
  process: new NodeProcess(),
  raise: (signal) => new Promise((resolve) => {
    // A signal listener does not keep a process alive.
    const keepAlive = setInterval(() => undefined, 1000);
    process.once(signal, () => {
      clearInterval(keepAlive);
      setImmediate(resolve);
    });
    process.kill(process.pid, signal);
  }),
  throwUncaught: async (thrown) => {
    // Handed to the listeners directly: thrown for good, node:test would take it as a failure of this test.
    process.listeners('unhandledRejection').at(-1)?.(thrown, Promise.resolve());
  },
}));

processContract('SimulatedProcess', () => {
  const simulated = new SimulatedProcess({ argv: ['run'], env: { A: 'b' } });
  return { process: simulated, raise: async (signal) => simulated.raise(signal), throwUncaught: async (thrown) => simulated.throwUncaught(thrown) };
});

const MODULE = JSON.stringify(new URL('../../../src/platform/process/node-process.js', import.meta.url).href);

/** Arguments of node that run `code` with `door`, a NodeProcess. */
function program(code: string): string[] {
  return ['--input-type=module', '-e', `import { NodeProcess } from ${MODULE}; const door = new NodeProcess(); ${code}`];
}

test('all of a large output is written, also into a pipe that is read slowly', async () => {
  const child = spawn(process.execPath, program(`door.writeStdout('x'.repeat(300_000)); door.writeStdout(Uint8Array.of(121)); door.writeStderr('done'); door.exit(3);`));
  let bytes = 0;
  let last = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.pause();
  setTimeout(() => child.stdout.resume(), 50);
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    last = chunk.toString().at(-1) ?? last;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([code, bytes, last, errors], [3, 300_001, 'y', 'done']);
});

test('a process whose reader is gone ends quietly', async () => {
  const child = spawn(process.execPath, program(`for (;;) door.writeStdout('line\\n'.repeat(1000));`));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([code, errors], [0, '']);
});

test('a worker whose reader is gone ends its process as a SIGTERM would', async () => {
  const worker = `import { NodeProcess } from ${MODULE}; const door = new NodeProcess(); for (;;) door.writeStdout('line '.repeat(1000));`;
  const child = spawn(process.execPath, program(`
    import { Worker } from 'node:worker_threads';
    door.onSignal('SIGTERM', () => door.exit(7));
    new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)})));
  `));
  child.stdout.once('data', () => child.stdout.destroy());
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 7);
});

test('an uncaught error and a rejection reach the listener, and the exit code that was set holds', () => {
  const done = spawnSync(process.execPath, program(`
    door.onUncaught((thrown) => door.writeStdout(thrown.message + ';'));
    door.setExitCode(5);
    Promise.reject(new Error('rejected'));
    setTimeout(() => { throw new Error('thrown'); }, 1);
  `), { encoding: 'utf8' });
  assert.deepEqual([done.stdout, done.status], ['rejected;thrown;', 5]);
});

test('a thread lowers its own priority and not that of the others', { skip: process.platform !== 'linux' }, () => {
  const done = spawnSync(process.execPath, program(`
    import { getPriority } from 'node:os';
    import { Worker } from 'node:worker_threads';
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(
      'import { NodeProcess } from ${MODULE.replaceAll('"', '\\"')}; import { getPriority } from "node:os"; import { readlinkSync } from "node:fs"; import { parentPort } from "node:worker_threads";'
      + 'new NodeProcess().setOwnThreadPriority(7); parentPort.postMessage(getPriority(Number(readlinkSync("/proc/thread-self").split("/").at(-1))));')));
    worker.on('message', (nice) => door.writeStdout(nice + ' ' + getPriority(process.pid)));
  `), { encoding: 'utf8' });
  assert.equal(done.stdout, '7 0');
});

test('a simulated process collects its output and exits by an exception', () => {
  const simulated = new SimulatedProcess();
  simulated.writeStdout('a');
  simulated.writeStdout(new TextEncoder().encode('b'));
  simulated.writeStderr('c');
  assert.throws(() => simulated.exit(2), (error) => error instanceof SimulatedExit && error.exitCode === 2);
  assert.throws(() => simulated.raise('SIGTERM'), SimulatedExit);
  assert.deepEqual([simulated.stdout, simulated.stderr, simulated.exitCode], ['ab', 'c', 128]);
});

const SCRATCH = JSON.stringify(new URL('../../../src/platform/process/scratch-directory.js', import.meta.url).href);

/** A process that opens a scratch directory, says where it is, and goes on as `then` says. */
function spawnOwner(root: string, then: string) {
  const script = `const { openScratchDirectory } = await import(${SCRATCH}); const { path } = openScratchDirectory(${JSON.stringify(root)}); (await import('node:fs')).writeFileSync(path + '/file', 'x'); console.log(path); ${then}`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('a scratch directory outlives nobody: not its process, and not for long one that was killed', async () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-process-'));
  try {
    mkdirSync(join(root, 'millrace-scratch-other-things'));
    mkdirSync(join(root, 'millrace-scratch-abcdef.removed', 'left'), { recursive: true });
    const tidy = spawnOwner(root, '');
    await once(tidy, 'exit');
    assert.deepEqual(readdirSync(root), ['millrace-scratch-other-things']);

    const owner = spawnOwner(root, 'setInterval(() => undefined, 1000);');
    const path = String((await once(owner.stdout, 'data'))[0]).trim();
    const beside = openScratchDirectory(root);
    await beside.close();
    await beside.close();
    assert.deepEqual([existsSync(beside.path), existsSync(join(path, 'file'))], [false, true]);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    assert.ok(existsSync(path));
    await openScratchDirectory(root).close();
    assert.deepEqual(readdirSync(root), ['millrace-scratch-other-things']);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a scratch directory may lie deep, and where none can be made there is the folder itself', async () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-process-'));
  try {
    const deep = join(root, 'deep'.repeat(40));
    mkdirSync(deep);
    const scratch = openScratchDirectory(deep);
    assert.equal(dirname(scratch.path), deep);
    await openScratchDirectory(deep).close();
    assert.ok(existsSync(scratch.path), 'of one that cannot be asked nobody knows that it is dead');
    await scratch.close();
    assert.deepEqual(readdirSync(deep), []);
    const none = openScratchDirectory(join(root, 'none'));
    assert.equal(none.path, join(root, 'none'));
    await none.close();
    assert.deepEqual(readdirSync(root), ['deep'.repeat(40)]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a simulated process hears once that its parent has ended, unless it listens no more', () => {
  const simulated = new SimulatedProcess();
  const heard: string[] = [];
  simulated.onParentGone(() => heard.push('first'));
  simulated.onParentGone(() => heard.push('second')).cancel();
  simulated.endParent();
  simulated.endParent();
  assert.deepEqual(heard, ['first']);
});
