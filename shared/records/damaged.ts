import { OperatorError } from "../core/errors.ts";

/**
 * A blob of a batch is missing, or is not what was written: nothing that depends on it is done until a
 * person restores it. `what` follows the path: "is missing". It never quotes the blob.
 */
export const batchDamaged = (
  path: string,
  what: string,
  options: { readonly fix?: string; readonly cause?: unknown } = {},
): OperatorError =>
  new OperatorError("BATCH_DAMAGED", `${path} ${what}.`, {
    fix:
      options.fix ??
      "Restore the blob from an earlier version (docs/runbook.md, A blob is gone): the batch then continues. If that is impossible, cancel the batch (npm run batch -- cancel <batch>) and send its open rows again in a new batch.",
    disposition: "retry",
    cause: options.cause,
  });
