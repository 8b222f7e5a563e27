import { OperatorError } from "../core/errors.ts";

/** What a call needs, for the error an administrator reads if it is refused. */
export interface Place {
  /** `container batches`, `queue run`. */
  readonly where: string;
  /** The built-in role that allows it. */
  readonly role: string;
}

/** Storage's own error code (`BlobNotFound`), or `undefined` if the error is not its answer. */
export const storageCode = (error: unknown): string | undefined => {
  const { code, details } = shapeOf(error);
  return details?.errorCode ?? code;
};

/**
 * Turns what the SDK threw into an OperatorError STORAGE_UNAVAILABLE, disposition `retry`; a 403
 * names the missing role. What did not come from storage (a source stream's error, a credential's
 * OperatorError, a programming mistake) is returned as it is.
 */
export function toStorageError(error: unknown, place: Place): Error {
  if (!(error instanceof Error)) return new TypeError("storage threw no error", { cause: error });
  if (error instanceof OperatorError) return error;
  const { name, statusCode } = shapeOf(error);
  const code = storageCode(error);
  if (name === "AbortError" || name === "TimeoutError") {
    return unavailable(`Storage did not answer in time (${place.where})`, PASSES, error);
  }
  if (name !== "RestError" && name !== "AuthenticationError") return error;
  if (statusCode === 401 || statusCode === 403) {
    return unavailable(
      `Storage refused the app (${place.where}, ${statusCode}${code ? ` ${code}` : ""})`,
      code === "AuthorizationFailure"
        ? "Let the app's network reach the storage account (firewall, private endpoint)."
        : `Give the app's managed identity the role "${place.role}" on the storage account; a new role takes effect after some minutes.`,
      error,
    );
  }
  if (code === "ContainerNotFound" || code === "QueueNotFound") {
    return unavailable(
      `There is no ${place.where}`,
      "If it was there before, restore it first (docs/disaster-recovery.md): if it is empty, the sweep runs every file of inbox again. If it was never there, deploy infra/ again, which creates it.",
      error,
    );
  }
  return unavailable(
    `Storage failed (${place.where}, ${statusCode ?? "no answer"}${code ? ` ${code}` : ""})`,
    PASSES,
    error,
  );
}

const PASSES =
  "The work is retried automatically. If the error lasts, check the storage account's health and network rules.";

const unavailable = (what: string, fix: string, cause: unknown): OperatorError =>
  new OperatorError("STORAGE_UNAVAILABLE", `${what}.`, { fix, disposition: "retry", cause });

/** The few properties of the SDK's RestError that are read; the class itself is not ours to import. */
function shapeOf(error: unknown): {
  name?: string;
  code?: string;
  statusCode?: number;
  details?: { errorCode?: string };
} {
  return typeof error === "object" && error !== null ? error : {};
}

/** The error of a process that was superseded: it stops at once, and its successor continues. */
export const leaseLost = (what: string, cause?: unknown): OperatorError =>
  new OperatorError("LEASE_LOST", what, {
    fix: "No action needed: the process that took over continues.",
    disposition: "retry",
    cause,
  });
