import * as v from "valibot";

import type { Blobs } from "../../storage/types.ts";
import { heartbeatBlob } from "../paths.ts";
import { jsonText, readStored } from "../stored-json.ts";

/**
 * `heartbeat.json` of container `runner`: written by every sweep. It says that the app runs, and what an
 * operator's command needs to know of the deployment; nothing of the app reads it.
 */
export interface Heartbeat {
  readonly version: 1;
  readonly at: string;
  readonly homeTenant: string;
  /** Every tenant that a batch may name. */
  readonly tenants: readonly string[];
  /** The registration with which people sign decisions; absent if the deployment asks for no proof. */
  readonly decisionClientId?: string | undefined;
  /** SHA-256, hex, of the deployed bundle; absent if the app does not run from one. */
  readonly bundle?: string | undefined;
  /** Node's version. */
  readonly node: string;
}

const shape = v.object({
  at: v.string(),
  homeTenant: v.string(),
  tenants: v.array(v.string()),
  decisionClientId: v.optional(v.string()),
  bundle: v.optional(v.string()),
  node: v.string(),
});

/** Replaces the heartbeat. @throws OperatorError STORAGE_UNAVAILABLE */
export async function writeHeartbeat(
  runner: Blobs,
  heartbeat: Omit<Heartbeat, "version">,
): Promise<void> {
  await runner.write(heartbeatBlob, jsonText({ version: 1, ...heartbeat }));
}

/** The last heartbeat; `undefined` if no sweep ran yet. @throws as `readStored` */
export const readHeartbeat = async (runner: Blobs): Promise<Heartbeat | undefined> =>
  (await readStored<Heartbeat>(runner, heartbeatBlob, shape))?.value;
