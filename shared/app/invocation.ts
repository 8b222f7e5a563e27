import { AsyncLocalStorage } from "node:async_hooks";

import type { Emit } from "../core/telemetry.ts";

/** The part of the host's invocation context that is used. */
export interface InvocationContext {
  readonly triggerMetadata?: Readonly<Record<string, unknown>> | undefined;
  log(...line: unknown[]): void;
}

interface Invocation {
  readonly log: (line: string) => void;
  isOver: boolean;
}

const current = new AsyncLocalStorage<Invocation>();

/**
 * Runs `work` as part of an invocation, so that events are logged with its id. What happens after it
 * is over (a token refreshed in the background) goes to the console: the host drops a line that is
 * logged for an invocation it no longer knows.
 */
export async function duringInvocation<T>(
  context: InvocationContext,
  work: () => Promise<T>,
): Promise<T> {
  const invocation = { log: (line: string) => context.log(line), isOver: false };
  try {
    return await current.run(invocation, work);
  } finally {
    invocation.isOver = true;
  }
}

/** Writes an event as one line of JSON: what alerts and the workbook read (docs/operations.md). */
export const emitLine: Emit = (event) => {
  const line = JSON.stringify(event);
  const invocation = current.getStore();
  if (invocation === undefined || invocation.isOver) console.log(line);
  else invocation.log(line);
};
