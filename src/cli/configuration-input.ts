// The configuration of a command: config.yaml of the directory MILLRACE_CONF_DIR names (else ./conf, if it is there),
// then -D, then options that stand for a key. Unknown keys are warned of on stderr, bad values are errors.
import { join } from 'node:path';
import { valueOf, countOf, type OptionSpec, type ParsedArguments } from '#cli/arguments';
import type { Platform } from '#client/platform';
import { parseConfigSetting } from '#core/config/config-setting';
import { Configuration } from '#core/config/configuration';
import { executionOptions } from '#core/config/options/execution-options';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';

export const CONFIGURATION_OPTIONS: readonly OptionSpec[] = [
  { name: 'parallelism', short: 'p', value: 'N', description: 'default parallelism of the job' },
  { name: 'define', short: 'D', value: 'key=value', isRepeatable: true, description: 'a setting over config.yaml' },
];

/** Throws CONFIG_FILE_INVALID, CONFIG_SETTING_INVALID, CONFIG_VALUE_INVALID, USAGE_VALUE_INVALID. */
export async function readConfiguration(platform: Platform, parsed: ParsedArguments): Promise<Configuration> {
  const settings = (parsed.values.get('define') ?? []).map((text) => parseConfigSetting(text));
  const parallelism = countOf(parsed, 'parallelism');
  const savepoint = valueOf(parsed, 'from-savepoint');
  const claimMode = valueOf(parsed, 'claim-mode');
  let configuration = await readConfigFile(platform);
  for (const { key, value } of settings) configuration = configuration.setText(key, value);
  if (parallelism !== undefined) configuration = configuration.set(executionOptions.parallelismDefault, parallelism);
  if (savepoint !== undefined) configuration = configuration.set(stateRecoveryOptions.path, savepoint);
  if (claimMode !== undefined) configuration = configuration.set(stateRecoveryOptions.claimMode, claimMode === 'claim' ? 'CLAIM' : 'NO_CLAIM');
  if (configuration.keys().length > 0) await checkConfiguration(platform, configuration);
  return configuration;
}

/** Settings of config.yaml, empty when there is no such file. */
export async function readConfigFile(platform: Platform): Promise<Configuration> {
  const path = join(platform.process.env['MILLRACE_CONF_DIR'] ?? join(platform.process.cwd(), 'conf'), 'config.yaml');
  if (!platform.files.existsSync(path)) return Configuration.EMPTY;
  const { parseConfigYaml } = await import('#core/config/config-yaml');
  return parseConfigYaml(new TextDecoder().decode(platform.files.readSync(path)), path);
}

// Loaded only when something is set: the table of all keys is the largest part of the configuration.
async function checkConfiguration(platform: Platform, configuration: Configuration): Promise<void> {
  const [{ validateConfiguration }, { keyWarnings }] = await Promise.all([import('#core/config/config-validation'), import('#core/config/key-notices')]);
  validateConfiguration(configuration);
  for (const warning of keyWarnings(configuration.keys())) platform.process.writeStderr(`[WARN] ${warning}\n`);
}
