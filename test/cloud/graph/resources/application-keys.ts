import type { Application, ServicePrincipal } from "../../entra/model.ts";
import { keyCredentials, newSecret, type PasswordHolder } from "../applications/credentials.ts";
import type { KeyHolder } from "../applications/key-holder.ts";
import {
  addSigningCredential,
  register,
  removeSigningCredential,
} from "../applications/key-list.ts";
import { demandApplicationWrite } from "../applications/ownership.ts";
import { checkProof } from "../applications/proof.ts";
import { applicationOf, principalOf, syncRegistry } from "../applications/registry-link.ts";
import { addTokenSigningCertificate } from "../applications/token-signing.ts";
import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import type { Entity, Values } from "../store/entity.ts";
import { application, servicePrincipal } from "./application-named.ts";
import type { Call } from "./call.ts";
import type { Route } from "./route.ts";

function registeredOf(call: Call): { entity: Entity; registered: Application } {
  const entity = application(call);
  const registered = applicationOf(call.tenant, entity);
  if (!registered) throw notFound(entity.id);
  return { entity, registered };
}

function principalOwn(call: Call): { entity: Entity; registered: ServicePrincipal } {
  const entity = servicePrincipal(call);
  const registered = principalOf(call.tenant, entity);
  if (!registered) throw notFound(entity.id);
  return { entity, registered };
}

/**
 * An application rolls its own keys without a permission, with the proof only; for another application
 * it must be the owner or have Application.ReadWrite.All (application-addkey; facts/entra §8).
 */
function demandKeyWrite(call: Call, entity: Entity, registered: Application): void {
  const own = registered.appId.toLowerCase() === call.caller.appId.toLowerCase();
  if (!own) demandApplicationWrite(call, entity);
}

/** The object that a path names, as a holder of certificates, if the caller may change them. @throws GraphError */
type Keys = (call: Call) => KeyHolder;

const applicationKeys: Keys = (call) => {
  const { entity, registered } = registeredOf(call);
  demandKeyWrite(call, entity, registered);
  return registered;
};

/** A service principal's own: for tokens, SAML and signing in (serviceprincipal-addkey). */
const principalKeys: Keys = (call) => {
  const { entity, registered } = principalOwn(call);
  const own = registered.appId.toLowerCase() === call.caller.appId.toLowerCase();
  if (!own) demandApplicationWrite(call, entity);
  return registered;
};

const addKey =
  (holder: Keys) =>
  (call: Call): Answer => {
    const registered = holder(call);
    checkProof(registered, call.body["proof"], call.tenant.clockMs());
    const given = call.body["keyCredential"];
    if (typeof given !== "object" || given === null) {
      throw badRequest("A value is required for property 'keyCredential' of the request.");
    }
    const { keyId } =
      (given as Values)["type"] === "X509CertAndPassword"
        ? addSigningCredential(call, registered, given as Values, call.body["passwordCredential"])
        : register(call, registered, given as Values);
    syncRegistry(call.tenant);
    const [shown = {}] = keyCredentials(registered, false).filter((one) => one["keyId"] === keyId);
    return ok({
      "@odata.context": `${call.root}/$metadata#microsoft.graph.keyCredential`,
      ...shown,
    });
  };

const removeKey =
  (holder: Keys) =>
  (call: Call): Answer => {
    const registered = holder(call);
    checkProof(registered, call.body["proof"], call.tenant.clockMs());
    const { keyId } = call.body;
    if (removeSigningCredential(registered, keyId)) {
      syncRegistry(call.tenant);
      return noContent;
    }
    const at = registered.keyCredentials.findIndex((one) => one.keyId === keyId);
    if (at < 0) throw badRequest("No credentials found to be removed.");
    registered.keyCredentials.splice(at, 1);
    syncRegistry(call.tenant);
    return noContent;
  };

type Held = (call: Call) => { readonly entity: Entity; readonly registered: PasswordHolder };

/** The service principal that a path names, as a holder of secrets. @throws GraphError 404 */
const principalHolder: Held = (call) => principalOwn(call);

const addPassword =
  (held: Held) =>
  (call: Call): Answer => {
    const { entity, registered } = held(call);
    demandApplicationWrite(call, entity);
    const asked = (call.body["passwordCredential"] ?? {}) as Values;
    const made = newSecret(call.tenant, registered, asked);
    syncRegistry(call.tenant);
    return ok({
      "@odata.context": `${call.root}/$metadata#microsoft.graph.passwordCredential`,
      ...made,
    });
  };

const removePassword =
  (held: Held) =>
  (call: Call): Answer => {
    const { entity, registered } = held(call);
    demandApplicationWrite(call, entity);
    const { keyId } = call.body;
    const at = registered.passwordCredentials.findIndex((one) => one.secretId === keyId);
    if (at < 0) throw badRequest("No password credential found with keyId.");
    registered.passwordCredentials.splice(at, 1);
    syncRegistry(call.tenant);
    return noContent;
  };

/** A new certificate that signs the tokens of the service principal (serviceprincipal-addtokensigningcertificate). */
function addTokenSigning(call: Call): Answer {
  const { entity, registered } = principalOwn(call);
  demandApplicationWrite(call, entity);
  const shown = addTokenSigningCertificate(call, registered);
  syncRegistry(call.tenant);
  return ok({
    "@odata.context": `${call.root}/$metadata#microsoft.graph.selfSignedCertificate`,
    ...shown,
  });
}

const touches: Route["touches"] = (call) => ({
  objects: [(call.params["application"] ?? call.params["principal"] ?? "").toLowerCase()],
});

const action = (
  name: string,
  handle: Route["handle"],
  holder = "/applications/:application",
): Route => ({
  method: "POST",
  path: `${holder}/${name}`,
  needs: "per-call",
  body: "required",
  touches,
  handle,
});

export const applicationKeyRoutes: readonly Route[] = [
  action("addKey", addKey(applicationKeys)),
  action("removeKey", removeKey(applicationKeys)),
  action("addKey", addKey(principalKeys), "/servicePrincipals/:principal"),
  action("removeKey", removeKey(principalKeys), "/servicePrincipals/:principal"),
  action("addTokenSigningCertificate", addTokenSigning, "/servicePrincipals/:principal"),
  action("addPassword", addPassword(registeredOf)),
  action("removePassword", removePassword(registeredOf)),
  action("addPassword", addPassword(principalHolder), "/servicePrincipals/:principal"),
  action("removePassword", removePassword(principalHolder), "/servicePrincipals/:principal"),
];
