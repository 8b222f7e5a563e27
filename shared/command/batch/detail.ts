import { readHeld } from "../../records/approval/held.ts";
import { type Control, readControl } from "../../records/decisions/control.ts";
import { type BatchManifest, readManifest } from "../../records/manifest.ts";
import { batchOf } from "../../records/paths.ts";
import { type Plan, readPlan } from "../../records/plan.ts";
import { type Problem, readProblem } from "../../records/problem.ts";
import { readRefused, type Refused } from "../../records/refused.ts";
import { type BatchStatus, readStatus } from "../../records/status.ts";
import type { Account } from "../account/account.ts";
import { noSuchBatch } from "./folders.ts";

/** Everything small that is kept of a batch. */
export interface Detail {
  readonly batch: string;
  readonly folder: string;
  readonly manifest?: BatchManifest | undefined;
  readonly status?: BatchStatus | undefined;
  readonly plan?: Plan | undefined;
  /** What people decided about it. */
  readonly control: Control;
  /** What an approval has to name now. */
  readonly digest?: string | undefined;
  readonly refused?: Refused | undefined;
  readonly problem?: Problem | undefined;
}

/** @throws CommandError if there is no such batch */
export async function readDetail(account: Account, folder: string): Promise<Detail> {
  const { blobs } = account;
  const [manifest, status, plan, held, control, refused, problem] = await Promise.all([
    readManifest(blobs.batches, folder),
    readStatus(blobs.batches, folder),
    readPlan(blobs.batches, folder),
    readHeld(blobs.batches, folder),
    readControl(blobs.batches, folder),
    readRefused(blobs.batches, folder),
    readProblem({ blobs }, folder),
  ]);
  const kept = manifest?.value;
  if (kept?.source.kind === "claimed") throw noSuchBatch(folder);
  if (kept === undefined && status === undefined && refused === undefined) {
    throw noSuchBatch(folder);
  }
  const digest = held?.digest ?? plan?.digest;
  const batch = batchOf(folder);
  return { batch, folder, manifest: kept, status, plan, control, digest, refused, problem };
}
