import { createApplicationKeys } from "./application-keys.ts";
import { openCertificates } from "./certificates-file.ts";
import { registerKey } from "./register-key.ts";
import { recordAcceptance, retireKeys } from "./retire-keys.ts";
import type { CertificateMessage } from "./roll-certificate-message.ts";
import type { RollPorts, RollResult } from "./roll-certificate-ports.ts";
import type { Roll } from "./roll.ts";

/** An announced version that the vault does not show yet is looked for this long. */
const ANNOUNCED_MS = 10 * 60_000;

/**
 * Brings the application's registered keys up to the vault. The newest version is proved by a token
 * request. One that Entra refuses is registered by addKey, with a proof by a version that it takes;
 * then the message comes again until Entra gives a token for it. Two days later the keys before it are
 * removed. Every step is recorded in `<tenant>/certificates.json`, so that it may be cut off anywhere,
 * and delivered twice at a time. Where only a person can help, the log and an alert say how.
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
    note("Nothing to roll: the application does not sign in by a certificate.");
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
