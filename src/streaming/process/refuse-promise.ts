// The check for functions that should have returned a value but returned something asynchronous.
import { StreamingError } from '#streaming/errors';

/** Throws when `result` is a promise or an async iterable; anything else is none of the engine's business. */
export function refusePromise(result: unknown, operatorName: string): void {
  if (typeof result !== 'object' || result === null) return;
  const isPromise = typeof (result as { then?: unknown }).then === 'function';
  if (!isPromise && !(Symbol.asyncIterator in result)) return;
  const seen = isPromise ? 'a promise' : 'an async iterable';
  if (isPromise) (result as Promise<unknown>).then(undefined, ignoreRejection);
  throw new StreamingError('USER_FUNCTION_RETURNED_PROMISE', `the function of ${operatorName} returned ${seen}: make it synchronous, or move the asynchronous work to a source or an async function`, {
    context: { operator: operatorName },
  });
}

/** The job fails for the promise itself; a later rejection must not end the thread on top of it. */
function ignoreRejection(): void {}
