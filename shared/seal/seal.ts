import { createHash, type JsonWebKey } from "node:crypto";

import * as v from "valibot";

import type { VerdictCounts } from "../catalogue/row.ts";
import { sealBlob } from "../records/paths.ts";
import { readStored } from "../records/stored-json.ts";
import type { Blobs } from "../storage/types.ts";

/**
 * `seal.json`: written when a batch has ended. It lists every blob that says what the batch was and what
 * became of it, each with its digest; the root is the digest over all of that, and is signed by a key that
 * never leaves the vault. A byte that is altered later shows, because its blob's digest, and with it the
 * root, is another one.
 */
export interface Seal {
  readonly version: 1;
  readonly batch: string;
  readonly tenant: string;
  readonly state: "finished" | "cancelled";
  readonly verdicts: VerdictCounts;
  readonly endedAt: string;
  /** By path. */
  readonly blobs: readonly SealedBlob[];
  /** `sha256:<hex>` over everything above. */
  readonly root: string;
  /** Absent if it could not be signed; `unsigned` then says why. */
  readonly signature?: SealSignature | undefined;
  readonly unsigned?: string | undefined;
}

/** One blob as it was when the batch ended. */
export interface SealedBlob {
  /** In the batch's folder. */
  readonly path: string;
  readonly bytes: number;
  /** Of the blob's content, hex. */
  readonly sha256: string;
}

/** A signature of a root, and what a reader needs to check it. */
export interface SealSignature {
  /** The key's identifier in the vault, with its version. */
  readonly key: string;
  /** PS256 is RSASSA-PSS with SHA-256 (RFC 7518, 3.5). */
  readonly algorithm: "PS256";
  /** Over the root's text, base64url. */
  readonly value: string;
  readonly publicKey: JsonWebKey;
}

/** A key that signs roots. */
export interface SealKey {
  /** Asks for the key's present version, which is what signs. @throws OperatorError if the vault does not tell it. */
  open(): Promise<Signer>;
}

/** One version of the key. */
export interface Signer {
  /** @throws OperatorError if the vault does not sign. */
  sign(text: string): Promise<SealSignature>;
}

/** The root over what a seal says, whatever else stands in it. */
export function rootOf(seal: Omit<Seal, "root" | "signature" | "unsigned">): string {
  const { version, batch, tenant, state, verdicts, endedAt, blobs } = seal;
  const counts = Object.entries(verdicts).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const listed = blobs.map(({ path, bytes, sha256 }) => [path, bytes, sha256]);
  const text = JSON.stringify([version, batch, tenant, state, counts, endedAt, listed]);
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

const shape = v.object({
  batch: v.string(),
  tenant: v.string(),
  state: v.picklist(["finished", "cancelled"]),
  verdicts: v.record(v.string(), v.number()),
  endedAt: v.string(),
  blobs: v.array(v.object({ path: v.string(), bytes: v.number(), sha256: v.string() })),
  root: v.string(),
  signature: v.optional(
    v.object({
      key: v.string(),
      algorithm: v.literal("PS256"),
      value: v.string(),
      publicKey: v.record(v.string(), v.unknown()),
    }),
  ),
  unsigned: v.optional(v.string()),
});

/** The seal of a batch; `undefined` if it has none. @throws as `readStored` */
export const readSeal = async (batches: Blobs, folder: string): Promise<Seal | undefined> =>
  (await readStored<Seal>(batches, sealBlob(folder), shape))?.value;
