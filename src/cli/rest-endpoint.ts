// The REST endpoint of a command that runs jobs, where rest.port asks for one. Its modules are loaded only then.
import type { Platform } from '#client/platform';
import type { DispatcherGateway } from '#cluster/gateways/gateways';
import type { Configuration } from '#core/config/configuration';
import { restOptions } from '#core/config/options/rest-options';
import { ConfigError } from '#core/errors/config-errors';
import type { RestServer } from '#rest/server/rest-server';

const PORT_MAX = 65_535;

/** Undefined when rest.port is not set. Says on stderr where it listens. Rejects with REST_ADDRESS_NOT_LOCAL, REST_PORT_TAKEN, CONFIG_VALUE_INVALID. */
export async function startEndpoint({ clock, random, log, process }: Platform, configuration: Configuration, dispatcher: DispatcherGateway): Promise<RestServer | undefined> {
  if (!configuration.contains(restOptions.port)) return undefined;
  const port = configuration.get(restOptions.port);
  if (port < 0 || port > PORT_MAX) throw new ConfigError('CONFIG_VALUE_INVALID', `${restOptions.port.key} cannot be '${port}': give 0 (any that is free) to ${PORT_MAX}`, { context: { key: restOptions.port.key, value: port } });
  const { RestServer } = await import('#rest/server/rest-server');
  const server = await RestServer.start({
    dispatcher, clock, random, log,
    bindAddress: configuration.get(restOptions.bindAddress), port,
    operationStoreMs: configuration.get(restOptions.asyncStoreDuration).toMillis(),
  });
  process.writeStderr(`REST endpoint: http://${server.address}\n`);
  return server;
}
