import { batchDamaged } from "../records/damaged.ts";
import { folderPrefix, isLeftUnsealed, isMadeByPlan, sealBlob } from "../records/paths.ts";
import { problemOf } from "../records/problem.ts";
import { jsonText } from "../records/stored-json.ts";
import type { Blobs } from "../storage/types.ts";
import { digest, type KnownDigest, type KnownDigests } from "./digest.ts";
import { type Seal, type SealedBlob, type SealKey, type Signer, rootOf } from "./seal.ts";

/** Blobs read at once. */
const READS_AT_ONCE = 8;

/** What a seal says beside the blobs. */
export type Ended = Pick<Seal, "batch" | "tenant" | "state" | "verdicts" | "endedAt">;

/**
 * Writes the seal of a batch that has ended and of which every blob is in place, and returns its root. A
 * vault that does not sign keeps no batch from ending: the seal then says why it is unsigned.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE
 */
export async function writeSeal(
  batches: Blobs,
  folder: string,
  ended: Ended,
  opened: OpenedKey,
  known?: KnownDigests,
): Promise<Pick<Seal, "root"> & { readonly isSigned: boolean }> {
  const sealed = {
    version: 1,
    ...ended,
    blobs: await digests(batches, folder, known),
  } as const;
  const root = rootOf(sealed);
  const signed = await signedBy(opened, root);
  const seal: Seal = { ...sealed, root, ...signed };
  await batches.write(sealBlob(folder), jsonText(seal));
  return { root, isSigned: signed.signature !== undefined };
}

/** The key with which to sign, if there is one; it is asked for while the reports are written. */
export type OpenedKey = Promise<Signer | undefined>;

/** Begins to open the key. Its error, if it has one, is seen when the seal is written. */
export function openKey(key: SealKey | undefined): OpenedKey {
  const opened = key?.open() ?? Promise.resolve(undefined);
  opened.catch(() => undefined);
  return opened;
}

async function signedBy(
  opened: OpenedKey,
  root: string,
): Promise<Pick<Seal, "signature" | "unsigned">> {
  try {
    const signer = await opened;
    if (signer === undefined) return { unsigned: "The setting SEAL_KEY names no key." };
    return { signature: await signer.sign(root) };
  } catch (error) {
    const { what, fix } = problemOf(error);
    return { unsigned: [what, fix].filter(Boolean).join(" ") };
  }
}

/** The digests of what a batch's plan made: they can be read long before the batch ends. */
export const digestsOfPlan = (batches: Blobs, folder: string): Promise<KnownDigests> =>
  digestsWhere(batches, folder, (path) => isMadeByPlan(folder, path));

/**
 * The digests of every blob of the folder that does not change any more, in the order of their paths. A known one
 * counts if the blob is still the version that was read.
 */
async function digests(
  batches: Blobs,
  folder: string,
  known: KnownDigests | undefined,
): Promise<readonly SealedBlob[]> {
  const isSealed = (path: string): boolean => !isLeftUnsealed(folder, path);
  const found = await digestsWhere(batches, folder, isSealed, known);
  return [...found].map(([path, { bytes, sha256 }]) => ({
    path: path.slice(folderPrefix(folder).length),
    bytes,
    sha256,
  }));
}

async function digestsWhere(
  batches: Blobs,
  folder: string,
  isWanted: (path: string) => boolean,
  known: KnownDigests = new Map(),
): Promise<KnownDigests> {
  const listed: { readonly path: string; readonly etag: string }[] = [];
  for await (const blob of batches.list(folderPrefix(folder))) {
    if (isWanted(blob.path)) listed.push(blob);
  }
  const found: (readonly [path: string, KnownDigest])[] = Array.from({ length: listed.length });
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < listed.length; at = next++) {
      const { path = "", etag } = listed[at] ?? {};
      const before = known.get(path);
      const read = before?.etag === etag ? before : await digest(batches, path);
      if (read === undefined) throw batchDamaged(path, "was deleted while the batch ended");
      found[at] = [path, read];
    }
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, work));
  return new Map(found);
}
