import { recordIn } from "../../core/parse-json.ts";
import type { Blobs } from "../../storage/types.ts";
import { runnerStateBlob } from "../paths.ts";

/** No runner learns a longer one, milliseconds. */
const LONGEST_MS = 60_000;

/**
 * How long Graph took lately to show a change everywhere, milliseconds, as the tenant's last runner learned it. Of a
 * state that cannot be read nothing is known.
 */
export async function readLag(runner: Blobs, tenant: string): Promise<number> {
  const found = await runner.read(runnerStateBlob(tenant));
  const { lagMs } = recordIn(found?.bytes.toString("utf8") ?? "");
  return typeof lagMs === "number" && lagMs <= LONGEST_MS ? lagMs : 0;
}
