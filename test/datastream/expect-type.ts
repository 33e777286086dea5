// Compile-time assertions for type tests: they cost nothing at run time and fail the build, not the run.

/** True only when both types are the same, `any` and readonly included. */
export type Equals<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** Fails to compile unless the type argument is `true`: `expectType<Equals<typeof x, number>>()`. */
export function expectType<_IsTrue extends true>(): void {}
