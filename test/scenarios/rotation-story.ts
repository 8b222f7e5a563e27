import type { CertificatesFile } from "../../shared/policies/roll-certificate/certificates-file.ts";
import type { BatchStatus } from "../../shared/records/status.ts";
import type { CertificateVersion } from "../cloud/cloud-control.ts";
import { until } from "../core/until.ts";
import type { Stage } from "../stage/stage.ts";

/** Prints what happens, for people. */
export type Tell = (line: string) => void;

/** A token lives so long here, so that the instance signs in again and again during the story. */
export const TOKEN_SECONDS = 8;

const short = (id: string | null | undefined): string => `${(id ?? "unknown").slice(0, 8)}…`;

const properties = ["jobTitle", "department", "city", "companyName", "officeLocation", "state"];

/** Changes one property of every user, then the next property: no row repeats another. */
export async function startRows(stage: Stage, name: string, count: number): Promise<string> {
  const { users } = await stage.cloud.control.graph("snapshot", { properties: ["id"] });
  const rows = Array.from({ length: count }, (_, at) => {
    const user = users[at % users.length]?.id;
    const property = properties[Math.floor(at / users.length)] ?? "faxNumber";
    return JSON.stringify({ user, [property]: `${name} ${at}` });
  });
  const file = `staged/${name}.jsonl`;
  await stage.upload(file, `${rows.join("\n")}\n`);
  const message = { version: 1, batch: name, mode: "apply", operation: "user.update", file };
  await stage.send("accept", JSON.stringify(message));
  return name;
}

/** Waits until the batch writes. */
export async function untilWriting(stage: Stage, batch: string): Promise<BatchStatus> {
  return await until(
    async () => {
      const status = await stage.status(batch);
      if (status?.state === "held" || status?.state === "refused") throw new Error(status.reason);
      return status && status.verdicts.done > 0 ? status : undefined;
    },
    { what: "the batch to write" },
  );
}

/** The vault makes the next version, as it does 60 days before the end; the app does the rest. */
export async function renew(stage: Stage, tell: Tell): Promise<CertificateVersion> {
  const { control, home } = stage.cloud;
  const made = await control.createCertificate({
    vault: home.vaultName,
    name: home.certificateName,
  });
  tell(`the vault made version ${short(made.version)} and Event Grid rang certificate-events`);
  const registered = await until(
    async () => {
      const keys = await control.listCertificates({ appId: home.clientId });
      return keys.find(({ thumbprint }) => thumbprint === made.thumbprint);
    },
    { what: "addKey" },
  );
  tell(
    `rollCertificate registered it by addKey, signed by the old key: id ${short(registered.keyId)}`,
  );
  await until(
    async () =>
      stage.events.find(
        ({ event, keyId }) => event === "certificate.rolled" && keyId === registered.keyId,
      ),
    { what: "certificate.rolled" },
  );
  tell("Entra gives a token for it: certificate.rolled");
  return made;
}

/** Waits until the app signs in by another certificate than before. */
export async function untilSignedInAnew(stage: Stage, tell: Tell): Promise<void> {
  const soFar = stage.events.length;
  const before = new Set(signIns(stage, 0));
  const now = await until(
    async () => signIns(stage, soFar).find((thumbprint) => !before.has(thumbprint)),
    { what: "a sign-in by the new key" },
  );
  tell(`the app signs in by the new key ${short(now)}`);
}

const signIns = (stage: Stage, from: number): string[] =>
  stage.events
    .slice(from)
    .filter(({ event }) => event === "token.acquired")
    .map(({ thumbprint }) => String(thumbprint));

const earlier = (iso: string | undefined): string | undefined =>
  iso && new Date(Date.parse(iso) - 49 * 3_600_000).toISOString();

/** Ends the overlap by moving the app's recorded times back, then runs the daily check. */
export async function passOverlap(stage: Stage, tell: Tell): Promise<void> {
  const blob = stage
    .container("runner")
    .getBlockBlobClient(`${stage.cloud.home.tenantId}/certificates.json`);
  const file = JSON.parse((await blob.downloadToBuffer()).toString()) as CertificatesFile;
  const keys = file.keys.map((key) => ({ ...key, acceptedAt: earlier(key.acceptedAt) }));
  const text = JSON.stringify({ ...file, keys });
  await blob.upload(text, Buffer.byteLength(text));
  tell(
    "two days pass (the app's recorded times are moved back), and the daily check asks for a roll",
  );
  const result = await stage.host.fireTimer("certificateCheck");
  if (!result.succeeded) throw new Error(`certificateCheck failed: ${result.error}`);
}

/** Waits until a key is not registered any more. */
export async function untilRemoved(
  stage: Stage,
  { thumbprint }: { readonly thumbprint: string },
  tell: Tell,
): Promise<void> {
  const { control, home } = stage.cloud;
  await until(
    async () => {
      const keys = await control.listCertificates({ appId: home.clientId });
      return keys.every((key) => key.thumbprint !== thumbprint);
    },
    { what: "removeKey" },
  );
  tell("the app removed the key before it, with the new one's signature");
}
