import { noContent, type Answer } from "../../http/answer.ts";
import { notFound } from "../../http/graph-error.ts";
import type { Needs } from "../../rules/permission.ts";
import type { Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { conflicting } from "../directory-roles.ts";
import { resourceList } from "../resource-list.ts";
import type { Route } from "../route.ts";
import { checkedBody, isBoolean, isText, isTextOrNull, oneOf, type Checks } from "./body.ts";
import { domainNamed, replaceDomain } from "./domains.ts";
import { shownEntry } from "./shelf-routes.ts";

const PATH = "/domains/:domain/federationConfiguration";
const TYPE = "#microsoft.graph.internalDomainFederation";
const WRITE: Needs = ["Domain-InternalFederation.ReadWrite.All", "Domain.ReadWrite.All"];
const READ: Needs = ["Domain-InternalFederation.Read.All", "Domain.Read.All", ...WRITE];

/** resources/internaldomainfederation */
const CHECKS: Checks = {
  activeSignInUri: isTextOrNull,
  displayName: isTextOrNull,
  federatedIdpMfaBehavior: oneOf(
    "acceptIfMfaDoneByFederatedIdp",
    "enforceMfaByFederatedIdp",
    "rejectMfaByFederatedIdp",
  ),
  isSignedAuthenticationRequestRequired: isBoolean,
  issuerUri: isText,
  metadataExchangeUri: isTextOrNull,
  nextSigningCertificate: isTextOrNull,
  passiveSignInUri: isText,
  passwordResetUri: isTextOrNull,
  preferredAuthenticationProtocol: oneOf("wsFed", "saml"),
  promptLoginBehavior: oneOf("translateToFreshPasswordAuthentication", "nativeSupport", "disabled"),
  signOutUri: isTextOrNull,
  signingCertificate: isText,
  signingCertificateUpdateStatus: (value) => typeof value === "object",
};

const setOf = (call: Call): string =>
  `domains('${domainNamed(call).name}')/federationConfiguration`;
const shelf = (call: Call): Map<string, Values> => call.tenant.shelves.of(setOf(call));

function found(call: Call): Values {
  const id = call.params["federation"] ?? "";
  const one = shelf(call).get(id.toLowerCase());
  if (!one) throw notFound(id);
  return one;
}

/** A domain has one, and with it is federated (domain-post-federationconfiguration). @throws GraphError 400 */
function create(call: Call): Answer {
  const domain = domainNamed(call);
  const given = checkedBody(call, "InternalDomainFederation", CHECKS, [
    "issuerUri",
    "passiveSignInUri",
    "signingCertificate",
  ]);
  if (shelf(call).size > 0) throw conflicting();
  const made: Values = {
    "@odata.type": TYPE,
    id: call.tenant.directory.newId(),
    ...Object.fromEntries(Object.keys(CHECKS).map((name) => [name, null])),
    ...given,
    signingCertificateUpdateStatus: {
      certificateUpdateResult: "Success",
      lastRunDateTime: call.tenant.nowText(),
    },
  };
  shelf(call).set(String(made["id"]), made);
  replaceDomain(call, domain, { authenticationType: "Federated" });
  return shownEntry(call, setOf(call), made, 201);
}

/** The page answers the whole object, with 200 (internaldomainfederation-update). */
function update(call: Call): Answer {
  const after = { ...found(call), ...checkedBody(call, "InternalDomainFederation", CHECKS) };
  shelf(call).set(String(after["id"]), after);
  return shownEntry(call, setOf(call), after);
}

function remove(call: Call): Answer {
  shelf(call).delete(String(found(call)["id"]));
  replaceDomain(call, domainNamed(call), { authenticationType: "Managed" });
  return noContent;
}

export const domainFederationRoutes: readonly Route[] = [
  {
    method: "GET",
    path: PATH,
    needs: READ,
    handle: (call) => resourceList(call, setOf(call), [...shelf(call).values()]),
  },
  { method: "POST", path: PATH, needs: WRITE, body: "required", handle: create },
  {
    method: "GET",
    path: `${PATH}/:federation`,
    needs: READ,
    handle: (call) => shownEntry(call, setOf(call), found(call)),
  },
  {
    method: "PATCH",
    path: `${PATH}/:federation`,
    needs: WRITE,
    body: "required",
    handle: update,
  },
  { method: "DELETE", path: `${PATH}/:federation`, needs: WRITE, handle: remove },
];
