import type { Application, PasswordCredential } from "../../entra/model.ts";
import { timeText, type Tenant } from "../app/tenant.ts";
import type { Values } from "../store/entity.ts";
import type { KeyHolder } from "./key-holder.ts";
import { shownIdentifier, signingCredentials } from "./key-list.ts";

/** An application's certificates as Graph shows them; the key itself only on request. */
export const keyCredentials = (application: KeyHolder, withKeys: boolean): readonly Values[] => [
  ...application.keyCredentials.map((credential) => ({
    // 40 hex digits by default, as the samples show (applications-how-to-add-certificate).
    customKeyIdentifier: shownIdentifier(credential),
    displayName: credential.displayName,
    endDateTime: timeText(credential.endMs),
    key: withKeys ? credential.der.toString("base64") : null,
    keyId: credential.keyId,
    startDateTime: timeText(credential.startMs),
    type: "AsymmetricX509Cert",
    usage: "Verify",
  })),
  ...signingCredentials(application),
];

/** An application, or a service principal. */
export type PasswordHolder = Pick<Application, "passwordCredentials">;

/** What Graph stores about a secret in addition to what the token endpoint reads. */
const named = new WeakMap<
  PasswordCredential,
  { readonly displayName: string | null; readonly startDateTime: string }
>();

/** application-addpassword: two years by default. */
const PASSWORD_LIFE_MS = 2 * 365 * 86_400_000;

/** Makes a secret with the name and the end that are asked for, and shows it this once. */
export function newSecret(tenant: Tenant, holder: PasswordHolder, asked: Values): Values {
  const now = tenant.clockMs();
  const end =
    typeof asked["endDateTime"] === "string"
      ? Date.parse(asked["endDateTime"])
      : now + PASSWORD_LIFE_MS;
  const { secretId, secret } = tenant.registry.addPassword(holder, end);
  const displayName = typeof asked["displayName"] === "string" ? asked["displayName"] : null;
  const startDateTime = timeText(now);
  const credential = holder.passwordCredentials.find((one) => one.secretId === secretId);
  if (credential) named.set(credential, { displayName, startDateTime });
  return {
    customKeyIdentifier: null,
    displayName,
    endDateTime: timeText(end),
    hint: secret.slice(0, 3),
    keyId: secretId,
    secretText: secret,
    startDateTime,
  };
}

/** An application's secrets as Graph shows them: a hint, never the secret. */
export const passwordCredentials = (holder: PasswordHolder): readonly Values[] =>
  holder.passwordCredentials.map((credential) => ({
    customKeyIdentifier: null,
    displayName: named.get(credential)?.displayName ?? null,
    endDateTime: timeText(credential.endMs),
    hint: credential.hint,
    keyId: credential.secretId,
    secretText: null,
    startDateTime: named.get(credential)?.startDateTime ?? null,
  }));
