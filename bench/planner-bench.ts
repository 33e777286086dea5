// From the text of a Nexmark query to transformations of a job: parse, validate, optimise, plan, translate. Warm, each in a program of its
// own whose tables are there already; the median of the rounds.
import { NEXMARK_STATEMENTS } from '#cli/commands/nexmark/sql/nexmark-statements';
import { nexmarkTables } from '#cli/commands/nexmark/sql/nexmark-tables';
import type { NexmarkSettings } from '#cli/commands/nexmark/nexmark-settings';
import { StreamTableEnvironment } from '#client/stream-table-environment';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { Configuration } from '#core/config/configuration';
import type { BenchRow } from './bench-row.js';

const PLAN_GOAL_MS = 20;
const WARM_UP = 10;
const SETTINGS: NexmarkSettings = { query: '', api: 'sql', sideInput: undefined, events: 1, source: 'full', input: undefined, eventRate: 1, output: 'blackhole' };

export async function plannerRows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const rounds = quick ? 11 : 41;
  const figures: { readonly name: string; readonly ms: number }[] = [];
  // Others read a file or a module beside the events.
  for (const [name, { query, setUp = [] }] of Object.entries(NEXMARK_STATEMENTS)) if (setUp.length === 0 && !query.includes('side_input')) figures.push({ name, ms: await planMs(query, rounds) });
  const slowest = figures.reduce((most, figure) => (figure.ms > most.ms ? figure : most));
  const mean = figures.reduce((sum, { ms }) => sum + ms, 0) / figures.length;
  return [
    row(`plan a Nexmark query, the slowest of ${figures.length} (${slowest.name})`, slowest.ms, `<= ${PLAN_GOAL_MS} ms warm`, slowest.ms <= PLAN_GOAL_MS),
    row('plan a Nexmark query, mean', mean, 'reported', undefined),
  ];
}

async function planMs(query: string, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const environment = StreamExecutionEnvironment.getExecutionEnvironment(Configuration.fromMap({}));
    const tables = new StreamTableEnvironment({ environment, clock: { now: () => 0 }, random: { nextDouble: () => 0.5 } });
    for (const statement of nexmarkTables(SETTINGS)) await tables.executeSql(statement);
    const start = process.hrtime.bigint();
    tables.toChangelogStream(tables.sqlQuery(query));
    if (round >= WARM_UP) times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

function row(name: string, figure: number, target: string, isPass: boolean | undefined): BenchRow {
  return { name, figure, unit: 'ms', anchor: undefined, anchorName: '', ratio: undefined, target, isPass, higherIsBetter: false };
}
