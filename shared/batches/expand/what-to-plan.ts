import type { Limits } from "../../core/limits.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { keptColumns } from "../input/mapped-columns.ts";
import { storedMapper } from "../mapping/stored-mapping.ts";
import type { PlanJob } from "../plan/plan.ts";
import type { BatchPorts } from "../ports.ts";
import { storedRecipes } from "../recipes/stored-recipes.ts";
import { expandInput } from "./expand.ts";
import { openWorkBefore } from "./open-work.ts";
import { ExpansionWaits } from "./waits.ts";

/** A batch, and how long its delivery may work on it. */
interface Job {
  readonly folder: string;
  readonly manifest: BatchManifest;
  readonly keepsOpen: boolean;
  readonly hasTime: () => boolean;
  readonly check: () => void;
}

type ToPlan = Pick<PlanJob, "rows" | "rules">;

/** Why rows cannot be expanded yet. */
interface Waits {
  readonly waits: ExpansionWaits;
}

/**
 * The rows that are planned: those of the input, or their parts if rows of it expand. Answers `undefined` if
 * there was no time to expand all of them, and why they wait if earlier work has to end first.
 *
 * @throws as `expandInput`
 */
export async function whatToPlan(
  { ports, limits }: { readonly ports: BatchPorts; readonly limits: Limits },
  { folder, manifest, keepsOpen, hasTime, check }: Job,
): Promise<ToPlan | Waits | undefined> {
  const { catalogue, recipes, blobs } = ports;
  const { operation, origin } = manifest;
  const mapper = await storedMapper(blobs.batches, folder, manifest, keptColumns);
  if (!manifest.expands) {
    return { rows: manifest.rows, rules: { catalogue, operation, origin: origin?.kind, mapper } };
  }
  const { batches } = blobs;
  const own = await storedRecipes({ batches, catalogue }, folder, manifest);
  const expanding = expandInput({
    before: openWorkBefore(ports, folder, manifest),
    folder,
    manifest,
    mapper,
    keepsOpen,
    hasTime,
    check,
    batches,
    graph: ports.graphFor(manifest.tenant),
    catalogue,
    recipes: { ...recipes, ...own },
    mostRows: limits.rows,
  });
  const expansion = await expanding.catch(waitsIn);
  if (expansion && "waits" in expansion) return expansion;
  return expansion && { rows: expansion.rows, rules: { catalogue, origin: "expansion" } };
}

function waitsIn(error: unknown): Waits {
  if (error instanceof ExpansionWaits) return { waits: error };
  throw error;
}
