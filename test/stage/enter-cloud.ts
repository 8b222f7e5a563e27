import { createRequire } from "node:module";
import tls from "node:tls";

import type { LocalCloud } from "../cloud/local-cloud.ts";

let entered = false;

/**
 * Makes this process live in the cloud as one does that was started with its environment: production
 * names lead to it, and its authority is trusted beside the usual ones. Once a process, for one cloud.
 */
export function enterCloud(cloud: Pick<LocalCloud, "redirect" | "caPem">): void {
  if (entered) throw new TypeError("this process lives in a cloud already");
  entered = true;
  process.env["LOCAL_CLOUD_REDIRECT"] = JSON.stringify(cloud.redirect);
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), cloud.caPem]);
  createRequire(import.meta.url)("../cloud/redirect.cjs");
}
