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

/** @throws GraphError 404 */
function found(call: Call): Domain {
  const name = (call.params["domain"] ?? "").toLowerCase();
  const one = call.tenant.domains.find((domain) => domain.name === name);
  if (!one) throw notFound(name);
  return one;
}

function replace(call: Call, domain: Domain, changes: Partial<Domain>): Domain {
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
  const domain = found(call);
  if (!domain.isVerified) throw badRequest("The domain is not verified.");
  if (given["isDefault"] === false && domain.isDefault) throw invalidOf("Domain", "isDefault");
  if (given["isDefault"] === true) {
    for (const other of call.tenant.domains.filter((one) => one.isDefault && one !== domain))
      replace(call, other, { isDefault: false });
    replace(call, domain, { isDefault: true });
  }
  return noContent;
}

/** The record in DNS is taken to be there (domain-verify). */
const verify = (call: Call): Answer =>
  ok({
    "@odata.context": `${call.root}/$metadata#domains/$entity`,
    ...shownDomain(replace(call, found(call), { isVerified: true })),
  });

const NAMES = ["userPrincipalName", "mail", "identifierUris", "proxyAddresses"];

/** Who has a name in the domain. */
function references(call: Call, { name }: Domain): readonly Entity[] {
  const { live } = call.tenant.directory;
  const isNamed = (value: unknown): boolean =>
    Array.isArray(value) ? value.some(isNamed) : String(value).toLowerCase().endsWith(`@${name}`);
  return [...live.user, ...live.group, ...live.application].filter(({ values }) =>
    NAMES.some((property) => isNamed(values[property])),
  );
}

/** @throws GraphError 400 for the initial or the default domain, and for one that is in use */
function remove(call: Call): Answer {
  const domain = found(call);
  if (domain.isInitial || domain.isDefault)
    throw badRequest("The initial and the default domain of a tenant cannot be deleted.");
  if (references(call, domain).length > 0)
    throw badRequest("The domain is referenced by other objects, and cannot be deleted.");
  call.tenant.domains.splice(call.tenant.domains.indexOf(domain), 1);
  return noContent;
}

const record = (call: Call, type: string, more: Readonly<Record<string, unknown>>) => ({
  "@odata.type": `#microsoft.graph.domainDns${type}Record`,
  id: call.tenant.directory.newId(),
  isOptional: false,
  label: found(call).name,
  recordType: type,
  supportedService: "Email",
  ttl: 3600,
  ...more,
});

const records = (call: Call, name: string, value: readonly unknown[]): Answer =>
  ok({
    "@odata.context": `${call.root}/$metadata#domains('${found(call).name}')/${name}`,
    value,
  });

const mark = (name: string): string =>
  `ms${Buffer.from(name).readUInt32BE(0) % 100_000_000}`.padEnd(10, "0");

const verificationRecords = (call: Call): Answer =>
  records(call, "verificationDnsRecords", [
    record(call, "Txt", { supportedService: "null", text: `MS=${mark(found(call).name)}` }),
    record(call, "Mx", {
      supportedService: "null",
      mailExchange: `${mark(found(call).name)}.msv1.invalid`,
      preference: 32_767,
    }),
  ]);

const serviceRecords = (call: Call): Answer =>
  records(call, "serviceConfigurationRecords", [
    record(call, "Mx", {
      mailExchange: `${found(call).name.replaceAll(".", "-")}.mail.protection.outlook.com`,
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
  { method: "POST", path: `${PATH}/verify`, needs: WRITE, handle: verify },
  get("verificationDnsRecords", verificationRecords),
  get("serviceConfigurationRecords", serviceRecords),
  get("domainNameReferences", (call) =>
    listAnswer(call, {
      type: "directoryObject",
      set: "directoryObjects",
      typed: true,
      source: entitiesSource(call.tenant.directory, references(call, found(call))),
    }),
  ),
];
