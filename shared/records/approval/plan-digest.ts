import { hash } from "node:crypto";

import type { BatchManifest } from "../manifest.ts";

/** What a plan's digest stands for, beside its shards. */
type Planned = Pick<BatchManifest, "batch" | "tenant" | "contentSha256" | "rows">;

/**
 * The digest that an approval names, `sha256:<64 hex>`: of the batch, of its content and of every
 * planned write. The shards' own digests are given in the order of the shards; when they were
 * written, and in how many attempts, makes no difference.
 */
export const planDigest = (
  { batch, tenant, contentSha256, rows }: Planned,
  shards: readonly string[],
): string =>
  `sha256:${hash("sha256", JSON.stringify([1, tenant, batch, contentSha256, rows, shards]), "hex")}`;
