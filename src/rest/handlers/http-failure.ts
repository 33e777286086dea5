// An answer other than success: its status and the text for `{"errors":[…]}`. Thrown by handlers, answered by the server.
// An expected outcome of a call, so it has no code; it never leaves the endpoint.

export class HttpFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
