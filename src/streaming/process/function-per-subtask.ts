// Gives each subtask a function object of its own, as if the function had been sent to it. The first subtask of a
// thread gets the user's object itself; further ones (inline jobs, restarts in place) get copies of its fields as they
// were when the program was built. A class with #private fields cannot be copied so: hand over a maker instead.

export type FunctionMaker<F extends object> = () => F;

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
    return Object.assign(Object.create(Object.getPrototypeOf(template) as object) as F, this.#fields);
  }
}
