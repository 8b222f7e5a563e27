import type { KeyCredential, ServicePrincipal } from "../../entra/model.ts";

/** Who has certificates: an application, or a service principal with its own. */
export interface KeyHolder {
  readonly objectId: string;
  readonly keyCredentials: KeyCredential[];
}

const held = new WeakMap<ServicePrincipal, KeyHolder>();

/** The service principal's own certificates (SAML and token signing), which do not sign it in here. */
export function keysOf(principal: ServicePrincipal): KeyHolder {
  let keys = held.get(principal);
  if (!keys) {
    keys = { objectId: principal.objectId, keyCredentials: [] };
    held.set(principal, keys);
  }
  return keys;
}
