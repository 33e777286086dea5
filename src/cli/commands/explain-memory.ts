// `millrace explain-memory`: prints each memory pool of a TaskManager and a JobManager, and what a setting would change.
// Invariant: starts nothing and changes nothing; on an error stderr gets exactly one line and stdout none.
// Called on the main thread by the command line, which passes the doors to the host in `io`.

import { parseConfigSetting, type ConfigSetting } from '#core/config/config-setting';
import { validateConfiguration } from '#core/config/config-validation';
import { Configuration } from '#core/config/configuration';
import { keyNotices, keyWarnings } from '#core/config/key-notices';
import { ConfigError } from '#core/errors/config-errors';
import { EngineError } from '#core/errors/engine-error';
import { jobManagerReport, localReport, requireSafe, taskManagerReport, type MemoryHost, type MemoryReport } from '#core/memory/memory-report';
import { memoryReportLine, memoryReportTable } from '#cli/commands/explain-memory-format';

export interface ExplainMemoryIo {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly hostMemoryBytes: number;
  readonly hostCores: number;
  /** Settings of config.yaml, dotted keys; may throw an EngineError. */
  loadConfig(): Record<string, string>;
}

interface ExplainMemoryArgs {
  readonly settings: readonly ConfigSetting[];
  readonly whatIf: readonly ConfigSetting[];
  readonly process: 'taskmanager' | 'jobmanager' | 'both';
  readonly target: 'cluster' | 'local';
  readonly format: 'table' | 'ndjson';
  readonly isHelp: boolean;
}

const USAGE = `millrace explain-memory [-D key=value]… [--what-if key=value]… [--process taskmanager|jobmanager] [--target local] [--cluster URL] [--format table|ndjson]
Prints each memory pool: what is configured, what is derived, what is in use, and which keys change it.
  -D key=value       a setting over config.yaml
  --what-if key=value   also shows what this setting would change; refuses one that cannot hold
  --process KIND     only the taskmanager or the jobmanager
  --target local     the one process that runs jobs on this host, instead of a cluster's processes
  --cluster URL      a running cluster (not available yet)
  --format FORMAT    table (default) or ndjson
`;

/** Returns the exit code: 0 done, 1 settings that cannot hold, 2 usage. */
export function runExplainMemory(args: readonly string[], io: ExplainMemoryIo): number {
  try {
    const parsed = parseArgs(args);
    if (parsed.isHelp) io.stdout(USAGE);
    else explain(parsed, io);
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw thrown;
    io.stderr(`${thrown.line}\n`);
    return thrown.exitCode;
  }
}

function explain(args: ExplainMemoryArgs, io: ExplainMemoryIo): void {
  const host: MemoryHost = { memoryBytes: io.hostMemoryBytes, cores: io.hostCores };
  const config = Configuration.fromMap(io.loadConfig()).merge(configurationOf(args.settings));
  validateConfiguration(config);
  const before = reportsOf(config, args, host);
  const after = args.whatIf.length === 0 ? undefined : whatIfReports(before, config, args, host);
  const texts = before.map((report, index) => {
    const change = after === undefined ? undefined : { settings: args.whatIf, report: after[index] ?? report };
    return args.format === 'ndjson' ? memoryReportLine(report, change) : memoryReportTable(report, change);
  });
  io.stdout(texts.join(args.format === 'ndjson' ? '' : '\n'));
  const warnings = [...keyWarnings(config.keys()), ...(after ?? before).flatMap((report) => report.warnings)];
  for (const warning of warnings) io.stderr(`[WARN] ${warning}\n`);
}

function reportsOf(config: Configuration, args: ExplainMemoryArgs, host: MemoryHost): readonly MemoryReport[] {
  const reports: MemoryReport[] = [];
  if (args.process !== 'jobmanager') reports.push(args.target === 'local' ? localReport(config, host) : taskManagerReport(config, host));
  if (args.process !== 'taskmanager') reports.push(jobManagerReport(config, args.target));
  return reports;
}

function whatIfReports(before: readonly MemoryReport[], config: Configuration, args: ExplainMemoryArgs, host: MemoryHost): readonly MemoryReport[] {
  const keys = args.whatIf.map((setting) => setting.key);
  for (const notice of keyNotices(keys)) {
    if (notice.kind === 'unknown') throw new ConfigError('CONFIG_KEY_UNKNOWN', `--what-if: ${notice.message}`, { context: { key: notice.key } });
  }
  const changed = config.merge(configurationOf(args.whatIf));
  validateConfiguration(changed);
  const reports = refusedByKey(keys, () => reportsOf(changed, args, host));
  for (const [index, report] of reports.entries()) requireSafe(before[index] ?? report, report, keys, host, args.target);
  return reports;
}

/** A derivation that fails names what does not fit; this puts the setting that was asked for in front. */
function refusedByKey<T>(keys: readonly string[], derive: () => T): T {
  try {
    return derive();
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw thrown;
    throw new EngineError(thrown.code, `${keys.join(', ')} cannot be set so: ${thrown.message}`, { cause: thrown, context: { keys } });
  }
}

function configurationOf(settings: readonly ConfigSetting[]): Configuration {
  return settings.reduce((config, setting) => config.setText(setting.key, setting.value), Configuration.EMPTY);
}

function parseArgs(args: readonly string[]): ExplainMemoryArgs {
  const settings: ConfigSetting[] = [];
  const whatIf: ConfigSetting[] = [];
  const found = { process: 'both', target: 'cluster', format: 'table' };
  for (let at = 0; at < args.length; at++) {
    const { flag, inline } = splitFlag(args[at] ?? '');
    if (flag === '--help' || flag === '-h') return { settings, whatIf, process: 'both', target: 'cluster', format: 'table', isHelp: true };
    const valueOf = (): string => {
      const value = inline ?? args[++at];
      if (value === undefined) throw usage(`${flag} needs a value`);
      return value;
    };
    if (flag === '-D') settings.push(parseConfigSetting(valueOf()));
    else if (flag === '--what-if') whatIf.push(parseConfigSetting(valueOf(), flag));
    else if (flag === '--process') found.process = choice(flag, valueOf(), ['taskmanager', 'jobmanager']);
    else if (flag === '--target') found.target = choice(flag, valueOf(), ['local']);
    else if (flag === '--format') found.format = choice(flag, valueOf(), ['table', 'ndjson']);
    else if (flag === '--cluster') throw usage(`--cluster ${valueOf()} is not available yet: leave it out to see what would be derived`);
    else throw usage(`unknown argument '${args[at]}' of explain-memory: see millrace explain-memory --help`);
  }
  return { settings, whatIf, ...(found as Pick<ExplainMemoryArgs, 'process' | 'target' | 'format'>), isHelp: false };
}

/** `-Dkey=value` and `--flag=value` carry their value with them. */
function splitFlag(word: string): { readonly flag: string; readonly inline: string | undefined } {
  if (word.startsWith('-D') && word.length > 2) return { flag: '-D', inline: word.slice(2) };
  const at = word.indexOf('=');
  return word.startsWith('--') && at !== -1 ? { flag: word.slice(0, at), inline: word.slice(at + 1) } : { flag: word, inline: undefined };
}

function choice(flag: string, value: string, choices: readonly string[]): string {
  if (choices.includes(value)) return value;
  throw usage(`${flag} was given '${value}': use ${choices.join(' or ')}`);
}

function usage(message: string): EngineError {
  return new EngineError('CLI_USAGE', message, { exitCode: 2 });
}
