import { OperatorError } from "../../core/errors.ts";
import { proofClaims } from "./application-keys.ts";
import { newRecord, recordOf } from "./certificates-file.ts";
import type { Roll } from "./roll.ts";

/**
 * How long an old key stays beside the new one. An instance looks at the vault within 66 minutes, a
 * token with continuous access evaluation lives for 28 hours: after two days nobody relies on the old.
 */
const OVERLAP_MS = 48 * 3_600_000;

/**
 * Records, once, that Entra gives tokens for the newest version, and tells of it where it took the place
 * of another.
 * @throws OperatorError LEASE_LOST, STORAGE_UNAVAILABLE, READ_INCOMPLETE
 */
export async function recordAcceptance(roll: Roll): Promise<void> {
  const { certificate, clock, emit, file, newest, note } = roll;
  const known = recordOf(file, newest);
  if (known?.acceptedAt !== undefined) return;
  const isFirst = file.keys.length === 0;
  const keyId = known?.keyId ?? (await idOf(roll, newest.thumbprints.sha1));
  const acceptedAt = new Date(clock.now()).toISOString();
  await file.put({ ...newRecord(newest), addedAt: known?.addedAt, keyId, acceptedAt });
  const unknownId = "; who registered it knows its key id, so here it will expire, not be removed";
  note(
    `Entra takes version ${newest.version} (${newest.thumbprints.sha1})${keyId === null ? unknownId : ""}`,
  );
  if (isFirst) return;
  const thumbprint = newest.thumbprints.sha256;
  const rolled = { event: "certificate.rolled", name: certificate.name, thumbprint } as const;
  emit(keyId === null ? rolled : { ...rolled, keyId });
}

/**
 * Removes the keys before the newest, once that has been accepted for the overlap. One whose id nobody
 * kept is left to expire, unless the app may read its own application.
 * @throws OperatorError LEASE_LOST, STORAGE_UNAVAILABLE, READ_INCOMPLETE
 */
export async function retireKeys(roll: Roll): Promise<void> {
  const { applicationObjectId, certificate, clock, file, keys, newest, note } = roll;
  const since = recordOf(file, newest)?.acceptedAt;
  const nowMs = clock.now();
  if (since === undefined || nowMs - Date.parse(since) < OVERLAP_MS) return;
  const superseded = file.keys.filter(
    ({ sha256, expiresAt, removedAt }) =>
      sha256 !== newest.thumbprints.sha256 &&
      removedAt === undefined &&
      Date.parse(expiresAt) > nowMs &&
      // What lives longer than the newest did not come before it.
      Date.parse(expiresAt) <= newest.notAfterMs,
  );
  for (const record of superseded) {
    const which = `key of version ${record.version} (${record.sha1})`;
    const keyId = record.keyId ?? (await idOf(roll, record.sha1));
    if (keyId === null) {
      note(
        `the ${which} is not needed any more; its id is not known, so it ends ${record.expiresAt}`,
      );
      continue;
    }
    const proof = await certificate.sign(newest.version, proofClaims(applicationObjectId));
    try {
      await keys.remove(keyId, proof);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      // It does no harm where it is, and the daily check asks again.
      note(`the ${which} stays for now. ${error.message}`);
      continue;
    }
    await file.put({ ...record, keyId, removedAt: new Date(clock.now()).toISOString() });
    note(`removed ${keyId}, the ${which}`);
  }
}

/** The id of a registered key, for where nobody kept it: only an app that may read itself finds it. */
async function idOf({ applicationObjectId, keys }: Roll, sha1: string): Promise<string | null> {
  if (applicationObjectId === "") return null;
  const registered = await keys.list();
  return registered?.find((key) => key.sha1 === sha1)?.keyId ?? null;
}
