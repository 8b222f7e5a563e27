import type { CertificateVersion, VersionRefusal } from "../../core/contracts/certificate.ts";
import { OperatorError } from "../../core/errors.ts";
import { proofClaims } from "./application-keys.ts";
import { newRecord, recordOf } from "./certificates-file.ts";
import type { RollResult } from "./roll-certificate-ports.ts";
import type { Roll } from "./roll.ts";

/** An addKey without an answer may still take effect within this time; Graph's own time-out is a minute. */
const CLAIM_MS = 10 * 60_000;
/** How long Entra may take to accept a registered key; minutes are usual. */
const ACCEPTANCE_MS = 60 * 60_000;

/**
 * Registers the newest version, which Entra refused. The record of its key says what to do:
 *
 * - *no record*: register it with a proof by an accepted version; it becomes *adding*.
 * - *adding* (addKey sent, no answer yet): wait; after ten minutes register it again.
 * - *added* (Graph answered): wait until Entra accepts it; after an hour a person has to look.
 * - *accepted* within the last hour: wait, because not all of Entra's servers know the key yet.
 * - *accepted* earlier, or *removed*: somebody removed the key on purpose, so it is not registered again.
 *
 * @throws OperatorError GRAPH_ANSWER_LOST, GRAPH_UNAVAILABLE, LEASE_LOST (`retry`), and of vault and token.
 */
export async function registerKey(roll: Roll, refusal: VersionRefusal): Promise<RollResult> {
  const { newest, file, applicationObjectId, clock } = roll;
  const { version, thumbprints } = newest;
  const known = recordOf(file, newest);
  const isOlderThan = (iso: string, ms: number): boolean => clock.now() - Date.parse(iso) >= ms;
  const which = `version ${version} of the certificate (SHA-1 thumbprint ${thumbprints.sha1})`;
  if (!refusal.isUnknown) return stuck(roll, refusal.error.what, refusal.error.fix);
  if (known?.acceptedAt !== undefined && !isOlderThan(known.acceptedAt, ACCEPTANCE_MS)) {
    // Entra runs on many servers: one that does not know the key yet says nothing about the others.
    return {
      state: "again",
      delaySeconds: 60,
      reason: "not all of Entra's servers know the key yet",
    };
  }
  if (known?.acceptedAt !== undefined || known?.removedAt !== undefined) {
    return stuck(
      roll,
      `The vault serves ${which}, whose key was registered before and then removed by somebody, so it is not registered again.`,
      "Make a new version in the vault and disable this one, in the order of docs/rotation.md.",
    );
  }
  if (known?.addedAt !== undefined) {
    if (isOlderThan(known.addedAt, ACCEPTANCE_MS)) {
      return stuck(
        roll,
        `Graph registered ${which} as key ${known.keyId} at ${known.addedAt}, and Entra still refuses it.`,
        "Look at the application's certificates in the portal; infra/deploy.sh --register-key registers it once more.",
      );
    }
    const waitedSeconds = (clock.now() - Date.parse(known.addedAt)) / 1000;
    const delaySeconds = Math.ceil(Math.min(300, Math.max(5, waitedSeconds / 4)));
    return { state: "again", delaySeconds, reason: `Entra does not accept key ${known.keyId} yet` };
  }
  if (known?.addingSince !== undefined && !isOlderThan(known.addingSince, CLAIM_MS)) {
    const reason = "an addKey is under way, or its answer was lost";
    return { state: "again", delaySeconds: 30, reason };
  }
  if (applicationObjectId === "") {
    return stuck(
      roll,
      `Entra does not know ${which}, and the application cannot register it without APPLICATION_OBJECT_ID.`,
      "Set APPLICATION_OBJECT_ID to the application's object id (az ad app show --id <client id> --query id), so that it can register keys; or register this key with infra/deploy.sh --register-key.",
    );
  }
  const signer = await acceptedBefore(roll);
  if (signer === undefined) {
    return stuck(
      roll,
      `Entra accepts no version of the certificate in the vault, so none can sign the proof for ${which}.`,
      "Register this version with infra/deploy.sh --register-key.",
    );
  }
  if (recordOf(file, signer) === undefined) {
    await file.put({ ...newRecord(signer), acceptedAt: new Date(clock.now()).toISOString() });
  }
  const claims = proofClaims(applicationObjectId);
  return add(roll, await roll.certificate.sign(signer.version, claims));
}

/** Sends the addKey. Before, it records that it is about to; afterwards, what Graph answered. */
async function add(roll: Roll, proof: string): Promise<RollResult> {
  const { newest, file, keys, clock, note } = roll;
  const now = (): string => new Date(clock.now()).toISOString();
  // The write fails if another delivery wrote first, so only one of two deliveries sends.
  await file.put({ ...newRecord(newest), addingSince: now() });
  let keyId: string;
  try {
    keyId = await keys.add(newest, proof);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (error.code !== "GRAPH_ANSWER_LOST") await file.put(newRecord(newest));
    if (error.disposition === "retry") throw error;
    return stuck(roll, error.what, error.fix);
  }
  await file.put({ ...newRecord(newest), keyId, addedAt: now() });
  note(`registered version ${newest.version} (${newest.thumbprints.sha1}) as key ${keyId}`);
  return { state: "again", delaySeconds: 5, reason: "Entra has not accepted the key yet" };
}

/** The newest other version that Entra accepts: it can sign the proof. */
async function acceptedBefore({
  certificate,
  newest,
  ...target
}: Roll): Promise<CertificateVersion | undefined> {
  const tried = new Set([newest.version]);
  for (;;) {
    const [next] = await certificate.further(tried);
    if (next === undefined) return undefined;
    tried.add(next.version);
    if ((await certificate.prove(next.version, target)) === undefined) return next;
  }
}

/** Logs what a person has to do, and raises the alert. The daily check tries again. */
function stuck({ certificate, newest, note, emit }: Roll, what: string, fix: string): RollResult {
  note(new OperatorError("CERTIFICATE_NOT_REGISTERED", what, { fix, disposition: "stop" }).message);
  const thumbprint = newest.thumbprints.sha256;
  emit({ event: "certificate.unregistered", name: certificate.name, thumbprint });
  return { state: "done" };
}
