import type { ProtectionSettings } from "../../../shared/batches/ports.ts";
import { type ObjectId, toObjectId } from "../../../shared/core/object-id.ts";
import type { SmallDirectory } from "../small-directory.ts";
import { openWorkshop, settings, shardRows } from "../workshop.ts";

/** An object of which no test has a row. */
export const NEVER = toObjectId("99999999-0000-4000-8000-000000000009");

/** The objects of a test. */
export interface Ids {
  readonly ann: ObjectId;
  readonly vip: ObjectId;
  readonly staff: ObjectId;
  readonly tier0: ObjectId;
}

/** Makes the directory and the settings protect something. */
export type Protect = (ids: Ids, directory: SmallDirectory) => Partial<ProtectionSettings>;

interface Finding {
  readonly guard: string;
  readonly count: number;
  readonly held: boolean;
  readonly reason?: string;
}

/** What becomes of a batch of these rows beside an ordinary one. */
export async function planned(rows: (ids: Ids) => readonly object[], protect: Protect) {
  const { directory } = openWorkshop();
  const ids: Ids = {
    ann: toObjectId(directory.addUser("ann@contoso.com")),
    vip: toObjectId(directory.addUser("svc-vip@contoso.com")),
    staff: toObjectId(directory.addGroup("Staff")),
    tier0: toObjectId(directory.addGroup("Tier 0")),
  };
  const protection = { ...settings.protection, ...protect(ids, directory) };
  const workshop = openWorkshop({
    graphFor: () => directory,
    settings: { ...settings, protection },
  });
  const ordinary = { operation: "user.update", user: ids.ann, city: "Oslo" };
  const all = [ordinary, ...rows(ids)];
  await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows: all });
  const { batches, runner } = workshop.blobs;
  const plan = batches.json("b/plan.json") as unknown as {
    readonly guards: readonly Finding[];
    readonly verdicts: Readonly<Record<string, number>>;
  };
  const status = batches.json("b/status.json") as unknown as {
    readonly state: string;
    readonly reason?: string;
  };
  return {
    ...workshop,
    status,
    rows: shardRows(batches, "b"),
    finding: plan.guards.find(({ guard }) => guard === "protected-objects"),
    verdicts: plan.verdicts,
    isHandedOver: [...runner.blobs.keys()].some((path) => path.includes("/queue/")),
  };
}
