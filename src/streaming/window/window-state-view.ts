// State of one key and window: every kind of state over one entry of a map state of the key, named by the window.
import type { AnyState, MapState, StateDescriptor } from '#state/keyed/keyed-state';

export function windowStateView(descriptor: StateDescriptor, entries: MapState<string, unknown>, window: string): AnyState {
  const read = (): unknown => entries.get(window);
  const write = (value: unknown): void => (value === null ? entries.remove(window) : entries.put(window, value));
  const clear = (): void => entries.remove(window);
  switch (descriptor.kind) {
    case 'value': return { value: () => read() ?? descriptor.defaultValue ?? null, update: write, clear };
    case 'list': {
      const list = (): unknown[] => (read() as unknown[] | null) ?? [];
      return { get: list, add: (value: unknown) => write([...list(), value]), addAll: (values: readonly unknown[]) => write([...list(), ...values]), update: (values: readonly unknown[]) => write([...values]), clear };
    }
    case 'map': return mapView(read, write, clear);
    case 'reducing': return {
      get: () => read() as null,
      add: (value: unknown) => { const before = read(); write(before === null ? value : descriptor.reduce(before, value)); },
      clear,
    };
    case 'aggregating': {
      const { aggregate } = descriptor;
      return {
        get: () => { const accumulator = read(); return accumulator === null ? null : aggregate.getResult(accumulator) as unknown; },
        add: (value: unknown) => write(aggregate.add(value, read() ?? aggregate.createAccumulator())),
        clear,
      };
    }
  }
}

function mapView(read: () => unknown, write: (value: unknown) => void, clear: () => void): MapState<unknown, unknown> {
  const map = (): Map<unknown, unknown> => (read() as Map<unknown, unknown> | null) ?? new Map<unknown, unknown>();
  const change = (action: (entries: Map<unknown, unknown>) => void): void => {
    const entries = new Map(map());
    action(entries);
    write(entries);
  };
  return {
    get: (key) => map().get(key) ?? null,
    put: (key, value) => change((entries) => entries.set(key, value)),
    remove: (key) => change((entries) => entries.delete(key)),
    has: (key) => map().has(key),
    entries: () => map().entries(),
    keys: () => map().keys(),
    values: () => map().values(),
    isEmpty: () => map().size === 0,
    clear,
  };
}
