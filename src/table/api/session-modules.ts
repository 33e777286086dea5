// Modules of a session: where functions come from. `core` holds the built-in ones; `state`, once loaded, `savepoint_metadata`.
import { TableError } from '#table/errors';

const CORE = 'core';
const KNOWN = [CORE, 'state'];

export class SessionModules {
  #loaded: readonly string[] = [CORE];
  #used: readonly string[] = [CORE];

  /** In the order in which functions are looked up. */
  get used(): readonly string[] {
    return this.#used;
  }

  /** Loaded ones, whether used or not. */
  get all(): readonly { readonly name: string; readonly isUsed: boolean }[] {
    return this.#loaded.map((name) => ({ name, isUsed: this.#used.includes(name) }));
  }

  load(name: string): void {
    if (this.#loaded.includes(name)) throw new TableError('CATALOG_OBJECT_EXISTS', `A module with name '${name}' already exists`);
    if (!KNOWN.includes(name)) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Could not find any factory for identifier '${name}' that is a module. Available factory identifiers are: ${KNOWN.join(', ')}`);
    this.#loaded = [...this.#loaded, name];
    this.#used = [...this.#used, name];
  }

  unload(name: string): void {
    if (name === CORE) throw new TableError('CATALOG_OBJECT_IN_USE', "The module 'core' holds operators and built-in functions: it cannot be unloaded");
    if (!this.#loaded.includes(name)) throw unknown(name);
    this.#loaded = this.#loaded.filter((other) => other !== name);
    this.#used = this.#used.filter((other) => other !== name);
  }

  use(names: readonly string[]): void {
    for (const name of names) if (!this.#loaded.includes(name)) throw unknown(name);
    this.#used = names;
  }
}

const unknown = (name: string): TableError => new TableError('CATALOG_OBJECT_UNKNOWN', `No module with name '${name}' exists`);
