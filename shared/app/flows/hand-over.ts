import type { Clock } from "../../core/clock.ts";
import { toOperatorError } from "../../core/errors.ts";
import type { Call } from "./ports.ts";

/** The host kills a worker five seconds after it asked it to end (WorkerConstants). */
const LATE_AFTER_MS = 3_000;

/**
 * Hands work over if the instance is asked to stop and the work does not end in time: the host kills
 * the process soon, and its message would stay invisible for up to ten minutes. Call the function that
 * is returned when the work has ended.
 */
export function handOverIfLate(
  { stopping, note }: Call,
  clock: Clock,
  handOver: () => Promise<void>,
): () => void {
  const ended = new AbortController();
  const wait = async (): Promise<void> => {
    await clock.sleep(LATE_AFTER_MS, ended.signal);
    if (ended.signal.aborted) return;
    await handOver().catch((error: unknown) =>
      note(`not handed over: ${toOperatorError(error).message}`),
    );
  };
  const startWaiting = (): void => void wait();
  if (stopping.aborted) startWaiting();
  else stopping.addEventListener("abort", startWaiting, { once: true, signal: ended.signal });
  return () => ended.abort();
}
