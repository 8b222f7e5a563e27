import type { Properties } from "../../catalogue/row.ts";
import { recordOf } from "../../core/record.ts";
import { idIn } from "./skus.ts";

/** How a user or group has one license. */
export interface Held {
  /** The plans that are disabled, sorted, if it was assigned to the object itself. */
  readonly direct?: readonly string[] | undefined;
  /** The groups from which a user inherits it. */
  readonly groups: readonly string[];
  /** Whether one of the groups did give it: then the user has a seat. */
  readonly isInherited: boolean;
}

/** What licenses an object has, by SKU id; `undefined` if that is not known. */
export type Holdings = ReadonlyMap<string, Held>;

/** What a user has: from `licenseAssignmentStates`, which says where each license comes from. */
export function heldByUser({ licenseAssignmentStates: states }: Properties): Holdings | undefined {
  if (!Array.isArray(states)) return undefined;
  const holdings = new Map<string, Held>();
  for (const raw of states as readonly unknown[]) {
    const { skuId, assignedByGroup, disabledPlans, state } = recordOf(raw);
    if (typeof skuId !== "string") continue;
    const id = skuId.toLowerCase();
    const held = holdings.get(id) ?? { groups: [], isInherited: false };
    const isActive = state === "Active" || state === "ActiveWithError";
    holdings.set(
      id,
      typeof assignedByGroup === "string"
        ? {
            ...held,
            groups: [...held.groups, assignedByGroup],
            isInherited: held.isInherited || isActive,
          }
        : { ...held, direct: sorted(disabledPlans) },
    );
  }
  return holdings;
}

/** What a group gives to its members. */
export function heldByGroup({ assignedLicenses: licenses }: Properties): Holdings | undefined {
  if (!Array.isArray(licenses)) return undefined;
  return new Map(
    (licenses as readonly unknown[]).flatMap((raw): [string, Held][] => {
      const { skuId, disabledPlans } = recordOf(raw);
      if (typeof skuId !== "string") return [];
      return [
        [skuId.toLowerCase(), { direct: sorted(disabledPlans), groups: [], isInherited: false }],
      ];
    }),
  );
}

function sorted(plans: unknown): readonly string[] {
  if (!Array.isArray(plans)) return [];
  return plans.flatMap((each) => (typeof each === "string" ? each.toLowerCase() : [])).toSorted();
}

/** The licenses of these names, as writes set them: null for one that was not assigned to the object itself. */
export const shownLicenses = (
  holdings: Holdings | undefined,
  names: readonly string[],
): Properties =>
  Object.fromEntries(
    names.map((name) => {
      const direct = holdings?.get(idIn(name))?.direct;
      return [name, direct === undefined ? null : { assigned: true, disabledPlans: direct }];
    }),
  );
