// `millrace nexmark`: runs each query at each setting, one after the other, and prints results or figures.
import { countOf, formatHelp, parseArguments, valueOf, type ParsedArguments } from '#cli/arguments';
import { EXIT_INTERRUPTED, type CommandContext } from '#cli/command-context';
import { readConfiguration } from '#cli/configuration-input';
import { runMainJob } from '#cli/commands/nexmark/main-job';
import { NEXMARK_STATEMENTS } from '#cli/commands/nexmark/sql/nexmark-statements';
import { NexmarkRun, type NexmarkFigures } from '#cli/commands/nexmark/nexmark-run';
import { NEXMARK_QUERIES } from '#cli/commands/nexmark/nexmark-queries';
import type { NexmarkSettings } from '#cli/commands/nexmark/nexmark-settings';
import { NEXMARK_COMMAND } from '#cli/commands/nexmark-command';
import { CliError } from '#cli/errors';
import { formatBytes, formatCount, formatTable } from '#cli/output/figures-text';
import type { Platform } from '#client/platform';
import { validateConfiguration } from '#core/config/config-validation';
import type { Configuration } from '#core/config/configuration';
import { rocksdbMetricsOptions } from '#core/config/options/rocksdb-metrics-options';
import { stateBackendOptions } from '#core/config/options/state-backend-options';

const EVENTS = 1_000_000;
const EVENT_RATE = 100_000;

interface Sweep {
  readonly key: string;
  readonly values: readonly string[];
}

export async function runNexmark({ platform, words }: CommandContext): Promise<number> {
  const parsed = parseArguments(NEXMARK_COMMAND, words);
  if (parsed.values.has('help')) {
    platform.process.writeStdout(formatHelp(NEXMARK_COMMAND));
    return 0;
  }
  const api = valueOf(parsed, 'api') === 'datastream' || parsed.values.has('main-job') ? 'datastream' : 'sql';
  const queries = queriesOf(parsed, api);
  const settings = settingsOf(parsed, api);
  const sweep = sweepOf(parsed);
  const configuration = withBackend(await readConfiguration(platform, parsed), valueOf(parsed, 'backend'));
  const run = new NexmarkRun(platform);
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
    void run.cancel();
  };
  platform.process.onSignal('SIGINT', interrupt);
  platform.process.onSignal('SIGTERM', interrupt);
  try {
    if (parsed.values.has('main-job')) await runMainJob(platform, run, configuration, countOf(parsed, 'events'));
    else await runAll(platform, run, parsed, queries, settings, configuration, sweep);
    return 0;
  } catch (thrown) {
    if (isInterrupted) return EXIT_INTERRUPTED;
    throw thrown;
  } finally {
    run.close();
  }
}

async function runAll(platform: Platform, run: NexmarkRun, parsed: ParsedArguments, queries: readonly string[], settings: Omit<NexmarkSettings, 'query'>, configuration: Configuration, sweep: Sweep | undefined): Promise<void> {
  const isNdjson = valueOf(parsed, 'format') === 'ndjson';
  const all: NexmarkFigures[] = [];
  const configurations = sweep === undefined ? [configuration] : sweep.values.map((value) => configuration.setText(sweep.key, value));
  for (const candidate of configurations) validateConfiguration(candidate);
  if (settings.source === 'recorded') run.record(settings);
  for (const query of queries) {
    for (const [index, candidate] of configurations.entries()) {
      const setting = sweep === undefined ? undefined : `${sweep.key}=${sweep.values[index]}`;
      const figures = await run.run({ ...settings, query }, candidate, { setting, isProgressForced: false });
      if (settings.output === 'print') continue;
      if (isNdjson) platform.process.writeStdout(`${JSON.stringify(figures)}\n`);
      else all.push(figures);
    }
  }
  if (all.length > 0) platform.process.writeStdout(figuresTable(all));
}

/** RocksDB is asked for what the figures tell of it. */
function withBackend(configuration: Configuration, backend: string | undefined): Configuration {
  if (backend === undefined) return configuration;
  const withType = configuration.set(stateBackendOptions.type, backend);
  return backend === 'rocksdb' ? withType.set(rocksdbMetricsOptions.totalSstFilesSize, true) : withType;
}

/** Throws USAGE_VALUE_INVALID. */
function queriesOf(parsed: ParsedArguments, api: NexmarkSettings['api']): readonly string[] {
  const query = valueOf(parsed, 'query') ?? 'all';
  const known = Object.keys(api === 'sql' ? NEXMARK_STATEMENTS : NEXMARK_QUERIES);
  if (query === 'all') return known;
  if (known.includes(query)) return [query];
  throw new CliError('USAGE_VALUE_INVALID', `--query was given '${query}': give all or one of ${known.join(', ')}`);
}

/** Throws USAGE_VALUE_INVALID. */
function settingsOf(parsed: ParsedArguments, api: NexmarkSettings['api']): Omit<NexmarkSettings, 'query'> {
  const input = valueOf(parsed, 'input');
  const events = countOf(parsed, 'events');
  if (input !== undefined && events !== undefined) throw new CliError('USAGE_VALUE_INVALID', '--events and --input were both given: generate events or read a file');
  return { api, source: (valueOf(parsed, 'source') ?? 'full') as NexmarkSettings['source'], sideInput: valueOf(parsed, 'side-input'), events: input === undefined ? events ?? EVENTS : undefined, input, eventRate: countOf(parsed, 'event-rate') ?? EVENT_RATE, output: input === undefined ? 'blackhole' : 'print' };
}

/** Throws USAGE_VALUE_INVALID. */
function sweepOf(parsed: ParsedArguments): Sweep | undefined {
  const text = valueOf(parsed, 'sweep');
  if (text === undefined) return undefined;
  const at = text.indexOf('=');
  const values = at < 1 ? [] : text.slice(at + 1).split(',').map((value) => value.trim()).filter((value) => value !== '');
  if (values.length === 0) throw new CliError('USAGE_VALUE_INVALID', `--sweep was given '${text}': write --sweep key=v1,v2`);
  return { key: text.slice(0, at).trim(), values };
}

function figuresTable(all: readonly NexmarkFigures[]): string {
  const hasSetting = all.some((figures) => figures.setting !== undefined);
  const hasTier = all.some((figures) => figures.hotTierHitRate !== undefined);
  const header = ['query', ...(hasSetting ? ['setting'] : []), 'events', 'seconds', 'events/s', 'events/CPU-s', 'rows', 'back-pressured', 'spilled', 'GC', 'peak memory', ...(hasTier ? ['hot tier', 'SST'] : [])];
  const rows = all.map((figures) => [
    figures.query, ...(hasSetting ? [figures.setting ?? ''] : []), formatCount(figures.events), figures.seconds.toFixed(2), formatCount(figures.eventsPerSecond),
    formatCount(figures.eventsPerCpuSecond), formatCount(figures.outputRows), `${Math.round(figures.backPressured * 100)} %`, formatBytes(figures.spilledBytes), `${Math.round((figures.gcSeconds / figures.seconds) * 100)} %`, formatBytes(figures.peakRssBytes),
    ...(hasTier ? [figures.hotTierHitRate === undefined ? '' : `${(figures.hotTierHitRate * 100).toFixed(1)} %`, formatBytes(figures.sstBytes)] : []),
  ]);
  return formatTable(header, rows);
}
