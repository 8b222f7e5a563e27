import { inspect } from "node:util";

import { type Limits, limits } from "../../core/limits.ts";
import { DEEPEST_LEVEL, isTooDeep } from "../../core/parse-json.ts";
import { isRecord } from "../../core/record.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { folderOf } from "../../records/paths.ts";
import { plainText } from "../../storage/decode-message.ts";
import type { HeldLease } from "../../storage/held-lease.ts";
import { batchNameIn } from "../message/envelope.ts";
import type { Allowed } from "../message/envelope.ts";
import { messageFolder } from "../message/name.ts";
import type { BatchPorts, Delivery, Postponed } from "../ports.ts";
import { type OwnRecipes, readOwnRecipes } from "../recipes/own-recipes.ts";

/** One delivery of a message, and what every step of working on it needs. */
export interface Context extends Delivery {
  readonly ports: BatchPorts;
  readonly allowed: Allowed;
  /** The recipes of the deployment's own, as they are now. */
  readonly ownRecipes: OwnRecipes;
  readonly limits: Limits;
  /** The same if the same message comes again. */
  readonly identity: string;
}

/** @throws OperatorError STORAGE_UNAVAILABLE */
export async function contextOf(
  ports: BatchPorts,
  raw: unknown,
  delivery: Delivery,
): Promise<Context> {
  const { catalogue, recipes, blobs, settings } = ports;
  const ownRecipes = await readOwnRecipes(blobs.inbox, { catalogue, recipes });
  return {
    ...delivery,
    ports,
    allowed: {
      homeTenant: settings.homeTenant,
      tenants: settings.tenants,
      operations: [
        ...new Set([...Object.keys(catalogue), ...Object.keys(recipes), ...ownRecipes.keys()]),
      ],
    },
    ownRecipes,
    limits: { ...limits, ...ports.limits },
    identity: identityOf(raw),
  };
}

/** A message that nests too deep cannot be written as JSON; what is written of it is cut there. */
function identityOf(raw: unknown): string {
  if (typeof raw === "string") return raw;
  return isTooDeep(raw) ? inspect(raw, { depth: DEEPEST_LEVEL }) : plainText(raw);
}

/** A batch name and the folder that belongs to it. */
export interface BatchFolder {
  readonly batch: string;
  readonly folder: string;
}

/** A batch's folder while its lock is held. */
export interface LockedFolder extends BatchFolder {
  readonly lock: Pick<HeldLease, "check">;
  /** The manifest in the folder, once it is known to be that of this message's own batch. */
  own?: BatchManifest | undefined;
  /** Nothing was in the folder before this delivery, so nothing has to be looked for. */
  isNew?: boolean;
}

/** Asks for the same message again after a delay. */
export const postpone = (delaySeconds: number, reason: string): Postponed => ({
  state: "again",
  delaySeconds,
  reason,
});

/** The folder in which to report what is wrong with a message: that of the batch it names, if it names one. */
export function folderOfMessage(
  { ports, allowed, messageId }: Context,
  value: unknown,
): BatchFolder {
  const batch = batchNameIn(value);
  if (batch === undefined) {
    const folder = messageFolder(messageId);
    return { batch: folder, folder };
  }
  const tenant = isRecord(value) ? value["tenant"] : undefined;
  const { homeTenant } = ports.settings;
  const known = allowed.tenants.find((each) => each === String(tenant).toLowerCase());
  return { batch, folder: folderOf(homeTenant, known ?? homeTenant, batch) };
}
