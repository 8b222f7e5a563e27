import type { Domain } from "../../app/tenant.ts";
import { noContent, ok, type Answer } from "../../http/answer.ts";
import { badRequest, GraphError, notFound } from "../../http/graph-error.ts";
import { listAnswer } from "../../odata/list.ts";
import { entitiesSource } from "../../odata/source.ts";
import { READ_DIRECTORY, type Needs } from "../../rules/permission.ts";
import type { Entity } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { shownDomain } from "../organization.ts";
import type { Route } from "../route.ts";
import { checkedBody, invalidOf, isBoolean, isTexts } from "./body.ts";
import { shownEntry } from "./shelf-routes.ts";

const WRITE: Needs = ["Domain.ReadWrite.All"];
const READ: Needs = ["Domain.Read.All", ...WRITE, ...READ_DIRECTORY];
const PATH = "/domains/:domain";

/** The domain that a path names. @throws GraphError 404 */
export function domainNamed(call: Call): Domain {
  const name = (call.params["domain"] ?? "").toLowerCase();
  const one = call.tenant.domains.find((domain) => domain.name === name);
  if (!one) throw notFound(name);
  return one;
}

/** The domain with these changes, in its place. */
export function replaceDomain(call: Call, domain: Domain, changes: Partial<Domain>): Domain {
  const { domains } = call.tenant;
  const after = { ...domain, ...changes };
  domains.splice(domains.indexOf(domain), 1, after);
  return after;
}

const isDomain = (value: unknown): boolean =>
  typeof value === "string" && /^([a-z0-9-]+\.)+[a-z]{2,}$/i.test(value);

/** A new domain is not verified (domain-post-domains). @throws GraphError 400 */
function create(call: Call): Answer {
  const name = String(checkedBody(call, "Domain", { id: isDomain }, ["id"])["id"]).toLowerCase();
  if (call.tenant.domains.some((domain) => domain.name === name)) {
    throw new GraphError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "Another object with the same value for property name already exists.",
    );
  }
  const domain: Domain = {
    name,
    isDefault: false,
    isInitial: false,
    isVerified: false,
    authenticationType: "Managed",
  };
  call.tenant.domains.push(domain);
  return shownEntry(call, "domains", shownDomain(domain), 201);
}

/** The default domain changes with `isDefault`; the others then are not (domain-update). @throws GraphError 400 */
function update(call: Call): Answer {
  const given = checkedBody(call, "Domain", { isDefault: isBoolean, supportedServices: isTexts });
  const domain = domainNamed(call);
  if (!domain.isVerified) throw badRequest("The domain is not verified.");
  if (given["isDefault"] === false && domain.isDefault) throw invalidOf("Domain", "isDefault");
  if (given["isDefault"] === true) {
    for (const other of call.tenant.domains.filter((one) => one.isDefault && one !== domain))
      replaceDomain(call, other, { isDefault: false });
    replaceDomain(call, domain, { isDefault: true });
  }
  return noContent;
}

/** The record in DNS is taken to be there (domain-verify). */
const verify = (call: Call): Answer =>
  ok({
    "@odata.context": `${call.root}/$metadata#domains/$entity`,
    ...shownDomain(replaceDomain(call, domainNamed(call), { isVerified: true })),
  });

const NAMES = ["userPrincipalName", "mail", "identifierUris", "proxyAddresses"];

/** Where a name or an address is in the domain: `ann@contoso.com`, `https://contoso.com/app`. */
const nameIn = ({ name }: Domain): RegExp =>
  new RegExp(`(@|//)${name.replaceAll(".", "\\.")}(?=$|[/:?#])`, "i");

/** Who has a name in the domain. */
function references(call: Call, domain: Domain): readonly Entity[] {
  const { live } = call.tenant.directory;
  const isNamed = (value: unknown): boolean =>
    Array.isArray(value) ? value.some(isNamed) : nameIn(domain).test(String(value));
  return [...live.user, ...live.group, ...live.application].filter(({ values }) =>
    NAMES.some((property) => isNamed(values[property])),
  );
}

/** @throws GraphError 400 for the initial or the default domain, and for one that is in use */
function remove(call: Call): Answer {
  const domain = domainNamed(call);
  if (domain.isInitial || domain.isDefault)
    throw badRequest("The initial and the default domain of a tenant cannot be deleted.");
  if (references(call, domain).length > 0)
    throw badRequest("The domain is referenced by other objects, and cannot be deleted.");
  call.tenant.domains.splice(call.tenant.domains.indexOf(domain), 1);
  return noContent;
}

/**
 * Gives whoever is named in the domain a name in the initial one, and deletes it (domain-forcedelete).
 * @throws GraphError 400 for the initial or default domain, more than 1,000 objects, and a multitenant application
 */
function forceDelete(call: Call): Answer {
  const checks = { disableUserAccounts: (value: unknown) => value === null || isBoolean(value) };
  const { disableUserAccounts } = checkedBody(call, "Domain", checks);
  const domain = domainNamed(call);
  const initial = call.tenant.domains.find(({ isInitial }) => isInitial);
  if (domain.isInitial || domain.isDefault || !initial)
    throw badRequest("The initial and the default domain of a tenant cannot be deleted.");
  const named = references(call, domain);
  if (named.length > 1000) throw badRequest("The domain is referenced by more than 1000 objects.");
  if (named.some(isMultitenant))
    throw badRequest("The domain is referenced by a multitenant application.");
  const renamed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(renamed)
      : typeof value === "string"
        ? value.replace(nameIn(domain), `$1${initial.name}`)
        : value;
  for (const entity of named)
    call.tenant.directory.update(entity, {
      ...Object.fromEntries(
        NAMES.filter((name) => entity.values[name] !== undefined).map((name) => [
          name,
          renamed(entity.values[name]),
        ]),
      ),
      ...(entity.kind === "user" && disableUserAccounts === true && { accountEnabled: false }),
    });
  call.tenant.domains.splice(call.tenant.domains.indexOf(domain), 1);
  return noContent;
}

const isMultitenant = ({ kind, values }: Entity): boolean =>
  kind === "application" && values["signInAudience"] !== "AzureADMyOrg";

/** Only a verified subdomain becomes a root (domain-promote). @throws GraphError 400 */
function promote(call: Call): Answer {
  const domain = domainNamed(call);
  const isBelow = call.tenant.domains.some(({ name }) => domain.name.endsWith(`.${name}`));
  if (!domain.isVerified || !isBelow)
    throw badRequest("Only a verified subdomain can be promoted to a root domain.");
  return ok({ "@odata.context": `${call.root}/$metadata#Edm.Boolean`, value: true });
}

/** The domain that a subdomain belongs to (domain-get-rootdomain). @throws GraphError 404 */
function rootDomain(call: Call): Answer {
  const { name } = domainNamed(call);
  const root = call.tenant.domains.find((one) => name.endsWith(`.${one.name}`));
  if (!root) throw notFound("rootDomain");
  return shownEntry(call, "domains", shownDomain(root));
}

const record = (call: Call, type: string, more: Readonly<Record<string, unknown>>) => ({
  "@odata.type": `#microsoft.graph.domainDns${type}Record`,
  id: call.tenant.directory.newId(),
  isOptional: false,
  label: domainNamed(call).name,
  recordType: type,
  supportedService: "Email",
  ttl: 3600,
  ...more,
});

const records = (call: Call, name: string, value: readonly unknown[]): Answer =>
  ok({
    "@odata.context": `${call.root}/$metadata#domains('${domainNamed(call).name}')/${name}`,
    value,
  });

const mark = (name: string): string =>
  `ms${Buffer.from(name).readUInt32BE(0) % 100_000_000}`.padEnd(10, "0");

const verificationRecords = (call: Call): Answer =>
  records(call, "verificationDnsRecords", [
    record(call, "Txt", { supportedService: "null", text: `MS=${mark(domainNamed(call).name)}` }),
    record(call, "Mx", {
      supportedService: "null",
      mailExchange: `${mark(domainNamed(call).name)}.msv1.invalid`,
      preference: 32_767,
    }),
  ]);

const serviceRecords = (call: Call): Answer =>
  records(call, "serviceConfigurationRecords", [
    record(call, "Mx", {
      mailExchange: `${domainNamed(call).name.replaceAll(".", "-")}.mail.protection.outlook.com`,
      preference: 0,
    }),
    record(call, "Txt", { text: "v=spf1 include:spf.protection.outlook.com ~all" }),
  ]);

const get = (name: string, handle: Route["handle"]): Route => ({
  method: "GET",
  path: `${PATH}/${name}`,
  needs: READ,
  handle,
});

export const domainRoutes: readonly Route[] = [
  { method: "POST", path: "/domains", needs: WRITE, body: "required", handle: create },
  { method: "PATCH", path: PATH, needs: WRITE, body: "required", handle: update },
  { method: "DELETE", path: PATH, needs: WRITE, handle: remove },
  {
    method: "POST",
    path: `${PATH}/forceDelete`,
    needs: WRITE,
    body: "optional",
    handle: forceDelete,
  },
  { method: "POST", path: `${PATH}/promote`, needs: WRITE, handle: promote },
  get("rootDomain", rootDomain),
  { method: "POST", path: `${PATH}/verify`, needs: WRITE, handle: verify },
  get("verificationDnsRecords", verificationRecords),
  get("serviceConfigurationRecords", serviceRecords),
  get("domainNameReferences", (call) =>
    listAnswer(call, {
      type: "directoryObject",
      set: "directoryObjects",
      typed: true,
      source: entitiesSource(call.tenant.directory, references(call, domainNamed(call))),
    }),
  ),
];
