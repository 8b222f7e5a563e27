/** What JavaScript's clients throw for an answer of storage, and when there is none. */
interface StorageError {
  readonly name: "RestError";
  readonly code?: string;
  readonly statusCode?: number;
}

const isStorageError = (error: unknown): error is StorageError =>
  error instanceof Error && error.name === "RestError";

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  isStorageError(error) && codes.includes(error.code ?? "");

/** RequestFailedExceptionExtensions.IsServerSideError; no answer at all is none. */
export const isServerError = (error: unknown): boolean =>
  isStorageError(error) && (error.statusCode ?? 0) >= 500;

/** Whether the queue is absent, for example deleted by now. */
export const isQueueGone = (error: unknown): boolean =>
  hasCode(error, "QueueNotFound", "QueueBeingDeleted");

/** Whether the message or its queue is gone, or another instance has the message: no action needed. */
export const isOthersByNow = (error: unknown): boolean =>
  isQueueGone(error) || hasCode(error, "PopReceiptMismatch", "MessageNotFound");
