import type { Answer } from "../http/answer.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { relatedObjects } from "../odata/related-objects.ts";
import { entitiesSource } from "../odata/source.ts";
import { seesMembersOf } from "../rules/hidden-members.ts";
import {
  READ_APPLICATIONS,
  READ_CONTACTS,
  READ_DEVICES,
  READ_DIRECTORY,
  READ_MEMBERS,
  READ_USERS,
  type Needs,
} from "../rules/permission.ts";
import { transitiveHolders, transitiveTargets } from "../store/closure.ts";
import type { Entity, Kind } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

/** The live groups, units and directory roles the object is in, directly. */
const holdersOf = (call: Call, member: Entity): Entity[] => {
  const { directory } = call.tenant;
  return [...directory.relations.members.sources(member.id)].flatMap((id) => {
    const late = directory.seenLate("members", id)?.get(member.id);
    const holder = late === false ? undefined : directory.get(id);
    return holder && seesMembersOf(call, holder) ? [holder] : [];
  });
};

const collection = (
  call: Call,
  entities: readonly Entity[],
  type: Collection["type"],
): Collection => relatedObjects(entitiesSource(call.tenant.directory, entities), type);

interface Walk {
  readonly name: string;
  readonly set: string;
  readonly kind: Kind;
  readonly needs: Needs;
  readonly resourceUnits?: number;
  readonly find: (call: Call, entity: Entity) => Entity[];
}

const transitive = (call: Call, entity: Entity): Entity[] =>
  transitiveHolders(call.tenant.directory, entity.id).filter((one) => seesMembersOf(call, one));

/** Reading a user's memberships is directory data; its own permission covers the transitive form. */
const READ_MEMBERSHIPS: Needs = [...READ_USERS, "GroupMember.Read.All", "Group.Read.All"];

const WALKS: readonly Walk[] = [
  {
    name: "memberOf",
    set: "users",
    kind: "user",
    needs: [...READ_DIRECTORY, ...READ_MEMBERSHIPS],
    resourceUnits: 2,
    find: holdersOf,
  },
  {
    name: "transitiveMemberOf",
    set: "users",
    kind: "user",
    needs: READ_MEMBERSHIPS,
    resourceUnits: 2,
    find: transitive,
  },
  { name: "memberOf", set: "groups", kind: "group", needs: READ_MEMBERS, find: holdersOf },
  {
    name: "transitiveMemberOf",
    set: "groups",
    kind: "group",
    needs: READ_MEMBERS,
    find: transitive,
  },
  {
    name: "transitiveMembers",
    set: "groups",
    kind: "group",
    needs: READ_MEMBERS,
    resourceUnits: 5,
    find: (call, entity) =>
      transitiveTargets(call.tenant.directory, entity, (one) => seesMembersOf(call, one)).filter(
        (member) => member.kind !== "servicePrincipal",
      ),
  },
  {
    name: "memberOf",
    set: "servicePrincipals",
    kind: "servicePrincipal",
    needs: READ_APPLICATIONS,
    find: holdersOf,
  },
  {
    name: "transitiveMemberOf",
    set: "servicePrincipals",
    kind: "servicePrincipal",
    needs: READ_APPLICATIONS,
    find: transitive,
  },
  { name: "memberOf", set: "devices", kind: "device", needs: READ_DEVICES, find: holdersOf },
  { name: "memberOf", set: "contacts", kind: "orgContact", needs: READ_CONTACTS, find: holdersOf },
  {
    name: "transitiveMemberOf",
    set: "contacts",
    kind: "orgContact",
    needs: READ_CONTACTS,
    find: transitive,
  },
  {
    name: "transitiveMemberOf",
    set: "devices",
    kind: "device",
    needs: READ_DEVICES,
    find: transitive,
  },
];

const routesOf = (walk: Walk): Route[] => {
  const base = {
    method: "GET" as const,
    needs: walk.needs,
    ...(walk.resourceUnits !== undefined && { resourceUnits: walk.resourceUnits }),
  };
  const path = `/${walk.set}/:id/${walk.name}`;
  const found = (call: Call, type: Collection["type"]): Collection => {
    const { entity } = resolve(call, walk.kind, call.params["id"] ?? "");
    return collection(call, walk.find(call, entity), type);
  };
  const answer = (call: Call, type: Collection["type"]): Answer =>
    listAnswer(call, found(call, type));
  const casts =
    walk.name === "transitiveMembers"
      ? (["user", "group"] as const)
      : (["group", "directoryRole", "administrativeUnit"] as const);
  return [
    { ...base, path, handle: (call) => answer(call, "directoryObject") },
    {
      method: "GET",
      path: `${path}/$count`,
      needs: walk.needs,
      handle: (call) => countAnswer(call, found(call, "directoryObject")),
    },
    ...casts.flatMap((type): Route[] => [
      {
        ...base,
        path: `${path}/microsoft.graph.${type}`,
        handle: (call) => answer(call, type),
      },
      {
        method: "GET",
        path: `${path}/microsoft.graph.${type}/$count`,
        needs: walk.needs,
        handle: (call) => countAnswer(call, found(call, type)),
      },
    ]),
  ];
};

export const memberOfRoutes: readonly Route[] = WALKS.flatMap(routesOf);
