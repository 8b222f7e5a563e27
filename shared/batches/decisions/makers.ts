import type { BatchPorts } from "../ports.ts";
import type { MadeBatch, MakeJob } from "../undo/job.ts";
import { rerun } from "../undo/rerun.ts";
import { undo } from "../undo/undo.ts";

/**
 * Makes a new batch out of a batch that has ended, and answers its name. Called again with the same
 * decision it answers the same name and makes nothing.
 *
 * @throws InputRefusal if nothing can be made of the chosen rows
 */
type MakeBatch = (ports: BatchPorts, job: MakeJob) => Promise<MadeBatch>;

/** What the decisions rerun and undo call. */
export const makers: Readonly<Record<"rerun" | "undo", MakeBatch>> = { rerun, undo };
