import { hash } from "node:crypto";

import * as v from "valibot";

import type { Blobs } from "../../storage/types.ts";
import type { InputProfile } from "../manifest.ts";
import { sourceBlob } from "../paths.ts";
import { jsonText, readStored, type Stored } from "../stored-json.ts";

/** What is known of the batches that one source has sent and that were run. */
export interface SourceProfile {
  readonly version: 1;
  /** The folder and the file name with its digits folded, and the like. */
  readonly source: string;
  /** The last one that was large enough to compare with, by the time it was accepted. */
  readonly latest?: LatestInput | undefined;
  /** The most that one batch had, by what guards count. */
  readonly most: Readonly<Record<string, number>>;
}

/** The input that later ones are compared with. */
export interface LatestInput extends InputProfile {
  readonly batch: string;
  readonly acceptedAt: string;
  readonly rows: number;
  readonly columns: readonly string[];
}

const shape = v.object({
  source: v.string(),
  latest: v.optional(
    v.object({
      batch: v.string(),
      acceptedAt: v.string(),
      rows: v.number(),
      columns: v.array(v.string()),
      filled: v.record(v.string(), v.number()),
      endsInLineBreak: v.boolean(),
    }),
  ),
  most: v.record(v.string(), v.number()),
});

const blobOf = (tenant: string, source: string): string =>
  sourceBlob(tenant, hash("sha256", source).slice(0, 32));

/** What is known of a source; `undefined` if no batch of it was run. @throws as `readStored` */
export const readSourceProfile = (
  runner: Blobs,
  tenant: string,
  source: string,
): Promise<Stored<SourceProfile> | undefined> => readStored(runner, blobOf(tenant, source), shape);

/** Replaces the version that was read; answers false if there is another one by now. */
export async function writeSourceProfile(
  runner: Blobs,
  tenant: string,
  profile: SourceProfile,
  read: Stored<SourceProfile> | undefined,
): Promise<boolean> {
  const condition = read === undefined ? { ifAbsent: true as const } : { ifMatch: read.etag };
  const path = blobOf(tenant, profile.source);
  return (await runner.write(path, jsonText(profile), condition)) !== undefined;
}
