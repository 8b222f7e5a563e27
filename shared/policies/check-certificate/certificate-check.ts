import type { Certificate } from "../../core/contracts/certificate.ts";
import { OperatorError } from "../../core/errors.ts";
import { createApplicationKeys } from "../roll-certificate/application-keys.ts";
import { rollMessage } from "../roll-certificate/roll-certificate-message.ts";
import type { RollPorts } from "../roll-certificate/roll-certificate-ports.ts";
import { reportExpiry } from "./certificate-expiry.ts";
import { type ConsentPorts, checkConsent } from "./consent-check.ts";

const DAY_MS = 86_400_000;

/** What the check needs; `compose.ts` builds it. */
export interface CheckPorts extends RollPorts, ConsentPorts {
  /** Puts a message on queue `certificate-events`: a timer decides, a queue message carries. */
  readonly askForRoll: (message: string) => Promise<void>;
}

/**
 * Checks once a day that the app will be able to sign in tomorrow: the vault serves a version that does
 * not expire soon, Entra gives a token for it, the registered keys are those that the vault serves, and
 * every allowed tenant has consented. Then it asks for a roll, which registers a key whose event was
 * lost and removes keys after their overlap.
 *
 * Each part runs even if another one failed.
 *
 * @throws the error of the first part that failed.
 */
export async function checkCertificate(
  ports: CheckPorts,
  note: (line: string) => void,
): Promise<void> {
  const failures: unknown[] = [];
  const attempt = async (part: () => Promise<void>): Promise<void> => {
    try {
      await part();
    } catch (error) {
      failures.push(error);
      if (error instanceof OperatorError) note(error.message);
    }
  };
  const { certificate } = ports;
  if (certificate === undefined) note("The application does not sign in by a certificate.");
  else {
    await attempt(() => checkNewest(ports, certificate, note));
    await attempt(() => checkRegistered(ports, certificate, note));
    await attempt(() => ports.askForRoll(rollMessage(certificate.name)));
  }
  await attempt(() => checkConsent(ports, note));
  if (failures.length > 0) throw failures[0];
}

/** Checks when the version that the vault serves expires, and whether Entra gives a token for it. */
async function checkNewest(
  ports: CheckPorts,
  certificate: Certificate,
  note: (line: string) => void,
): Promise<void> {
  const { name } = certificate;
  const [newest] = await certificate.look().catch((error: unknown) => {
    if (error instanceof OperatorError && error.code.startsWith("CERTIFICATE_")) {
      ports.emit({ event: "certificate.unusable", name, code: error.code });
    }
    throw error;
  });
  if (newest === undefined) return;
  await reportExpiry(ports, name, newest);
  const refusal = await certificate.prove(newest.version, ports);
  if (refusal === undefined) {
    note(`Entra accepts version ${newest.version}, which expires ${iso(newest.notAfterMs)}.`);
    return;
  }
  const thumbprint = newest.thumbprints.sha256;
  ports.emit({ event: "certificate.unregistered", name, thumbprint });
  note(`The vault serves version ${newest.version}. ${refusal.error.message}`);
}

/** Finds registered keys that the vault does not serve; one of them could be an intruder's. */
async function checkRegistered(
  ports: CheckPorts,
  certificate: Certificate,
  note: (line: string) => void,
): Promise<void> {
  const { applicationObjectId, clock, emit } = ports;
  if (applicationObjectId === "") return;
  const registered = await createApplicationKeys(ports.graph, applicationObjectId).list();
  if (registered === undefined) {
    note("The registered keys were not checked: that takes the permission Application.Read.All.");
    return;
  }
  const nowMs = clock.now();
  const valid = registered.filter(({ endMs }) => endMs > nowMs);
  const served = new Set((await certificate.all()).map(({ thumbprints }) => thumbprints.sha1));
  for (const { keyId, sha1, endMs } of valid.filter((key) => !served.has(key.sha1))) {
    const days = Math.floor((endMs - nowMs) / DAY_MS);
    emit({ event: "certificate.unserved", name: certificate.name, keyId, thumbprint: sha1, days });
    note(
      `Key ${keyId} (SHA-1 thumbprint ${sha1}) is registered until ${iso(endMs)}, but no enabled version in the vault has it. If nobody knows its purpose: az ad app credential delete --id <client id> --cert --key-id ${keyId}`,
    );
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();
