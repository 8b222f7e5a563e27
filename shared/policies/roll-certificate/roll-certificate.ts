import { createApplicationKeys } from "./application-keys.ts";
import { openCertificates } from "./certificates-file.ts";
import { registerKey } from "./register-key.ts";
import { recordAcceptance, retireKeys } from "./retire-keys.ts";
import type { CertificateMessage } from "./roll-certificate-message.ts";
import type { RollPorts, RollResult } from "./roll-certificate-ports.ts";
import type { Roll } from "./roll.ts";

/** For this long after an event, the vault may not show the announced version yet. */
const ANNOUNCED_MS = 10 * 60_000;

/**
 * Brings the application's registered keys in line with the vault. A token request tests the newest
 * version. If Entra refuses it, it is registered by addKey with a proof by an accepted version, and the
 * message is delivered again until Entra gives a token for it. Two days later older keys are removed.
 *
 * Every step is recorded in `<tenant>/certificates.json`, so it can be interrupted anywhere and delivered
 * twice at a time. If only a person can help, the log and an alert say how.
 *
 * @throws OperatorError of vault, token, Graph and storage.
 */
export async function rollCertificate(
  ports: RollPorts,
  { announced }: Extract<CertificateMessage, { kind: "roll" }>,
  note: (line: string) => void,
): Promise<RollResult> {
  const { certificate, clock } = ports;
  if (certificate === undefined) {
    note("There is nothing to roll: the application does not sign in with a certificate.");
    return { state: "done" };
  }
  const versions = await certificate.look();
  const [newest] = versions;
  if (newest === undefined) return { state: "done" };
  if (announced && clock.now() - announced.atMs < ANNOUNCED_MS) {
    const isThere = versions.some(({ version }) => version === announced.version);
    const reason = `the vault does not show version ${announced.version} yet`;
    if (!isThere) return { state: "again", delaySeconds: 10, reason };
  }
  const roll: Roll = {
    ...ports,
    certificate,
    newest,
    file: await openCertificates(ports.runner, ports.tenant, () => clock.now()),
    keys: createApplicationKeys(ports.graph, ports.applicationObjectId),
    note,
  };
  const refusal = await certificate.prove(newest.version, ports);
  if (refusal !== undefined) return registerKey(roll, refusal);
  await recordAcceptance(roll);
  await retireKeys(roll);
  return { state: "done" };
}
