// Entry of a slot's worker thread: waits for a deployment, re-runs the program, and steps its tasks until told to stop.
// Lies in the client because a slot must load connectors and programs, which taskmanager may not import.
import { SeededRandom } from '#platform/random/seeded-random';
import { NodeClock } from '#platform/clock/node-clock';
import { NodeFiles } from '#platform/files/node-files';
import { NodeProcess } from '#platform/process/node-process';
import { NodeRandom } from '#platform/random/node-random';
import { NodeThreads } from '#platform/threads/node-threads';
import { assert } from '#core/assert';
import { loadProgramInWorker } from '#client/submission/program-loader';
import { StreamTask } from '#streaming/task/stream-task';
import { TaskManagerError } from '#taskmanager/errors';
import { holdFinishedReports } from '#taskmanager/slots/held-reports';
import { PortMailbox } from '#taskmanager/slots/slot-mailbox';
import { SlotRuntime } from '#taskmanager/slots/slot-runtime';

const port = new NodeThreads().parentPort();
assert(port !== undefined, 'a slot runs in a worker');
const process = new NodeProcess();
const random = new NodeRandom();
const clock = new NodeClock();
const runtime = new SlotRuntime({
  mailbox: new PortMailbox(port),
  report: holdFinishedReports((message) => port.postMessage(message), clock),
  loadProgram: (program, deployment) => loadProgramInWorker(program, deployment, clock),
  createTask: (description) => StreamTask.create(description),
  clock,
  files: new NodeFiles(random),
  process,
  random: new SeededRandom(random.nextInt(2 ** 31)),
  isInline: false,
});
process.onUncaught((thrown) => {
  const said = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  runtime.fail(new TaskManagerError('USER_PROMISE_REJECTED', `a promise or callback of user code failed and nobody handled it: ${said}`, { cause: thrown }));
});
await runtime.run();
port.close();
