// Gives each subtask a function object of its own, as if the function had been sent to it. The first subtask of a
// thread gets the user's object itself; further ones (inline jobs, restarts in place) get what `perSubtask` was told to
// make, else copies of the object's fields as they were when the program was built.

export type FunctionMaker<F extends object> = () => F;

const makers = new WeakMap<object, FunctionMaker<object>>();

/**
 * A function object that further subtasks of the same thread get from `make` too, not as a copy: needed when its class
 * has #private fields or its fields must not be shared. `make` is called once at once: `stream.map(perSubtask(() => new
 * Mapper()))`. Only inline jobs and restarts in place have further subtasks; a worker builds the program for itself.
 */
export function perSubtask<F extends object>(make: FunctionMaker<F>): F {
  const first = make();
  makers.set(first, make);
  return first;
}

export class FunctionPerSubtask<F extends object> {
  readonly #template: F | FunctionMaker<F>;
  readonly #fields: Readonly<Record<string, unknown>>;
  #isTaken = false;

  constructor(template: F | FunctionMaker<F>) {
    this.#template = template;
    this.#fields = typeof template === 'function' ? {} : { ...template };
  }

  take(): F {
    const template = this.#template;
    if (typeof template === 'function') return (template as FunctionMaker<F>)();
    if (!this.#isTaken) {
      this.#isTaken = true;
      return template;
    }
    const make = makers.get(template) as FunctionMaker<F> | undefined;
    return make?.() ?? Object.assign(Object.create(Object.getPrototypeOf(template) as object) as F, this.#fields);
  }
}
