import type { Application, FederatedCredential } from "../../entra/model.ts";
import { demandApplicationWrite } from "../applications/ownership.ts";
import { applicationOf } from "../applications/registry-link.ts";
import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, GraphError, notFound } from "../http/graph-error.ts";
import { contextOf } from "../odata/render.ts";
import { READ_APPLICATIONS } from "../rules/permission.ts";
import type { Values } from "../store/entity.ts";
import { application } from "./application-named.ts";
import { prefers, type Call } from "./call.ts";
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

const invalid = (property: string): GraphError =>
  badRequest(
    `Invalid value specified for property '${property}' of resource 'FederatedIdentityCredential'.`,
  );

/** @throws GraphError 400 for an issuer that is no https address; 400 for no or several audiences */
function issuerAndAudience(call: Call): { readonly issuer: string; readonly audience: string } {
  const issuer = text(call, "issuer");
  if (issuer.length > 600 || !URL.canParse(issuer) || new URL(issuer).protocol !== "https:")
    throw invalid("issuer");
  const audiences: unknown = call.body["audiences"];
  if (!Array.isArray(audiences) || audiences.length !== 1 || typeof audiences[0] !== "string")
    throw invalid("audiences");
  return { issuer, audience: audiences[0] };
}

/**
 * @throws GraphError 400 for a missing value or a 21st one, 409 for one with the same name, or with the
 * same issuer and subject
 */
function create(call: Call, given?: string): Answer {
  demandApplicationWrite(call, application(call));
  const { federatedCredentials } = registered(call);
  const name = given ?? text(call, "name");
  const subject = text(call, "subject");
  const { issuer, audience } = issuerAndAudience(call);
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/u.test(name)) throw invalid("name");
  if (federatedCredentials.some((one) => shown(call, one)["name"] === name)) {
    throw new GraphError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      `FederatedIdentityCredential with name ${name} already exists.`,
    );
  }
  if (federatedCredentials.length >= MOST_CREDENTIALS) {
    throw badRequest(
      `An application can have at most ${MOST_CREDENTIALS} federated identity credentials.`,
    );
  }
  if (federatedCredentials.some((one) => one.issuer === issuer && one.subject === subject)) {
    throw sameIssuerAndSubject();
  }
  const credential: FederatedCredential = { issuer, subject, audience };
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
      "@odata.context": contextOf(call.root, setOf(call), undefined, true),
      ...shown(call, credential),
    },
  };
}

const setOf = (call: Call): string =>
  `applications('${application(call).id}')/federatedIdentityCredentials`;

/** The place of the credential that the path names by id, by name, or by `name=`. */
function placeOf(call: Call, list: readonly FederatedCredential[]): number {
  const key = (call.params["credential"] ?? "").replace(/^name=/u, "");
  return list.findIndex((one) => {
    const { id, name } = shown(call, one);
    return id === key || name === key;
  });
}

function get(call: Call): Answer {
  const { federatedCredentials } = registered(call);
  const found = federatedCredentials[placeOf(call, federatedCredentials)];
  if (!found) throw notFound(call.params["credential"] ?? "");
  return ok({
    "@odata.context": contextOf(call.root, setOf(call), undefined, true),
    ...shown(call, found),
  });
}

/** Changes all but the name, or creates it (federatedidentitycredential-update, -upsert). */
function update(call: Call): Answer {
  demandApplicationWrite(call, application(call));
  const { federatedCredentials } = registered(call);
  const at = placeOf(call, federatedCredentials);
  const found = federatedCredentials[at];
  const key = call.params["credential"] ?? "";
  if (!found) {
    if (!key.startsWith("name=") || !prefers(call, "create-if-missing")) throw notFound(key);
    return create(call, key.slice("name=".length));
  }
  const { name, description, ...others } = shown(call, found);
  const present: Values = { ...others, description };
  if (call.body["name"] !== undefined && call.body["name"] !== name) throw invalid("name");
  const whole: Call = { ...call, body: { ...present, ...call.body } };
  const changed = { ...issuerAndAudience(whole), subject: text(whole, "subject") };
  const isTaken = federatedCredentials.some(
    (one) => one !== found && one.issuer === changed.issuer && one.subject === changed.subject,
  );
  if (isTaken) throw sameIssuerAndSubject();
  const told = known.get(found);
  federatedCredentials[at] = changed;
  if (told)
    known.set(changed, {
      ...told,
      description: (whole.body["description"] ?? null) as string | null,
    });
  return noContent;
}

const sameIssuerAndSubject = (): GraphError =>
  new GraphError(
    409,
    "Request_MultipleObjectsWithSameKeyValue",
    "FederatedIdentityCredential with the same issuer and subject already exists on app.",
  );

function remove(call: Call): Answer {
  demandApplicationWrite(call, application(call));
  const { federatedCredentials } = registered(call);
  const at = placeOf(call, federatedCredentials);
  if (at < 0) throw notFound(call.params["credential"] ?? "");
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
        setOf(call),
        registered(call).federatedCredentials.map((one) => shown(call, one)),
        { filterable: true },
      ),
  },
  {
    method: "POST",
    path: PATH,
    needs: "per-call",
    body: "required",
    handle: (call) => create(call),
  },
  { method: "GET", path: `${PATH}/:credential`, needs: READ_APPLICATIONS, handle: get },
  {
    method: "PATCH",
    path: `${PATH}/:credential`,
    needs: "per-call",
    body: "required",
    handle: update,
  },
  { method: "DELETE", path: `${PATH}/:credential`, needs: "per-call", handle: remove },
];
