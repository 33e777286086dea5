// Prints {p50, p99} in ms of asking the dispatcher for a job's status from another thread, while two slots run Nexmark q0
// as fast as they can. Its own process: node dist/bench/latency-probe.js MS
import { Worker } from 'node:worker_threads';
import nexmarkJob from '#cli/commands/nexmark/nexmark-job';
import { LocalExecutor } from '#client/cluster-client/local-executor';
import { createNodePlatform } from '#client/platform';
import { Configuration } from '#core/config/configuration';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { withJobExecutor } from '#datastream/environment/job-executor';

const measureMs = Number(process.argv[2] ?? 5000);
const ASK_EVERY_MS = 5;
const WARM_UP_MS = 1000;

const args = [JSON.stringify({ query: 'q0', events: 1_000_000_000, eventRate: 100_000, output: 'blackhole' })];
const jobUrl = new URL('../src/cli/commands/nexmark/nexmark-job.js', import.meta.url);
const executor = new LocalExecutor({
  platform: createNodePlatform(),
  configuration: Configuration.fromMap({ 'parallelism.default': 2 }),
  program: (executionIndex, earlier) => ({ kind: 'module', url: jobUrl.href, args, executionIndex, earlier: [...earlier] }),
});
await withJobExecutor(executor, () => nexmarkJob(StreamExecutionEnvironment.getExecutionEnvironment(), args));
const job = executor.jobs[0]!;
await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));

const asker = new Worker(`
  const { parentPort } = require('node:worker_threads');
  const times = [];
  let sentMs = 0;
  parentPort.on('message', (message) => {
    if (message === 'stop') { parentPort.postMessage({ times }); return; }
    times.push(performance.now() - sentMs);
    setTimeout(ask, ${ASK_EVERY_MS});
  });
  function ask() { sentMs = performance.now(); parentPort.postMessage('status'); }
  ask();
`, { eval: true });
const times = await new Promise<number[]>((resolve) => {
  asker.on('message', (message: 'status' | { times: number[] }) => {
    if (message !== 'status') return resolve(message.times);
    void job.getJobStatus().then((status) => asker.postMessage(status));
  });
  setTimeout(() => asker.postMessage('stop'), measureMs);
});
await asker.terminate();
await executor.cancelAll();
await executor.close();
times.sort((a, b) => a - b);
process.stdout.write(JSON.stringify({ p50: times[Math.floor(times.length * 0.5)], p99: times[Math.floor(times.length * 0.99)], count: times.length }));
process.exit(0);
