import type { Clock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import { recordOf } from "../core/record.ts";
import type { Blobs } from "../storage/types.ts";
import { problemBlob } from "./paths.ts";
import { jsonText } from "./stored-json.ts";

/** Where notes are kept. */
interface Notes {
  readonly blobs: { readonly batches: Blobs };
}

/** What stopped an attempt, for whoever has to say so once the attempts are used up. */
export interface Problem {
  readonly code: string;
  readonly what: string;
  readonly fix: string;
}

/** Keeps in the batch's folder why an attempt failed. Never throws: the failure itself matters more. */
export async function noteProblem(
  { blobs, clock }: Notes & { readonly clock: Clock },
  folder: string,
  error: unknown,
): Promise<void> {
  const note = { version: 1, ...problemOf(error), at: new Date(clock.now()).toISOString() };
  await blobs.batches.write(problemBlob(folder), jsonText(note)).catch(() => undefined);
}

/** Once the batch is planned, what stopped earlier attempts is history. */
export const forgetProblem = ({ blobs }: Notes, folder: string): Promise<void> =>
  blobs.batches.delete(problemBlob(folder));

/** What was noted last in the folder, if anything. */
export async function readProblem({ blobs }: Notes, folder: string): Promise<Problem | undefined> {
  const blob = await blobs.batches.read(problemBlob(folder));
  if (blob === undefined) return undefined;
  const { code, what, fix } = recordOf(JSON.parse(blob.bytes.toString("utf8")));
  return { code: String(code), what: String(what), fix: String(fix) };
}

/** Where notes are kept. */
interface Notes {
  readonly blobs: { readonly batches: Blobs };
}

/** What stopped an attempt. An unexpected error's own text may quote the input, so only its kind is kept. */
export function problemOf(error: unknown): Problem {
  if (error instanceof OperatorError) {
    const { code, what, fix } = error;
    return { code, what, fix };
  }
  return {
    code: "UNEXPECTED",
    what: `The program met an error that it does not know (${error instanceof Error ? error.name : typeof error}).`,
    fix: "Look at the function's log at that time; please report it.",
  };
}
