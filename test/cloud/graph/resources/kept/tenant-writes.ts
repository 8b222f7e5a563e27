import { noContent, ok, type Answer } from "../../http/answer.ts";
import { badRequest, denied, notFound } from "../../http/graph-error.ts";
import { demandPerson } from "../../rules/people-only.ts";
import { demand, READ_DIRECTORY, WRITE_USERS } from "../../rules/permission.ts";
import { checkPassword } from "../../rules/user-values.ts";
import type { Call } from "../call.ts";
import { resolve } from "../resolve.ts";
import type { Route } from "../route.ts";
import { checkedBody, isTextOrNull, isTexts, type Checks } from "./body.ts";

/** What organization-update lists. */
const ORGANIZATION: Checks = {
  marketingNotificationEmails: isTexts,
  privacyProfile: (value) => value === null || typeof value === "object",
  securityComplianceNotificationMails: isTexts,
  securityComplianceNotificationPhones: isTexts,
  technicalNotificationMails: isTexts,
  defaultUsageLocation: isTextOrNull,
};

function updateOrganization(call: Call): Answer {
  const id = call.params["organization"] ?? "";
  if (id.toLowerCase() !== call.tenant.id.toLowerCase()) throw notFound(id);
  const shelf = call.tenant.shelves.of("organization");
  shelf.set("", { ...shelf.get(""), ...checkedBody(call, "Organization", ORGANIZATION) });
  return noContent;
}

/** The export goes to a container that the request names; here nothing is written (user-exportpersonaldata). */
function exportData(call: Call): Answer {
  const { id: userId } = resolve(call, "user", call.params["user"] ?? "").entity;
  const { storageLocation } = checkedBody(
    call,
    "ExportPersonalData",
    { storageLocation: isTextOrNull },
    ["storageLocation"],
  );
  const id = call.tenant.directory.newId();
  const now = call.tenant.nowText();
  call.tenant.shelves.of("dataPolicyOperations").set(id, {
    id,
    completedDateTime: now,
    status: "complete",
    storageLocation,
    userId,
    submittedDateTime: now,
    progress: 100,
  });
  return { status: 202, headers: { Location: `${call.root}/dataPolicyOperations/${id}` } };
}

function exportState(call: Call): Answer {
  const id = call.params["operation"] ?? "";
  const state = call.tenant.shelves.of("dataPolicyOperations").get(id.toLowerCase());
  if (!state) throw notFound(id);
  return ok({
    "@odata.context": `${call.root}/$metadata#dataPolicyOperations/$entity`,
    ...state,
  });
}

/** People change their own password, knowing the old one (user-changepassword). @throws GraphError 400, 403 */
function changePassword(call: Call): Answer {
  demandPerson(call);
  demand(call.caller, WRITE_USERS);
  const { entity } = resolve(call, "user", call.params["user"] ?? "");
  const { id } = entity;
  const { currentPassword, newPassword } = call.body;
  const held = call.tenant.passwords.get(id);
  if (held === undefined) throw denied();
  if (currentPassword !== held)
    throw badRequest("The specified password does not match the current password.");
  checkPassword({ password: newPassword }, undefined);
  call.tenant.passwords.set(id, String(newPassword));
  call.tenant.directory.touch(entity, { lastPasswordChangeDateTime: call.tenant.nowText() });
  return noContent;
}

/** What anybody may know of a tenant of this cloud (tenantrelationship-findtenantinformationbytenantid). @throws GraphError 404 */
function tenantInformation(call: Call, key: "tenantid" | "domainname"): Answer {
  const asked = (call.params["key"] ?? "").toLowerCase();
  const value = asked.startsWith(`${key}=`) ? asked.slice(key.length + 1) : "";
  const found = [...call.tenant.registry.tenants()].find(({ tenantId, domains }) =>
    key === "tenantid"
      ? tenantId.toLowerCase() === value
      : domains.some((name) => name.toLowerCase() === value),
  );
  if (!found) throw notFound(value);
  return ok({
    "@odata.context": `${call.root}/$metadata#microsoft.graph.tenantInformation`,
    tenantId: found.tenantId,
    federationBrandName: null,
    displayName: found.displayName,
    defaultDomainName: found.domains[0] ?? null,
  });
}

const find = (name: string, key: "tenantid" | "domainname"): Route => ({
  method: "GET",
  path: `/tenantRelationships/${name}/:key`,
  needs: ["CrossTenantInformation.ReadBasic.All"],
  handle: (call) => tenantInformation(call, key),
});

export const tenantWriteRoutes: readonly Route[] = [
  find("findTenantInformationByTenantId", "tenantid"),
  find("findTenantInformationByDomainName", "domainname"),
  {
    method: "PATCH",
    path: "/organization/:organization",
    needs: ["Organization.ReadWrite.All"],
    body: "required",
    handle: updateOrganization,
  },
  {
    method: "POST",
    path: "/users/:user/exportPersonalData",
    needs: ["User.Export.All"],
    body: "required",
    handle: exportData,
  },
  {
    method: "GET",
    path: "/dataPolicyOperations/:operation",
    needs: ["User.Export.All", "User.Read.All"],
    handle: exportState,
  },
  {
    method: "POST",
    path: "/users/:user/changePassword",
    needs: "per-call",
    body: "required",
    handle: changePassword,
  },
  {
    // The tenant is no partner with customers (contract-list).
    method: "GET",
    path: "/contracts",
    needs: READ_DIRECTORY,
    handle: (call) => ok({ "@odata.context": `${call.root}/$metadata#contracts`, value: [] }),
  },
  {
    method: "GET",
    path: "/contracts/:contract",
    needs: READ_DIRECTORY,
    handle: (call) => {
      throw notFound(call.params["contract"] ?? "");
    },
  },
];
