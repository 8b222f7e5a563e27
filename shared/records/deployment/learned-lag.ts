import { parseJson } from "../../core/parse-json.ts";
import { recordOf } from "../../core/record.ts";
import type { Blobs } from "../../storage/types.ts";
import { runnerStateBlob } from "../paths.ts";

/** How long Graph took lately to show a change everywhere, milliseconds, as the tenant's last runner learned it. */
export async function readLag(runner: Blobs, tenant: string): Promise<number> {
  const found = await runner.read(runnerStateBlob(tenant));
  const { lagMs } = found ? recordOf(parseJson(found.bytes.toString("utf8"))) : {};
  return typeof lagMs === "number" ? lagMs : 0;
}
