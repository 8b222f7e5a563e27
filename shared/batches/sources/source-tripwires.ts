import { findListEnding } from "../../guards/list-ending.ts";
import { sourceOf } from "../../guards/source.ts";
import { findTripwires, isCompared, withBatch } from "../../guards/tripwires.ts";
import type { BatchFiles } from "../../records/batch-files.ts";
import { readControl } from "../../records/decisions/control.ts";
import { readExpansion } from "../../records/expansion.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { folderOf } from "../../records/paths.ts";
import { type GuardFinding, type PlannedCharge, readPlan } from "../../records/plan.ts";
import { readSourceProfile, writeSourceProfile } from "../../records/sources/source-profile.ts";
import type { BatchPorts } from "../ports.ts";

type SourcePorts = Pick<BatchPorts, "blobs" | "settings">;

/**
 * Compares a planned batch with earlier ones of its source. A rerun of a batch that was held for such a
 * finding, and that nobody approved, is held for the same.
 *
 * @throws OperatorError BATCH_DAMAGED
 */
export async function tripwiresOf(
  { blobs, settings }: SourcePorts,
  manifest: BatchManifest,
  charge: PlannedCharge,
): Promise<readonly GuardFinding[]> {
  const known = isCompared(manifest, settings.tripwires)
    ? await readSourceProfile(blobs.runner, manifest.tenant, sourceOf(manifest))
    : undefined;
  const own = [
    ...findTripwires(manifest, charge, known?.value, settings.tripwires),
    ...findListEnding({
      manifest,
      hasLists: await hasLists({ blobs, settings }, manifest),
      removals: charge.counts["membership-removals"] ?? 0,
      isOn: settings.tripwires.isOn,
    }),
  ];
  const before = await heldBefore({ blobs, settings }, manifest);
  return [...own.filter(({ guard }) => before.every((each) => each.guard !== guard)), ...before];
}

/** Whether rows of the batch are whole lists of members. Those of a rerun remove nobody. */
async function hasLists(
  { blobs: { batches }, settings: { homeTenant } }: SourcePorts,
  { expands, tenant, batch, origin }: BatchManifest,
): Promise<boolean> {
  if (!expands || origin) return false;
  return (await readExpansion(batches, folderOf(homeTenant, tenant, batch)))?.hasLists === true;
}

/** What holds the batch that this one sends again: its rows are a file of their own, without a past. */
async function heldBefore(
  { blobs: { batches }, settings }: SourcePorts,
  { tenant, origin }: BatchManifest,
): Promise<readonly GuardFinding[]> {
  if (origin?.kind !== "rerun" || !settings.tripwires.isOn) return [];
  const folder = folderOf(settings.homeTenant, tenant, origin.of);
  const { approved } = await readControl(batches, folder);
  if (approved.length > 0) return [];
  const guards = (await readPlan(batches, folder))?.guards ?? [];
  return guards.filter(({ scope, held }) => scope === "source" && held);
}

/** How often a profile is read again that another batch of the source has changed in between. */
const MOST_ATTEMPTS = 5;

/**
 * Keeps what a batch that was run tells of its source. Only such a batch is an example for later ones: one
 * that was held, refused, cancelled or only planned is not. Repeating it changes nothing.
 */
export async function learnSource(
  { blobs, settings }: SourcePorts,
  { manifest, plan }: BatchFiles,
): Promise<void> {
  const { tenant } = manifest;
  const { deletes = 0, disables = 0 } = plan.charge?.counts ?? {};
  if (deletes + disables === 0 && !isCompared(manifest, settings.tripwires)) return;
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const known = await readSourceProfile(blobs.runner, tenant, sourceOf(manifest));
    const learned = withBatch(
      known?.value,
      manifest,
      plan.charge ?? { counts: {} },
      settings.tripwires,
    );
    if (JSON.stringify(learned) === JSON.stringify(known?.value)) return;
    if (await writeSourceProfile(blobs.runner, tenant, learned, known)) return;
  }
}
