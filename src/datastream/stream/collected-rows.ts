// Rows of one stream on their way back to the program. Flink's CloseableIterator: iterate it with `for await`, or
// take rows one by one; closing it early stops the reading, not the job.
import { ProgramError } from '#datastream/errors';
import type { JobClient } from '#datastream/environment/job-client';

export class CollectedRows<T> implements AsyncIterableIterator<T> {
  readonly #sinkUid: string;
  #rows: AsyncIterableIterator<unknown> | undefined;

  constructor(sinkUid: string) {
    this.#sinkUid = sinkUid;
  }

  /** Called by the environment when the job has started. */
  start(client: JobClient): void {
    this.#rows = client.collectedRows(this.#sinkUid);
  }

  async next(): Promise<IteratorResult<T>> {
    const rows = this.#rows;
    if (rows === undefined) {
      throw new ProgramError('PROGRAM_RESULT_NOT_STARTED', 'rows of collectAsync() were asked for before the job was started: call env.executeAsync() first');
    }
    return (await rows.next()) as IteratorResult<T>;
  }

  async return(): Promise<IteratorResult<T>> {
    await this.#rows?.return?.();
    return { done: true, value: undefined };
  }

  async close(): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
