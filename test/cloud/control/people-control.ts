import type { CloudControl } from "../cloud-control.ts";
import { decodeJwt } from "../entra/jwt.ts";
import type { Client } from "../entra/people/client.ts";
import type { Person } from "../entra/people/person.ts";
import { idToken } from "../entra/people/tokens.ts";
import type { World } from "../world.ts";

type PeopleControl = Pick<CloudControl, "addPerson" | "assignAppRole" | "issueIdToken">;

/** The role id of an assignment that names no role (Graph: default access). */
const defaultAccess = "00000000-0000-0000-0000-000000000000";

/** The commands for people who sign in. */
export function peopleControl(world: World): PeopleControl {
  return {
    async addPerson({ tenantId, userPrincipalName, displayName }) {
      const name = userPrincipalName.split("@")[0] ?? userPrincipalName;
      return world.graph.control("create", {
        tenant: tenantId,
        kind: "user",
        values: {
          accountEnabled: true,
          displayName: displayName ?? name,
          mailNickname: name,
          userPrincipalName,
          userType: "Member",
        },
      });
    },
    async assignAppRole({ tenantId, appId, principal, role }) {
      const { application, principal: resource } = clientOf(world, tenantId, appId);
      const wanted = application.appRoles.find((held) => held.value === role);
      if (role !== undefined && wanted === undefined)
        throw new TypeError(`${application.displayName} has no app role ${role}.`);
      const person = world.graph.people.find(tenantId, principal);
      return world.graph.control("assign", {
        tenant: tenantId,
        principal: person?.id ?? principal,
        resource: resource.objectId,
        role: wanted?.id ?? defaultAccess,
      });
    },
    async issueIdToken({ tenantId, appId, person: named, nonce, lifetimeSeconds, claims = {} }) {
      const client = clientOf(world, tenantId, appId);
      const person = personOf(world, tenantId, named);
      const token = idToken(
        { tenantId: client.tenant.tenantId, person, client },
        {
          scopes: ["openid", "profile"],
          nonce,
          host: world.cloud.loginHost,
          ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
        },
        world.state,
      );
      const changed = { ...decodeJwt(token)?.payload, ...claims };
      return { token: world.state.signer.signClaims(2, changed) };
    },
  };
}

function personOf(world: World, tenantId: string, named: string): Person {
  const found = world.graph.people.find(tenantId, named);
  if (found === undefined) throw new TypeError(`No user ${named} in ${tenantId}.`);
  return found;
}

function clientOf({ registry }: World, tenantId: string, appId: string): Client {
  const tenant = registry.tenant(tenantId);
  const application = registry.application(appId);
  const principal = registry.servicePrincipal(tenantId, appId);
  if (tenant === undefined || application === undefined || principal === undefined)
    throw new TypeError(`No application ${appId} in ${tenantId}.`);
  return { tenant, application, principal };
}
