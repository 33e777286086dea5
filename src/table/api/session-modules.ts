// Modules of a session: where functions come from. `core` holds the built-in ones and is the only kind there is.
import { TableError } from '#table/errors';

const CORE = 'core';

export class SessionModules {
  #used: readonly string[] = [CORE];

  /** In the order in which functions are looked up. */
  get used(): readonly string[] {
    return this.#used;
  }

  /** Loaded ones, whether used or not. */
  get all(): readonly { readonly name: string; readonly isUsed: boolean }[] {
    return [{ name: CORE, isUsed: this.#used.includes(CORE) }];
  }

  load(name: string): void {
    if (name === CORE) throw new TableError('CATALOG_OBJECT_EXISTS', `A module with name '${name}' already exists`);
    throw new TableError('CATALOG_OBJECT_UNKNOWN', `Could not find any factory for identifier '${name}' that is a module. Available factory identifiers are: ${CORE}`);
  }

  unload(name: string): void {
    if (name === CORE) throw new TableError('CATALOG_OBJECT_IN_USE', "The module 'core' holds operators and built-in functions: it cannot be unloaded");
    throw unknown(name);
  }

  use(names: readonly string[]): void {
    for (const name of names) if (name !== CORE) throw unknown(name);
    this.#used = names;
  }
}

const unknown = (name: string): TableError => new TableError('CATALOG_OBJECT_UNKNOWN', `No module with name '${name}' exists`);
