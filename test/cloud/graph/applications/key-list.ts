import type { Application, KeyCredential } from "../../entra/model.ts";
import { badRequest } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Values } from "../store/entity.ts";

/** Registers the certificate in a keyCredential. @throws GraphError 400 if it is invalid */
export function register(call: Call, registered: Application, given: Values): KeyCredential {
  const { type, usage, key, displayName } = given;
  if (type !== "AsymmetricX509Cert" || usage !== "Verify" || typeof key !== "string") {
    throw badRequest("Key credential type or usage is not supported.");
  }
  let credential: KeyCredential;
  try {
    credential = call.tenant.registry.addKeyCredential(registered, Buffer.from(key, "base64"));
  } catch {
    throw badRequest("Key credential value is invalid.");
  }
  if (typeof displayName === "string") Object.assign(credential, { displayName });
  return credential;
}

/** PATCH keyCredentials replaces the list: known keyIds stay, new keys are added, others are removed. */
export function replaceKeyCredentials(
  call: Call,
  registered: Application,
  list: readonly Values[],
): void {
  const kept = registered.keyCredentials.filter((held) =>
    list.some((given) => given["keyId"] === held.keyId),
  );
  const isHeld = (given: Values): boolean => kept.some((held) => held.keyId === given["keyId"]);
  registered.keyCredentials.splice(0, registered.keyCredentials.length, ...kept);
  for (const given of list) if (!isHeld(given)) register(call, registered, given);
}
