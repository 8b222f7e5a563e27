import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, denied } from "../http/graph-error.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { demandPerson } from "../rules/people-only.ts";
import { demandPowerOver, demandUnrestricted, SENSITIVE } from "../rules/privilege.ts";
import { demandRoom } from "../rules/quota.ts";
import { withSecurityAttributes } from "../rules/security-attributes.ts";
import { checkPassword, checkUserValues, onPremisesMastered } from "../rules/user-values.ts";
import { checkedValues, demandValues } from "../rules/values.ts";
import type { Entity, Values } from "../store/entity.ts";
import { prefers, type Call } from "./call.ts";
import { setsElsewhere, updateElsewhere } from "./kept/profile.ts";
import { referenced, resolve } from "./resolve.ts";
import { softDeleteUser } from "./soft-delete.ts";

const BINDINGS = new Set(["manager@odata.bind", "sponsors@odata.bind"]);

/** @throws GraphError 400 in the words seen in clients (microsoft-graph, create user) */
function demandPassword(profile: unknown): void {
  const password = (profile as Values | null | undefined)?.["password"];
  if (password === undefined || password === null)
    throw badRequest("A password must be specified to create a new user.");
}

function keepPassword({ tenant }: Call, { id }: Entity, profile: unknown): void {
  const password = (profile as Values | null | undefined)?.["password"];
  if (typeof password === "string") tenant.passwords.set(id, password);
}

/** A local account of an external tenant: Graph makes up the names (user-post-users, example 2). */
function withNames({ tenant, body }: Call): Values {
  const isLocal =
    tenant.conditions.localAccounts &&
    body["userPrincipalName"] === undefined &&
    Array.isArray(body["identities"]);
  if (!isLocal) return body;
  const name = tenant.directory.newId();
  const userPrincipalName = `${name}@${tenant.defaultDomain}`;
  const own = {
    signInType: "userPrincipalName",
    issuer: tenant.defaultDomain,
    issuerAssignedId: userPrincipalName,
  };
  return {
    accountEnabled: true,
    mailNickname: name,
    creationType: "LocalAccount",
    ...body,
    userPrincipalName,
    identities: [...(body["identities"] as readonly Values[]), own],
  };
}

/** POST /users. @throws GraphError 400, 404 */
export function createUser(call: Call): Answer {
  const { tenant } = call;
  const { creationType, ...body } = withNames(call);
  const unknown = Object.keys(body).find(
    (name) => name.includes("@odata.bind") && !BINDINGS.has(name),
  );
  if (unknown) throw badRequest(`Invalid property '${unknown}'.`);
  demandValues("user", body, [
    "accountEnabled",
    "displayName",
    "mailNickname",
    "userPrincipalName",
  ]);
  demandPassword(body["passwordProfile"]);
  const values = checkedValues("user", body, "create");
  const profile = values["passwordProfile"] as Values;
  checkUserValues(call, values);
  checkPassword(profile, values["passwordPolicies"]);
  const manager = body["manager@odata.bind"];
  const boss = manager === undefined ? undefined : referenced(call, manager);
  demandRoom(tenant);
  const now = tenant.nowText();
  const { passwordProfile: _kept, ...stored } = values;
  const mail = typeof stored["mail"] === "string" ? stored["mail"] : undefined;
  const entity = tenant.directory.create("user", {
    createdDateTime: now,
    userType: "Member",
    ...(creationType !== undefined && { creationType }),
    lastPasswordChangeDateTime: now,
    signInSessionsValidFromDateTime: now,
    ...(mail && { proxyAddresses: [`SMTP:${mail}`] }),
    identities: [
      {
        signInType: "userPrincipalName",
        issuer: tenant.defaultDomain,
        issuerAssignedId: stored["userPrincipalName"],
      },
    ],
    ...stored,
  });
  keepPassword(call, entity, profile);
  if (boss) tenant.directory.link("manager", entity, boss.id);
  return {
    status: 201,
    headers: {
      Location: `${call.root.replace(/\/v1\.0$/, "")}/v2/${tenant.id}/directoryObjects/${entity.id}/Microsoft.DirectoryServices.User`,
    },
    body: {
      "@odata.context": contextOf(call.root, "users", undefined, true),
      ...render(entity, entity.values, shownAfter(creationType), false),
    },
  };
}

/** What the answer to a create shows: of a local account its identities too (user-post-users, example 2). */
const shownAfter = (creationType: unknown): readonly string[] => [
  ...selected("user", undefined),
  ...(creationType === undefined ? [] : ["identities", "passwordPolicies"]),
];

/** An update of some of the extension attributes keeps the others (extensibility-overview). */
function mergedAttributes(present: Values, { onPremisesExtensionAttributes: set }: Values): Values {
  if (typeof set !== "object" || set === null) return {};
  const before = present["onPremisesExtensionAttributes"] ?? {};
  return { onPremisesExtensionAttributes: { ...before, ...set } };
}

/** A part that an update leaves out is set to null (user-update, employeeOrgData). */
const wholeOrgData = ({ employeeOrgData: set }: Values): Values =>
  typeof set === "object" && set !== null
    ? { employeeOrgData: { division: null, costCenter: null, ...set } }
    : {};

/** A new mail address becomes the primary one of `proxyAddresses` (user-update, mail). */
function withAddress(present: Values, { mail }: Values): Values {
  if (typeof mail !== "string") return {};
  const others = ((present["proxyAddresses"] ?? []) as readonly string[])
    .map((address) => address.replace(/^SMTP:/, "smtp:"))
    .filter((address) => address.toLowerCase() !== `smtp:${mail.toLowerCase()}`);
  return { proxyAddresses: [`SMTP:${mail}`, ...others] };
}

/** An application cannot change when somebody was hired (user-update): pages differ. @throws GraphError 403 */
function demandHireDate({ tenant, caller }: Call, names: readonly string[]): void {
  const isRefused = caller.scopes === undefined && !tenant.conditions.hireDateByApplications;
  if (isRefused && names.includes("employeeHireDate")) throw denied();
}

/** PATCH /users/{id}. @throws GraphError 400, 403, 404 */
export function updateUser(call: Call): Answer {
  const { entity } = resolve(call, "user", call.params["user"] ?? "");
  if (setsElsewhere("user", call.body)) {
    // Only people can (user-update).
    demandPerson(call);
    return updateElsewhere(call, "user", entity.id);
  }
  const values = withSecurityAttributes(
    "user",
    entity.values,
    checkedValues("user", call.body, "update"),
  );
  const names = Object.keys(values);
  demandHireDate(call, names);
  demandUnrestricted(entity);
  if (names.some((name) => SENSITIVE.has(name))) demandPowerOver(call, entity, names);
  checkUserValues(call, values, entity);
  checkPassword(values["passwordProfile"], values["passwordPolicies"]);
  const { passwordProfile, ...stored } = values;
  const now = call.tenant.nowText();
  call.tenant.directory.update(entity, {
    ...stored,
    ...mergedAttributes(entity.values, stored),
    ...wholeOrgData(stored),
    ...withAddress(entity.values, stored),
    ...(passwordProfile !== undefined && { lastPasswordChangeDateTime: now }),
    ...(stored["accountEnabled"] === false && { signInSessionsValidFromDateTime: now }),
  });
  keepPassword(call, entity, passwordProfile);
  if (!prefers(call, "return=representation")) return noContent;
  return ok({
    "@odata.context": contextOf(call.root, "users", undefined, true),
    ...render(entity, entity.values, selected("user", undefined), false),
  });
}

/** DELETE /users/{id}: moves the user to deletedItems. @throws GraphError 400, 403, 404 */
export function removeUser(call: Call): Answer {
  const { entity } = resolve(call, "user", call.params["user"] ?? "");
  demandUnrestricted(entity);
  demandPowerOver(call, entity);
  if (entity.values["onPremisesSyncEnabled"] === true) throw onPremisesMastered();
  softDeleteUser(call.tenant, entity);
  return noContent;
}
