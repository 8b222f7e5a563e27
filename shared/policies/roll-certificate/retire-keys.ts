import { OperatorError } from "../../core/errors.ts";
import { proofClaims } from "./application-keys.ts";
import { newRecord, recordOf } from "./certificates-file.ts";
import type { Roll } from "./roll.ts";

/**
 * How long an old key stays registered beside the new one. An instance looks at the vault within 66
 * minutes, and a token with continuous access evaluation lives for 28 hours: after two days no instance
 * and no token needs the old key.
 */
const OVERLAP_MS = 48 * 3_600_000;

/**
 * Records, once, that Entra gives tokens for the newest version, and emits an event if it replaced
 * another version.
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
  const unknownId =
    "; its key id is not known here, so the key will expire instead of being removed";
  note(
    `Entra accepts version ${newest.version} (${newest.thumbprints.sha1})${keyId === null ? unknownId : ""}`,
  );
  if (isFirst) return;
  const thumbprint = newest.thumbprints.sha256;
  const rolled = { event: "certificate.rolled", name: certificate.name, thumbprint } as const;
  emit(keyId === null ? rolled : { ...rolled, keyId });
}

/**
 * Removes older keys after the newest one has been accepted for the time of the overlap. A key whose id
 * is not known expires instead, unless the app may read its own application.
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
      // A key that expires later than the newest is not an older one.
      Date.parse(expiresAt) <= newest.notAfterMs,
  );
  for (const record of superseded) {
    const which = `key of version ${record.version} (${record.sha1})`;
    const keyId = record.keyId ?? (await idOf(roll, record.sha1));
    if (keyId === null) {
      note(
        `the ${which} is not needed any more; its id is not known, so it expires at ${record.expiresAt}`,
      );
      continue;
    }
    const proof = await certificate.sign(newest.version, proofClaims(applicationObjectId));
    try {
      await keys.remove(keyId, proof);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      // The key does no harm, and the daily check tries again.
      note(`the ${which} was not removed yet. ${error.message}`);
      continue;
    }
    await file.put({ ...record, keyId, removedAt: new Date(clock.now()).toISOString() });
    note(`removed ${keyId}, the ${which}`);
  }
}

/** Looks up the id of a registered key, which only works if the app may read its own application. */
async function idOf({ applicationObjectId, keys }: Roll, sha1: string): Promise<string | null> {
  if (applicationObjectId === "") return null;
  const registered = await keys.list();
  return registered?.find((key) => key.sha1 === sha1)?.keyId ?? null;
}
