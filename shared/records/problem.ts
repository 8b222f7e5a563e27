import type { Clock } from "../core/clock.ts";
import { toOperatorError } from "../core/errors.ts";
import { parseJson } from "../core/parse-json.ts";
import { recordOf } from "../core/record.ts";
import type { Blobs } from "../storage/types.ts";
import { problemBlob } from "./paths.ts";
import { jsonText } from "./stored-json.ts";

/** The storage that holds the notes. */
interface Notes {
  readonly blobs: { readonly batches: Blobs };
}

/** What stopped an attempt, kept for the report of a message whose attempts are used up. */
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

/** Deletes the note, once the batch is planned. */
export const forgetProblem = ({ blobs }: Notes, folder: string): Promise<void> =>
  blobs.batches.delete(problemBlob(folder));

/** What was noted last in the folder, if anything. */
export async function readProblem({ blobs }: Notes, folder: string): Promise<Problem | undefined> {
  const blob = await blobs.batches.read(problemBlob(folder));
  if (blob === undefined) return undefined;
  const { code, what, fix } = noteIn(blob.bytes);
  return { code: String(code), what: String(what), fix: String(fix) };
}

/** A note that is damaged must not keep the batch from being settled: it says UNEXPECTED instead. */
function noteIn(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    return recordOf(parseJson(bytes.toString("utf8")));
  } catch (error) {
    return { ...problemOf(error) };
  }
}

/** What stopped an attempt. Of an unexpected error only the name is kept, because its text may quote the input. */
export function problemOf(error: unknown): Problem {
  const { code, what, fix } = toOperatorError(error);
  return { code, what, fix };
}
