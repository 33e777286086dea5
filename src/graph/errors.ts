// Errors of programs that make no valid job. Thrown while a program is translated, in the process that runs it.
import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

/** Code -> when it is thrown. */
export const GRAPH_ERRORS = {
  PROGRAM_NO_OPERATORS: 'A program was executed that has no operator and no sink.',
  PARALLELISM_INVALID: 'A parallelism or max parallelism is not a positive integer, or a max parallelism is above 32768.',
  PARALLELISM_ABOVE_MAX: 'The parallelism of an operator is above its max parallelism.',
  UID_DUPLICATE: 'Two operators have the same uid or uid hash, so their state could not be told apart.',
  UID_HASH_INVALID: 'A uid hash is not 32 hexadecimal digits.',
  FORWARD_PARALLELISM_MISMATCH: 'forward() connects operators of different parallelism.',
  KEYED_INPUT_NOT_PARTITIONED: 'A keyed operator reads an input that is not partitioned by keyBy.',
  PROGRAM_NOT_DETERMINISTIC: 'The program built another graph when it was run again, so its functions cannot be found.',
} as const;

export class GraphError extends EngineError {
  constructor(code: keyof typeof GRAPH_ERRORS, message: string, options?: EngineErrorOptions) {
    super(code, message, options);
  }
}
