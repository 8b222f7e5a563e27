import { OperatorError } from "../../core/errors.ts";
import { plainText } from "../../storage/decode-message.ts";
import type { Queue } from "../../storage/types.ts";
import type { Call } from "./ports.ts";

/** The delay before a transient failure is tried again, if the failure names none. */
const RETRY_SECONDS = 30;

/** What became of a message. */
export type Work =
  | { readonly state: "done" }
  | { readonly state: "again"; readonly delaySeconds: number; readonly reason: string };

/**
 * Works on a message, and puts a copy of it back on its queue if the work asks for it or fails with
 * disposition `retry`. The invocation then succeeds, so that waiting costs no attempt.
 *
 * @throws what `work` throws with any other disposition: the host counts an attempt.
 */
export async function workOrPutBack(
  message: unknown,
  queue: Queue,
  { note }: Call,
  work: () => Promise<Work>,
): Promise<void> {
  const putBack = async (seconds: number, why: string): Promise<void> => {
    const delaySeconds = Math.ceil(seconds);
    await queue.send(plainText(message), { delaySeconds });
    note(`put back for ${delaySeconds} s: ${why}`);
  };
  try {
    const result = await work();
    if (result.state === "again") await putBack(result.delaySeconds, result.reason);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.disposition !== "retry") throw error;
    await putBack((error.retryAfterMs ?? 0) / 1000 || RETRY_SECONDS, error.message);
  }
}
