import type { Clock } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";
import { plainText } from "../../storage/decode-message.ts";
import type { Queue } from "../../storage/types.ts";
import { handOverIfLate } from "./hand-over.ts";
import type { Call } from "./ports.ts";

/** The delay before a transient failure is tried again, if the failure names none. */
const RETRY_SECONDS = 30;
/** A batch's lock outlives a process that is killed by this. */
const LOCK_SECONDS = 60;

/** What became of a message. */
export type Work =
  | { readonly state: "done"; readonly note?: string }
  | { readonly state: "again"; readonly delaySeconds: number; readonly reason: string };

/**
 * Works on a message, and puts a copy of it back on its queue if the work asks for it, fails with
 * disposition `retry`, or does not end before a stopping instance is killed. The invocation then
 * succeeds, so that waiting costs no attempt.
 *
 * @throws what `work` throws with any other disposition: the host counts an attempt.
 */
export async function workOrPutBack(
  from: { readonly message: unknown; readonly queue: Queue; readonly clock: Clock },
  call: Call,
  work: () => Promise<Work>,
): Promise<void> {
  let isBack = false;
  const putBack = async (seconds: number, why: string): Promise<void> => {
    if (isBack) return;
    isBack = true;
    const delaySeconds = Math.ceil(seconds);
    await from.queue.send(plainText(from.message), { delaySeconds });
    call.note(`put back for ${delaySeconds} s: ${why}`);
  };
  const hasEnded = handOverIfLate(call, from.clock, () =>
    putBack(LOCK_SECONDS, "the instance is stopping"),
  );
  try {
    const result = await work();
    if (result.state === "again") await putBack(result.delaySeconds, result.reason);
    else if (result.note !== undefined) call.note(result.note);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.disposition !== "retry") throw error;
    await putBack((error.retryAfterMs ?? 0) / 1000 || RETRY_SECONDS, error.message);
  } finally {
    hasEnded();
  }
}
