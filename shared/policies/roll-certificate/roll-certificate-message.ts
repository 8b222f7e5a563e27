import { OperatorError } from "../../core/errors.ts";
import { isRecord, recordOf } from "../../core/record.ts";

const CREATED = "Microsoft.KeyVault.CertificateNewVersionCreated";

/** What a message of queue `certificate-events` asks for. */
export type CertificateMessage =
  | {
      readonly kind: "roll";
      /** The version that an event announced, and the time of the event. */
      readonly announced?: { readonly version: string; readonly atMs: number } | undefined;
    }
  /** The message is about something else. */
  | { readonly kind: "ignored"; readonly why: string };

/** The message that asks for a roll without an event. The daily check sends it, and a person may. */
export const rollMessage = (certificate: string): string =>
  JSON.stringify({ version: 1, certificate });

/**
 * Reads our own message, or Key Vault's event in the CloudEvents 1.0 or the Event Grid schema, alone or
 * in an array of one. The published example of the event has spaces around its keys (azure-docs,
 * event-schema-key-vault), so keys are trimmed.
 *
 * @throws OperatorError MESSAGE_INVALID, disposition `refuse`, for anything else.
 */
export function readCertificateMessage(
  value: unknown,
  own: { readonly name: string; readonly vaultUri: string },
): CertificateMessage {
  const message = trimmed(Array.isArray(value) && value.length === 1 ? value[0] : value);
  if (message["version"] === 1 && typeof message["certificate"] === "string") {
    return isSame(message["certificate"], own.name) ? { kind: "roll" } : another;
  }
  const type = "specversion" in message ? message["type"] : message["eventType"];
  if (typeof type !== "string") throw invalid();
  if (type !== CREATED) return { kind: "ignored", why: `an event other than ${CREATED}` };
  const data = trimmed(message["data"]);
  const { ObjectName: name, VaultName: vault, Version: version } = data;
  if (typeof name !== "string" || typeof vault !== "string") throw invalid();
  if (!isSame(name, own.name) || !isSame(vault, vaultNameIn(own.vaultUri))) return another;
  const atMs = Date.parse(String(message["time"] ?? message["eventTime"]));
  const announced = typeof version === "string" ? { version: version.trim(), atMs } : undefined;
  return { kind: "roll", announced };
}

const another: CertificateMessage = { kind: "ignored", why: "an event of another certificate" };

/** Key Vault's names are not case-sensitive. */
const isSame = (one: string, other: string): boolean =>
  one.trim().toLowerCase() === other.trim().toLowerCase();

const vaultNameIn = (vaultUri: string): string =>
  (URL.canParse(vaultUri) ? new URL(vaultUri).hostname : "").split(".", 1)[0] ?? "";

const trimmed = (value: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? recordOf(value) : {}).map(([key, each]) => [key.trim(), each]),
  );

const invalid = (): OperatorError =>
  new OperatorError(
    "MESSAGE_INVALID",
    "The message on queue certificate-events is neither an event of Key Vault nor a message of this product.",
    {
      fix: `Send {"version":1,"certificate":"<name>"}, or have Event Grid send its own events, unchanged.`,
      disposition: "refuse",
    },
  );
