import type { Consent, People, Person } from "../../entra/people/person.ts";
import type { Entity, Values } from "../store/entity.ts";
import { compactId, isGuid } from "../store/ids.ts";
import type { Tenant } from "./tenant.ts";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const personOf = (tenant: Tenant, { id, values }: Entity): Person => ({
  id,
  userPrincipalName: text(values["userPrincipalName"]) ?? id,
  displayName: text(values["displayName"]) ?? "",
  mail: text(values["mail"]),
  accountEnabled: values["accountEnabled"] !== false,
  isGuest: values["userType"] === "Guest",
  directoryRoles: [...tenant.roles.templatesHeldBy(id)],
  // A new password ends sessions as a revocation does (configurable-token-lifetimes, token revocation).
  sessionsValidFromMs: Math.max(
    ...["signInSessionsValidFromDateTime", "lastPasswordChangeDateTime"].map(
      (name) => Date.parse(text(values[name]) ?? "") || 0,
    ),
  ),
});

const same = (held: unknown, wanted: string): boolean =>
  String(held).toLowerCase() === wanted.toLowerCase();

/** Whether the grant is the client's at the resource. */
const isFor = (grant: Values, { clientId, resourceId }: AnyConsent): boolean =>
  same(grant["clientId"], clientId) && same(grant["resourceId"], resourceId);

/** Whether it is everybody's, or the person's own. */
const isOf = (grant: Values, { personId }: Consent): boolean =>
  grant["consentType"] === "AllPrincipals" || same(grant["principalId"], personId);

const scopesIn = ({ scope }: Values): readonly string[] =>
  String(scope)
    .split(" ")
    .filter((name) => name !== "");

type AnyConsent = Omit<Consent, "personId"> & { readonly personId: string | undefined };

/** Adds scopes to the grant of the person, or of everybody. */
function add(tenant: Tenant | undefined, consent: AnyConsent, scopes: readonly string[]): void {
  if (!tenant) return;
  const principalId = consent.personId?.toLowerCase() ?? null;
  const own = [...tenant.grants.values()].find(
    (grant) => isFor(grant, consent) && grant["principalId"] === principalId,
  );
  const id =
    own === undefined
      ? compactId(consent.clientId, consent.resourceId, ...(principalId ? [principalId] : []))
      : String(own["id"]);
  tenant.grants.set(id, {
    clientId: consent.clientId.toLowerCase(),
    consentType: principalId === null ? "AllPrincipals" : "Principal",
    id,
    principalId,
    resourceId: consent.resourceId.toLowerCase(),
    scope: [...new Set([...(own ? scopesIn(own) : []), ...scopes])].join(" "),
  });
}

/** The users of every tenant, for signing in. */
export function peopleIn(tenantOf: (id: string) => Tenant | undefined): People {
  return {
    find(tenantId, idOrName) {
      const tenant = tenantOf(tenantId);
      if (!tenant) return undefined;
      const { directory } = tenant;
      tenant.roles.settle(tenant.nowMs());
      const found = isGuid(idOrName)
        ? directory.get(idOrName)
        : directory.find("user", "userPrincipalName", idOrName)[0];
      return found?.kind === "user" && found.state === "live" ? personOf(tenant, found) : undefined;
    },
    list(tenantId, most) {
      const shown: Person[] = [];
      const tenant = tenantOf(tenantId);
      for (const entity of tenant?.directory.live.user ?? []) {
        if (!tenant || shown.length === most) break;
        shown.push(personOf(tenant, entity));
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
    consentedTo(consent) {
      const tenant = tenantOf(consent.tenantId);
      return [...(tenant?.grants.values() ?? [])]
        .filter((grant) => isFor(grant, consent) && isOf(grant, consent))
        .flatMap((grant) => scopesIn(grant));
    },
    consent: (consent, scopes) => add(tenantOf(consent.tenantId), consent, scopes),
    consentForAll: (consent, scopes) =>
      add(tenantOf(consent.tenantId), { ...consent, personId: undefined }, scopes),
    noteSignIn: (tenantId, event) => tenantOf(tenantId)?.noteSignIn(event),
  };
}
