import { finishBatch } from "../../shared/batches/report/finish.ts";
import { systemClock } from "../../shared/core/clock.ts";
import { catalogue } from "../../shared/operations/list.ts";
import {
  changeControl,
  type RecordedDecision,
  withDecision,
} from "../../shared/records/decisions/control.ts";
import { readManifest } from "../../shared/records/manifest.ts";
import { announceWork, summonRunner } from "../../shared/records/markers/marker.ts";
import type { RunnerPorts } from "../../shared/runner/ports.ts";
import { allGranted, settings } from "../batches/workshop.ts";
import { recorded } from "../records/decisions.ts";
import type { Rig } from "./rig.ts";

/** The person who decides in these tests. */
export const ann = { kind: "person", oid: "a", name: "ann@contoso.com" } as const;

/** Records a decision and carries it out, as `decide` does. */
export async function decideAs(
  rig: Rig,
  folder: string,
  parts: Partial<RecordedDecision>,
): Promise<void> {
  const at = new Date().toISOString();
  const made = recorded({ at, by: ann, ...parts });
  await changeControl(rig.batches, folder, (control) => withDecision(control, made, at));
  const manifest = (await readManifest(rig.batches, folder))!.value;
  if (made.decision === "resume") {
    await announceWork(rig.runner, { manifest, folder, releasedAt: at, nowMs: Date.now() });
  } else {
    await summonRunner(rig.runner, manifest, folder, at);
  }
}

/** No row of these tests is refused, so nothing is examined. */
const noGraph = (): never => {
  throw new TypeError("nothing is refused");
};

/** The real end of a batch, in place of the rig's. */
export function reporting(rig: Rig): Pick<RunnerPorts, "finishBatch"> {
  const { batches, runner } = rig;
  const blobs = { batches, runner, inbox: batches };
  const emit: RunnerPorts["emit"] = (event) => void rig.events.push(event);
  const ports = {
    ...allGranted,
    blobs,
    clock: systemClock,
    settings,
    catalogue,
    emit,
    graphFor: noGraph,
  };
  return { finishBatch: (folder, receipts) => finishBatch(ports, folder, receipts) };
}
