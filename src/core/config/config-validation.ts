// Reads every typed key of a configuration once, so that a bad value is an error at start-up and not when it is first used.
// Pure; main thread, after all sources of configuration are merged.

import { allOptions } from '#core/config/all-options';
import type { Configuration } from '#core/config/configuration';

/** Throws CONFIG_VALUE_INVALID for the first key, in the order of the reference page, whose value cannot be read. */
export function validateConfiguration(config: Configuration): void {
  for (const option of allOptions) config.getOptional(option);
}
