import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

let digest: string | undefined;

/** SHA-256, hex, of the bundle that this process runs; `undefined` if it runs the sources. */
export function bundleDigest(): string | undefined {
  // Only in a CommonJS file, which the bundle is, there is such a name.
  if (typeof __filename !== "string") return undefined;
  return (digest ??= createHash("sha256").update(readFileSync(__filename)).digest("hex"));
}
