// A small map by key value, for any key type: equal keys have equal bytes. For rare work (restore), not for rows.
import { encodePlain } from '#core/serialization/plain-value';

export class UndeclaredKeys<V> {
  readonly #values = new Map<string, V>();

  get(key: unknown): V | undefined {
    return this.#values.get(textOf(key));
  }

  set(key: unknown, value: V): void {
    this.#values.set(textOf(key), value);
  }

  values(): IterableIterator<V> {
    return this.#values.values();
  }
}

function textOf(key: unknown): string {
  return typeof key === 'string' ? `s${key}` : Buffer.from(encodePlain(key)).toString('latin1');
}
