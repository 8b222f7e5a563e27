/** Every stable code an operator can meet; docs/errors.md has one heading per code. */
export type ErrorCode =
  // input: the sender corrects it
  | "MESSAGE_UNREADABLE"
  | "MESSAGE_INVALID"
  | "MESSAGE_TOO_LARGE"
  | "VERSION_UNKNOWN"
  | "OPERATION_UNKNOWN"
  | "TENANT_NOT_ALLOWED"
  | "BATCH_NAME_TAKEN"
  | "FILE_NAME_INVALID"
  | "FILE_NOT_FOUND"
  | "FILE_CHANGED"
  | "FILE_ALREADY_TAKEN"
  | "FILE_UNREADABLE"
  | "FILE_CUT_OFF"
  | "FILE_EMPTY"
  | "FILE_TOO_LARGE"
  | "MAPPING_INVALID"
  | "RECIPE_INVALID"
  | "COLUMN_UNKNOWN"
  | "COLUMN_MISSING"
  | "COLUMN_DUPLICATE"
  | "PASSWORD_COLUMN"
  | "ROW_TOO_LARGE"
  | "TOO_MANY_ROWS"
  | "TOO_MANY_INVALID_ROWS"
  | "MESSAGE_LOST"
  | "ATTEMPTS_EXHAUSTED"
  | "PROOF_REFUSED"
  // set-up: an administrator corrects it
  | "SETTINGS_INVALID"
  | "SCOPE_INVALID"
  | "RESOURCE_NOT_ALLOWED"
  | "CERTIFICATE_NOT_FOUND"
  | "CERTIFICATE_UNUSABLE"
  | "CERTIFICATE_NOT_REGISTERED"
  | "VAULT_REFUSED"
  | "VAULT_UNREACHABLE"
  | "IDENTITY_UNAVAILABLE"
  | "TOKEN_REFUSED"
  | "CONSENT_MISSING"
  | "PERMISSION_MISSING"
  // stored data or the program is at fault: a person corrects it
  | "BATCH_DAMAGED"
  | "UNEXPECTED"
  // transient faults: retried
  | "TOKEN_UNREACHABLE"
  | "GRAPH_THROTTLED"
  | "GRAPH_UNAVAILABLE"
  | "GRAPH_ANSWER_LOST"
  | "GRAPH_REFUSED"
  | "READ_INCOMPLETE"
  | "STORAGE_UNAVAILABLE"
  | "LEASE_LOST";

/**
 * What the function does with the message that caused the error: `retry` puts it back with a delay at
 * no cost, `refuse` records it in the batch and is done with it, `stop` throws, so that the host's
 * attempts and finally the poison queue count it.
 */
export type Disposition = "retry" | "refuse" | "stop";

/** An expected failure: what happened, what a person does about it, and what the program does next. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly code: ErrorCode;
  /** What happened, without code and fix. Never holds a payload value, token or key. */
  readonly what: string;
  readonly fix: string;
  readonly disposition: Disposition;
  /** The wait that the other side asked for, in milliseconds, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    what: string,
    options: {
      fix: string;
      disposition: Disposition;
      cause?: unknown;
      retryAfterMs?: number | undefined;
    },
  ) {
    super(`[${code}] ${what} Fix: ${options.fix}`, { cause: options.cause });
    this.code = code;
    this.what = what;
    this.fix = options.fix;
    this.disposition = options.disposition;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * An error in a form that may be shown: an OperatorError as it is, any other by its name only, because
 * its own message may quote what was being worked on (`Buffer.alloc` puts its argument into its
 * TypeError). The error itself is in `cause`.
 */
export const toOperatorError = (error: unknown): OperatorError =>
  error instanceof OperatorError
    ? error
    : new OperatorError(
        "UNEXPECTED",
        `An unexpected error occurred (${error instanceof Error ? error.name : typeof error}).`,
        {
          fix: "Look at the function's log at that time, and report it.",
          disposition: "stop",
          cause: error,
        },
      );
