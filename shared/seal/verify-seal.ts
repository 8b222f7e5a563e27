import { constants, createHash, createPublicKey, verify } from "node:crypto";

import { OperatorError } from "../core/errors.ts";
import { firstLink } from "../records/chain.ts";
import { replay } from "../records/history/replay.ts";
import { beforePrefix, folderPrefix, isLeftUnsealed, journalBlob } from "../records/paths.ts";
import { readPlan } from "../records/plan.ts";
import type { Blobs } from "../storage/types.ts";
import { digest } from "./digest.ts";
import { type Seal, type SealedBlob, type SealSignature, readSeal, rootOf } from "./seal.ts";

const DAY_MS = 24 * 60 * 60_000;

/** What is wrong with one blob of a sealed batch. */
export interface SealFinding {
  /** In the batch's folder. */
  readonly path: string;
  readonly finding: "altered" | "missing" | "expired" | "added";
  readonly words: string;
}

/** What a look at a sealed batch showed. */
export interface Verification {
  readonly seal: Seal;
  /** Whether nothing was altered or added or is missing. What expired by rule is no fault. */
  readonly isWhole: boolean;
  /** `wrong` also if the signature is not by the key that was asked for, or if there is none then. */
  readonly signature: "valid" | "wrong" | "unsigned";
  /** Of the public key that signed (RFC 7638), to be compared with the vault's. */
  readonly thumbprint?: string | undefined;
  readonly findings: readonly SealFinding[];
}

/** What the reader knows from elsewhere; without it, a seal that was made anew as a whole looks right. */
export interface Known {
  /** The present time, milliseconds since the epoch; the clock's by default. */
  readonly nowMs?: number | undefined;
  /** The batch that is asked about: the whole folder of another one may have been put in its place. */
  readonly batch?: string | undefined;
  /** The root that the event batch.finished told. */
  readonly root?: string | undefined;
  /** The thumbprint of the vault's key. */
  readonly thumbprint?: string | undefined;
}

/**
 * Compares a batch's folder with its seal, offline; `undefined` if the folder has no seal.
 *
 * @throws OperatorError BATCH_DAMAGED if the seal cannot be read
 */
export async function verifySeal(
  batches: Blobs,
  folder: string,
  known: Known = {},
): Promise<Verification | undefined> {
  const seal = await readSeal(batches, folder);
  if (seal === undefined) return undefined;
  const findings = [...(await compare(batches, folder, seal, known.nowMs ?? Date.now()))];
  if (rootOf(seal) !== seal.root)
    findings.push(altered("seal.json", "its root does not follow from what it lists"));
  if (known.batch !== undefined && known.batch !== seal.batch) {
    findings.push(altered("seal.json", `it is the seal of batch ${seal.batch}`));
  }
  if (known.root !== undefined && known.root !== seal.root) {
    findings.push(
      altered("seal.json", "its root is not the one that was told when the batch ended"),
    );
  }
  findings.push(...(await brokenChains(batches, folder)));
  const { signature: signed } = seal;
  const thumbprint = signed && thumbprintOf(signed);
  const isOther = known.thumbprint !== undefined && known.thumbprint !== thumbprint;
  const isValid = signed !== undefined && !isOther && isSignedBy(signed, seal.root);
  return {
    seal,
    isWhole: findings.every(({ finding }) => finding === "expired"),
    signature: signed === undefined && !isOther ? "unsigned" : isValid ? "valid" : "wrong",
    thumbprint,
    findings,
  };
}

const altered = (path: string, words: string): SealFinding => ({ path, finding: "altered", words });

async function compare(
  batches: Blobs,
  folder: string,
  { blobs, endedAt }: Seal,
  nowMs: number,
): Promise<readonly SealFinding[]> {
  const findings: SealFinding[] = [];
  // No deployment removes values from before a write earlier than this (beforeRetentionDays).
  const mayHaveExpired = nowMs - Date.parse(endedAt) > DAY_MS;
  const listed = new Set(blobs.map(({ path }) => path));
  for (const sealed of blobs) {
    const finding = await compareBlob(batches, folder, sealed, mayHaveExpired);
    if (finding) findings.push(finding);
  }
  for await (const { path } of batches.list(folderPrefix(folder))) {
    const name = path.slice(folderPrefix(folder).length);
    if (listed.has(name) || isLeftUnsealed(folder, path)) continue;
    findings.push({
      path: name,
      finding: "added",
      words: `was not there when the batch ended at ${endedAt}`,
    });
  }
  return findings;
}

async function compareBlob(
  batches: Blobs,
  folder: string,
  { path, bytes, sha256 }: SealedBlob,
  mayHaveExpired: boolean,
): Promise<SealFinding | undefined> {
  const now = await digest(batches, `${folderPrefix(folder)}${path}`);
  if (now === undefined) {
    return mayHaveExpired && path.startsWith(beforePrefix("").slice(1))
      ? { path, finding: "expired", words: "is kept for a limited time and was removed since" }
      : { path, finding: "missing", words: "was there when the batch ended and is gone" };
  }
  if (now.sha256 === sha256) return undefined;
  const size = now.bytes === bytes ? "as long as before" : `${now.bytes} bytes instead of ${bytes}`;
  return altered(path, `has other content than when the batch ended, ${size}`);
}

/** Journals whose lines do not follow from each other: it tells which line was changed. */
async function brokenChains(batches: Blobs, folder: string): Promise<readonly SealFinding[]> {
  const plan = await readPlan(batches, folder).catch(() => undefined);
  if (plan === undefined) return [];
  const findings: SealFinding[] = [];
  for (let shard = 1; shard <= plan.shards; shard++) {
    const path = journalBlob(folder, shard);
    const blob = await batches.read(path);
    if (blob === undefined) continue;
    try {
      replay(path, blob.bytes.toString("utf8"), firstLink(plan, shard));
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      findings.push(altered(path.slice(folderPrefix(folder).length), error.what));
    }
  }
  return findings;
}

/** The thumbprint of an RSA public key, base64url: SHA-256 over its required members (RFC 7638, 3). */
export function thumbprintOf({ publicKey }: Pick<SealSignature, "publicKey">): string {
  const { e, kty, n } = publicKey;
  return createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");
}

function isSignedBy({ publicKey, value }: SealSignature, root: string): boolean {
  try {
    const key = createPublicKey({ key: publicKey, format: "jwk" });
    const padding = {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    };
    return verify(
      "sha256",
      Buffer.from(root),
      { key, ...padding },
      Buffer.from(value, "base64url"),
    );
  } catch {
    return false;
  }
}
