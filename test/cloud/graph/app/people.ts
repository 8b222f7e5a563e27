import type { People, Person } from "../../entra/people/person.ts";
import type { Entity } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import type { Tenant } from "./tenant.ts";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const personOf = ({ id, values }: Entity): Person => ({
  id,
  userPrincipalName: text(values["userPrincipalName"]) ?? id,
  displayName: text(values["displayName"]) ?? "",
  mail: text(values["mail"]),
  accountEnabled: values["accountEnabled"] !== false,
  sessionsValidFromMs: Date.parse(text(values["signInSessionsValidFromDateTime"]) ?? "") || 0,
});

/** The users of every tenant, for signing in. */
export function peopleIn(tenantOf: (id: string) => Tenant | undefined): People {
  return {
    find(tenantId, idOrName) {
      const directory = tenantOf(tenantId)?.directory;
      const found = isGuid(idOrName)
        ? directory?.get(idOrName)
        : directory?.find("user", "userPrincipalName", idOrName)[0];
      return found?.kind === "user" && found.state === "live" ? personOf(found) : undefined;
    },
    list(tenantId, most) {
      const shown: Person[] = [];
      for (const entity of tenantOf(tenantId)?.directory.live.user ?? []) {
        if (shown.length === most) break;
        shown.push(personOf(entity));
      }
      return shown;
    },
    appRolesOf(tenantId, personId, resourceId) {
      const tenant = tenantOf(tenantId);
      if (!tenant) return [];
      const holders = new Set([personId, ...tenant.directory.relations.members.sources(personId)]);
      return [...tenant.assignments.values()]
        .filter(
          (one) =>
            one["resourceId"] === resourceId.toLowerCase() &&
            holders.has(String(one["principalId"])),
        )
        .map((one) => String(one["appRoleId"]).toLowerCase());
    },
  };
}
