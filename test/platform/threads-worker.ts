// Scripts of the workers of threads-contract. As the entry of a real worker this module runs the script named in
// workerData; in a simulation runScript is the registered entry.
import { isMainThread } from 'node:worker_threads';
import { NodeThreads } from '#platform/threads/node-threads';
import type { ParentPort, Threads } from '#platform/threads/threads';

interface Data {
  readonly script: ScriptName;
  readonly cell?: Int32Array;
}

type Script = (threads: Threads, port: ParentPort, data: Data) => void | Promise<void>;

const SCRIPTS = {
  introduce: (threads, port) => port.postMessage({ data: threads.workerData(), threadId: threads.threadId, isMainThread: threads.isMainThread }),
  echo: (_threads, port) => port.onMessage((message) => {
    if (message === 'close') port.close();
    else port.postMessage({ echo: message });
  }),
  'listen late': async (_threads, port) => {
    await new Promise((resolve) => setImmediate(resolve));
    port.onMessage((message) => {
      port.postMessage(message);
      port.close();
    });
  },
  receive: async (threads, port, { cell }) => {
    await waitUntilChanged(threads, cell!, 0, 0);
    port.postMessage([port.receiveSync(), port.receiveSync(), port.receiveSync()]);
  },
  'write cell': (_threads, _port, { cell }) => void Atomics.store(cell!, 1, 77),
  'throw at start': () => {
    throw new RangeError('throw at start');
  },
  'throw on message': (_threads, port) => port.onMessage(() => {
    throw new RangeError('throw on message');
  }),
  'wait for ever': async (threads, port, data) => {
    port.postMessage('waiting');
    const cell = data.cell ?? new Int32Array(new SharedArrayBuffer(4));
    // A simulated thread cannot block and goes on to the other wait.
    threads.waitForBell(cell, 0, 0, Infinity);
    await threads.waitForBellAsync(cell, 0, 0, Infinity);
    port.postMessage('woken without a ring');
  },
  'answer bell': async (threads, port, { cell }) => {
    const result = await waitUntilChanged(threads, cell!, 0, 0);
    Atomics.store(cell!, 1, 1);
    threads.ring(cell!, 1);
    port.postMessage(result);
  },
} satisfies Record<string, Script>;

export type ScriptName = keyof typeof SCRIPTS;

export async function runScript(threads: Threads): Promise<void> {
  const data = threads.workerData() as Data;
  const script: Script = SCRIPTS[data.script];
  await script(threads, threads.parentPort()!, data);
}

async function waitUntilChanged(threads: Threads, cell: Int32Array, index: number, value: number): Promise<string> {
  let result = 'changed';
  while (Atomics.load(cell, index) === value) result = await threads.waitForBellAsync(cell, index, value, 60_000);
  return result;
}

if (!isMainThread) await runScript(new NodeThreads());
