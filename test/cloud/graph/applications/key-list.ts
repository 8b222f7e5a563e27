import { randomUUID } from "node:crypto";
import { createSecureContext } from "node:tls";

import type { KeyCredential } from "../../entra/model.ts";
import { timeText } from "../app/tenant.ts";
import { badRequest } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Values } from "../store/entity.ts";
import type { KeyHolder } from "./key-holder.ts";

/** Certificates with a private key, which sign tokens of the application: the token endpoint does not read them. */
const signing = new WeakMap<KeyHolder, Values[]>();

/** The application's signing certificates as Graph shows them, without their keys. */
export const signingCredentials = (application: KeyHolder): readonly Values[] =>
  signing.get(application) ?? [];

const invalidKey = () => badRequest("Key credential value is invalid.");

/** The name of a credential: octets in base64, or a thumbprint of 40 hex digits, which is base64 too. */
function identifierOf(given: Values): string | undefined {
  const { customKeyIdentifier: identifier } = given;
  if (identifier === undefined || identifier === null) return undefined;
  if (typeof identifier === "string" && /^[A-Za-z0-9+/_-]*={0,2}$/u.test(identifier))
    return identifier;
  throw badRequest(
    "Invalid value specified for property 'customKeyIdentifier' of resource 'KeyCredential'.",
  );
}

/** Registers the certificate in a keyCredential. @throws GraphError 400 if it is invalid */
export function register(call: Call, registered: KeyHolder, given: Values): KeyCredential {
  const { type, usage, key, displayName } = given;
  if (type !== "AsymmetricX509Cert" || usage !== "Verify" || typeof key !== "string") {
    throw badRequest("Key credential type or usage is not supported.");
  }
  const customKeyIdentifier = identifierOf(given);
  let credential: KeyCredential;
  try {
    credential = call.tenant.registry.addKeyCredential(registered, Buffer.from(key, "base64"));
  } catch {
    throw invalidKey();
  }
  if (typeof displayName === "string") Object.assign(credential, { displayName });
  if (customKeyIdentifier !== undefined) Object.assign(credential, { customKeyIdentifier });
  return credential;
}

/**
 * Adds a certificate with its private key (a PFX) and the password that opens it (application-addkey,
 * example 2). @throws GraphError 400 without a password or if it does not open the PFX
 */
export function addSigningCredential(
  call: Call,
  registered: KeyHolder,
  given: Values,
  password: unknown,
): Values {
  const { usage, key, displayName } = given;
  const passphrase = (password as Values | null | undefined)?.["secretText"];
  if (usage !== "Sign" || typeof key !== "string" || typeof passphrase !== "string") {
    throw badRequest("Key credential type or usage is not supported.");
  }
  const customKeyIdentifier = identifierOf(given) ?? null;
  try {
    createSecureContext({ pfx: Buffer.from(key, "base64"), passphrase });
  } catch {
    throw invalidKey();
  }
  const nowMs = call.tenant.clockMs();
  return noteSigningCredential(registered, {
    customKeyIdentifier,
    displayName: typeof displayName === "string" ? displayName : null,
    endDateTime: given["endDateTime"] ?? timeText(nowMs + 365 * 86_400_000),
    key: null,
    startDateTime: given["startDateTime"] ?? timeText(nowMs),
  });
}

/** Keeps a certificate with its private key, which is shown without it. */
export function noteSigningCredential(holder: KeyHolder, values: Values): Values {
  const shown = { ...values, keyId: randomUUID(), type: "X509CertAndPassword", usage: "Sign" };
  signing.set(holder, [...signingCredentials(holder), shown]);
  return shown;
}

/** Removes a signing certificate; false if there is none with that id. */
export function removeSigningCredential(registered: KeyHolder, keyId: unknown): boolean {
  const kept = signingCredentials(registered).filter((one) => one["keyId"] !== keyId);
  if (kept.length === signingCredentials(registered).length) return false;
  signing.set(registered, kept);
  return true;
}

/** How Graph names a certificate: as it was told, else by its thumbprint (resources/keyCredential). */
export const shownIdentifier = (credential: KeyCredential): string =>
  credential.customKeyIdentifier ?? credential.thumbprint;

const isSame = (held: KeyCredential, given: Values): boolean =>
  given["keyId"] === undefined || given["keyId"] === null
    ? given["customKeyIdentifier"] === shownIdentifier(held)
    : given["keyId"] === held.keyId;

/**
 * PATCH keyCredentials replaces the list: those that it names by keyId or customKeyIdentifier stay, new
 * ones are added, others are removed.
 */
export function replaceKeyCredentials(
  call: Call,
  registered: KeyHolder,
  list: readonly Values[],
): void {
  const kept = registered.keyCredentials.filter((held) =>
    list.some((given) => isSame(held, given)),
  );
  const isHeld = (given: Values): boolean => kept.some((held) => isSame(held, given));
  const keptSigning = signingCredentials(registered).filter((held) =>
    list.some((given) => given["keyId"] === held["keyId"]),
  );
  registered.keyCredentials.splice(0, registered.keyCredentials.length, ...kept);
  signing.set(registered, keptSigning);
  const isSigning = (given: Values): boolean =>
    keptSigning.some((held) => given["keyId"] === held["keyId"]);
  for (const given of list)
    if (!isHeld(given) && !isSigning(given)) register(call, registered, given);
}
