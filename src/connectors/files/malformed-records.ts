// What to do with a record that does not have the declared format: fail the job with file, line and a preview, or
// count and leave it out.
import { ConnectorError, requireOption } from '#connectors/errors';

export type OnMalformed = 'fail' | 'skip';

const PREVIEW_CHARS = 80;

export class MalformedRecords {
  readonly #onMalformed: OnMalformed;
  readonly #count: (metric: string, by: number) => void;

  constructor(onMalformed: OnMalformed, count: (metric: string, by: number) => void) {
    this.#onMalformed = onMalformed;
    this.#count = count;
  }

  /** @param line counted from 1. @param reason completes "<file>:<line>: ". Throws FILE_RECORD_MALFORMED unless told to skip. */
  report(path: string, line: number, text: string, reason: string, cause?: unknown): void {
    if (this.#onMalformed === 'skip') {
      this.#count('numRecordsInErrors', 1);
      return;
    }
    const preview = JSON.stringify(text.length > PREVIEW_CHARS ? `${text.slice(0, PREVIEW_CHARS)}…` : text);
    throw new ConnectorError('FILE_RECORD_MALFORMED', `${path}:${line}: ${reason}: ${preview}; repair the line or set onMalformed to 'skip'`, { cause, context: { path, line, preview } });
  }
}

export function checkOnMalformed(connector: string, value: OnMalformed | undefined): OnMalformed {
  const policy = value ?? 'fail';
  requireOption(policy === 'fail' || policy === 'skip', connector, 'onMalformed', policy, "'fail' or 'skip'");
  return policy;
}
