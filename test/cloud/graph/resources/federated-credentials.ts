import type { Application, FederatedCredential } from "../../entra/model.ts";
import { demandApplicationWrite } from "../applications/ownership.ts";
import { applicationOf } from "../applications/registry-link.ts";
import { noContent, type Answer } from "../http/answer.ts";
import { badRequest, GraphError, notFound } from "../http/graph-error.ts";
import { contextOf } from "../odata/render.ts";
import { READ_APPLICATIONS } from "../rules/permission.ts";
import type { Values } from "../store/entity.ts";
import { application } from "./application-named.ts";
import type { Call } from "./call.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

/** federatedidentitycredentials-overview: at most 20 on an application. */
const MOST_CREDENTIALS = 20;

/** What Graph stores about a credential in addition to what the token endpoint reads. */
const known = new WeakMap<
  FederatedCredential,
  { readonly id: string; readonly name: string; readonly description: string | null }
>();

function registered(call: Call): Application {
  const entity = application(call);
  const held = applicationOf(call.tenant, entity);
  if (!held) throw notFound(entity.id);
  return held;
}

function shown(call: Call, credential: FederatedCredential): Values {
  let kept = known.get(credential);
  if (!kept) {
    const id = call.tenant.directory.newId();
    known.set(credential, (kept = { id, name: `credential-${id.slice(0, 8)}`, description: null }));
  }
  return {
    id: kept.id,
    name: kept.name,
    issuer: credential.issuer,
    subject: credential.subject,
    audiences: [credential.audience],
    description: kept.description,
  };
}

const text = (call: Call, name: string): string => {
  const value = call.body[name];
  if (typeof value !== "string" || value === "") {
    throw badRequest(
      `A value is required for property '${name}' of resource 'FederatedIdentityCredential'.`,
    );
  }
  return value;
};

/** @throws GraphError 400 for a missing value or a 21st one, 409 for one with the same issuer and subject */
function create(call: Call): Answer {
  demandApplicationWrite(call, application(call));
  const { federatedCredentials } = registered(call);
  const [name, issuer, subject] = [text(call, "name"), text(call, "issuer"), text(call, "subject")];
  const audiences: unknown = call.body["audiences"];
  if (!Array.isArray(audiences) || audiences.length !== 1 || typeof audiences[0] !== "string") {
    throw badRequest(
      "Invalid value specified for property 'audiences' of resource 'FederatedIdentityCredential'.",
    );
  }
  if (federatedCredentials.length >= MOST_CREDENTIALS) {
    throw badRequest(
      `An application can have at most ${MOST_CREDENTIALS} federated identity credentials.`,
    );
  }
  if (federatedCredentials.some((one) => one.issuer === issuer && one.subject === subject)) {
    throw new GraphError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "FederatedIdentityCredential with the same issuer and subject already exists on app.",
    );
  }
  const credential: FederatedCredential = { issuer, subject, audience: audiences[0] };
  const { description } = call.body;
  known.set(credential, {
    id: call.tenant.directory.newId(),
    name,
    description: typeof description === "string" ? description : null,
  });
  federatedCredentials.push(credential);
  return {
    status: 201,
    body: {
      "@odata.context": contextOf(call.root, "federatedIdentityCredentials", undefined, true),
      ...shown(call, credential),
    },
  };
}

function remove(call: Call): Answer {
  demandApplicationWrite(call, application(call));
  const { federatedCredentials } = registered(call);
  const id = call.params["credential"] ?? "";
  const at = federatedCredentials.findIndex((one) => {
    const { id: own, name } = shown(call, one);
    return own === id || name === id;
  });
  if (at < 0) throw notFound(id);
  federatedCredentials.splice(at, 1);
  return noContent;
}

const PATH = "/applications/:application/federatedIdentityCredentials";

/** Trust in other issuers: the token endpoint reads the same list. */
export const federatedCredentialRoutes: readonly Route[] = [
  {
    method: "GET",
    path: PATH,
    needs: READ_APPLICATIONS,
    handle: (call) =>
      resourceList(
        call,
        "applications/federatedIdentityCredentials",
        registered(call).federatedCredentials.map((one) => shown(call, one)),
        { filterable: true },
      ),
  },
  { method: "POST", path: PATH, needs: "per-call", body: "required", handle: create },
  { method: "DELETE", path: `${PATH}/:credential`, needs: "per-call", handle: remove },
];
