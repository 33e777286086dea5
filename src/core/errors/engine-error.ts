// Operating errors: everything that can go wrong without a programming mistake in the engine. Each top folder
// keeps one errors.ts with a table of its codes (code -> when it is thrown); docs/errors.md is made from the tables.

export interface EngineErrorOptions {
  readonly cause?: unknown;
  /** Facts for programs and logs: values seen, names, positions. Never needed to understand the message. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** 1 = job failed or bad input, 2 = usage. */
  readonly exitCode?: 1 | 2;
}

/** Base of every operating error. `message` is one line: what happened, the value seen, what to do. */
export class EngineError extends Error {
  readonly code: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly exitCode: 1 | 2;

  constructor(code: string, message: string, options: EngineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.context = options.context ?? {};
    this.exitCode = options.exitCode ?? 1;
  }

  /** The one line shown to a user: `[CODE] message`. */
  get line(): string {
    return `[${this.code}] ${this.message.replaceAll('\n', ' ')}`;
  }
}

/** Wire form of an error: crosses threads and processes and is kept in the exception history. */
export interface SerializedError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly stack: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly cause?: SerializedError;
}

/** Flattens any thrown value; a value that is not an Error keeps its text. Causes are followed to a depth of 8. */
export function serializeError(thrown: unknown, depth = 0): SerializedError {
  if (!(thrown instanceof Error)) return { name: 'Error', code: 'USER_VALUE_THROWN', message: String(thrown), stack: '', context: {} };
  const code = typeof (thrown as { code?: unknown }).code === 'string' ? (thrown as unknown as { code: string }).code : 'UNCODED';
  const context = thrown instanceof EngineError ? thrown.context : {};
  const base = { name: thrown.name, code, message: thrown.message, stack: thrown.stack ?? '', context };
  return thrown.cause === undefined || depth >= 8 ? base : { ...base, cause: serializeError(thrown.cause, depth + 1) };
}

/** The inverse of serializeError, keeping code, context and the original stack text. */
export function deserializeError(wire: SerializedError): EngineError {
  const error = new EngineError(wire.code, wire.message, {
    context: wire.context,
    ...(wire.cause === undefined ? {} : { cause: deserializeError(wire.cause) }),
  });
  error.name = wire.name;
  if (wire.stack !== '') error.stack = wire.stack;
  return error;
}
