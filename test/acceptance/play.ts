import type { Answer, Door, Known, Step } from "./step.ts";

/** What became of one step: the answer, or why it was left out. */
export interface Played {
  readonly step: Step;
  readonly answer?: Answer;
  /** The name that an earlier step did not learn. */
  readonly lacks?: string;
  /** Why there was no answer. */
  readonly silence?: string;
}

/** What a new object may answer until it has replicated (devblogs, designing for eventual consistency). */
const isLate = ({ status, body }: Answer): boolean =>
  status === 404 || (status === 400 && /don't exist/u.test(JSON.stringify(body ?? "")));

/**
 * Sends the steps one after the other. An answer that may be a delay of replication, where the other
 * side had success, is asked for again for up to `patienceMs`. Steps that clean up run in any case.
 */
export async function play(
  steps: readonly Step[],
  door: Door,
  start: Known,
  options: {
    readonly patienceMs: number;
    readonly sleep: (ms: number) => Promise<void>;
    /** Whether the step has success on the other side. */
    readonly succeeds?: (step: Step) => boolean;
    readonly tell?: (played: Played) => void;
  },
): Promise<{ readonly played: readonly Played[]; readonly known: Known }> {
  const known: Record<string, string> = { ...start };
  const all: Played[] = [];
  for (const step of steps) {
    const lacks = step.needs?.find((name) => known[name] === undefined);
    const played: Played =
      lacks === undefined ? await attempt(step, door, known, options) : { step, lacks };
    const id = (played.answer?.body as { readonly id?: unknown } | undefined)?.id;
    if (step.keep !== undefined && typeof id === "string") known[step.keep] = id;
    all.push(played);
    options.tell?.(played);
  }
  return { played: all, known };
}

/** A step without an answer does not end the play: what was made must still be removed. */
async function attempt(
  step: Step,
  door: Door,
  known: Known,
  options: Parameters<typeof play>[3],
): Promise<Played> {
  try {
    return { step, answer: await patiently(step, door, known, options) };
  } catch (error) {
    return { step, silence: error instanceof Error ? error.message : String(error) };
  }
}

const everyMs = 3000;

async function patiently(
  step: Step,
  door: Door,
  known: Known,
  options: Parameters<typeof play>[3],
): Promise<Answer> {
  for (let waitedMs = 0; ; waitedMs += everyMs) {
    const answer = await send(step, door, known);
    const mayBeLate = (options.succeeds?.(step) ?? false) && isLate(answer);
    if (!mayBeLate || waitedMs >= options.patienceMs) return answer;
    await options.sleep(everyMs);
  }
}

function send(step: Step, door: Door, known: Known): Promise<Answer> {
  const body = step.raw ?? (step.body && JSON.stringify(step.body(known)));
  return door.send({
    method: step.method,
    path: step.path(known),
    headers: {
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...step.headers,
    },
    body,
    token: step.token,
  });
}
