// The state of a table environment: catalogs, settings, and what expressions depend on. One per environment; SET changes it.
import { SessionModules } from '#table/api/session-modules';
import { CatalogRegistry } from '#table/catalog/catalog-registry';
import type { CatalogFiles } from '#table/catalog/file-catalog';
import type { Clock } from '#platform/clock/clock';
import type { Random } from '#platform/random/random';
import { TableError } from '#table/errors';
import type { Snapshots } from '#table/factories/snapshots';
import type { FunctionContext } from '#table/functions/function-definition';
import { findTimeZone } from '#table/values/time-zone';
import type { ValidatorSession } from '#table/validator/statement-validator';

const DEFAULTS: Readonly<Record<string, string>> = { 'table.local-time-zone': 'default', 'execution.runtime-mode': 'STREAMING' };

const TIME_ZONE = 'table.local-time-zone';

export type LoadModule = (path: string) => Promise<Readonly<Record<string, unknown>>>;

const noModules: LoadModule = async (path) => {
  throw new TableError('FUNCTION_INVALID', `The module ${path} cannot be loaded: this table environment was made without a way to load modules`);
};

export class Session implements ValidatorSession {
  readonly catalogs: CatalogRegistry;
  /** A module of user functions by its path. */
  readonly loadModule: LoadModule;
  readonly modules = new SessionModules();
  /** For catalogs that are kept in files. */
  readonly catalogFiles: CatalogFiles | undefined;
  /** The program runs again, in a worker. */
  readonly isReplayed: boolean;
  readonly #settings = new Map<string, string>();
  /** Settings of the environment underneath, which SET hides. */
  readonly #base: (key: string) => string | undefined;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #random: Pick<Random, 'nextDouble'>;
  readonly #systemTimeZone: string;
  readonly #snapshots: Snapshots | undefined;

  constructor(options: { readonly base: (key: string) => string | undefined; readonly clock: Pick<Clock, 'now'>; readonly random: Pick<Random, 'nextDouble'>; readonly catalogs?: CatalogRegistry; readonly loadModule?: LoadModule; readonly snapshots?: Snapshots; readonly catalogFiles?: CatalogFiles | undefined; readonly isReplayed?: boolean | undefined }) {
    this.#base = options.base;
    this.#clock = options.clock;
    this.#random = options.random;
    this.catalogs = options.catalogs ?? new CatalogRegistry();
    this.loadModule = options.loadModule ?? noModules;
    this.#snapshots = options.snapshots;
    this.catalogFiles = options.catalogFiles;
    this.isReplayed = options.isReplayed ?? false;
    this.#systemTimeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  option(key: string): string | undefined {
    return this.#settings.get(key) ?? this.#base(key) ?? DEFAULTS[key];
  }

  /** Throws TABLE_OPTION_INVALID for a time zone that there is not. */
  set(key: string, value: string): void {
    if (key === TIME_ZONE && value !== 'default' && findTimeZone(value) === undefined) {
      throw new TableError('TABLE_OPTION_INVALID', `The supported Zone ID is either a full name such as 'America/Los_Angeles', or a custom timezone id such as 'GMT-08:00', but configured Zone ID is '${value}'.`);
    }
    this.#settings.set(key, value);
  }

  reset(key?: string): void {
    if (key === undefined) this.#settings.clear();
    else this.#settings.delete(key);
  }

  settings(): ReadonlyMap<string, string> {
    return this.#settings;
  }

  get isBatch(): boolean {
    return this.option('execution.runtime-mode')?.toUpperCase() === 'BATCH';
  }

  get timeZone(): string {
    const zone = this.option(TIME_ZONE);
    return zone === undefined || zone === 'default' ? this.#systemTimeZone : zone;
  }

  get functions(): FunctionContext {
    const clock = this.#clock;
    return {
      localTimeZone: this.timeZone, now: () => Math.floor(clock.now()), queryStartMs: Math.floor(clock.now()), isBatch: this.isBatch, random: () => this.#random.nextDouble(),
      catalog: this.catalogs.currentCatalog, database: this.catalogs.currentDatabase, configuration: this.#settings,
      ...(this.#snapshots === undefined ? {} : { snapshots: this.#snapshots }),
    };
  }
}
