import { operationNamed } from "../../catalogue/operation.ts";
import { OperatorError } from "../../core/errors.ts";
import { createProtectedRows, findProtected, type ProtectedRows } from "../../guards/protected.ts";
import { createHeldDigest, writeHeld } from "../../records/approval/held.ts";
import { readControl } from "../../records/decisions/control.ts";
import type { Admission } from "../../records/ledger/admission.ts";
import { streamShard } from "../../records/shard.ts";
import { storedFormOf } from "../../records/stored-write.ts";
import { holdOf } from "../plan/preflight.ts";
import { protectionOf } from "../protection/protection-of.ts";
import { hold } from "./hold.ts";
import type { AdmitPorts, Opening } from "./opening.ts";

/** What is protected could not be read for now: the batch is asked again after so long, milliseconds. */
const READ_AGAIN_MS = 60_000;

/**
 * Looks again at what is protected if the plan is old by now, and holds the batch if a row would change
 * something that was not protected when it was planned. An approval then has to name a digest of the plan
 * and of those rows; none releases rows of an operation that spares what is protected. A batch of which
 * something was sent is not held.
 */
export async function protectAtStart(ports: AdmitPorts, opening: Opening): Promise<Admission> {
  const { folder, manifest, plan, status, isBegun } = opening;
  const { batches } = ports.blobs;
  const ageMs = ports.clock.now() - Date.parse(plan.plannedAt);
  if (isBegun || ageMs < ports.settings.protection.recheckAfterMs) return { kind: "run" };
  const protect = await protectionOf(ports, manifest.tenant).catch(notNow);
  if (protect === undefined) {
    return { kind: "wait", untilMs: ports.clock.now() + READ_AGAIN_MS };
  }
  const { found, digest, never } = await newlyProtected(ports, opening, protect);
  if (found.count === 0) return { kind: "run" };
  const { approved } = await readControl(batches, folder);
  const isApproved = approved.some((each) => each.digest === digest);
  if (isApproved && never === undefined) return { kind: "run" };
  if (status?.state === "held" && status.digest === digest) return { kind: "held" };
  const { batch, tenant } = manifest;
  const at = new Date(ports.clock.now()).toISOString();
  await writeHeld(batches, folder, { version: 1, batch, digest, rows: found.count, at });
  const guards = [
    findProtected(found, false),
    ...plan.guards.filter(({ guard }) => guard !== "protected-objects"),
  ];
  const now = { ...plan, guards, digest };
  const why = holdOf({ ...now, guards: guards.slice(0, 1), lacking: [] }, ports.consentUrl(tenant));
  if (why === undefined) throw new TypeError("no guard holds the batch");
  const fix =
    never === undefined
      ? why.fix
      : `No approval releases it, because ${never} never changes what is protected. Cancel the batch and send the other rows under a new name.`;
  await hold(ports, folder, { manifest, plan: now }, { ...why, fix });
  return { kind: "held" };
}

interface NewlyProtected {
  readonly found: ProtectedRows;
  readonly digest: string;
  /** An operation of such a row that must not change what is protected, whoever approves it. */
  readonly never: string | undefined;
}

/** The rows that change something which is protected now, and was not when they were planned. */
async function newlyProtected(
  { blobs, catalogue }: AdmitPorts,
  { folder, plan }: Opening,
  protect: Awaited<ReturnType<typeof protectionOf>>,
): Promise<NewlyProtected> {
  const rows = createProtectedRows();
  const digest = createHeldDigest(plan.digest ?? "");
  let never: string | undefined;
  for (let shard = 1; shard <= plan.shards; shard++) {
    for await (const piece of streamShard(blobs.batches, folder, shard)) {
      for (const { row, operation, write } of piece) {
        const why = write && write.protected === undefined ? protect(write) : undefined;
        if (write === undefined || why === undefined) continue;
        rows.add(row, why);
        if (operationNamed(catalogue, operation)?.sparesProtected) never = operation;
        const stored = { ...storedFormOf(write), protected: why };
        digest.add({ row, operation, write: stored, before: undefined });
      }
    }
  }
  return { found: rows.value(), digest: digest.value(), never };
}

/** A read that was not answered is tried again later; anything else is an error. */
function notNow(error: unknown): undefined {
  if (error instanceof OperatorError && error.code === "READ_INCOMPLETE") return undefined;
  throw error;
}
