import { syncRegistry } from "../applications/registry-link.ts";
import { SETS } from "../model/models.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { relatedObjects } from "../odata/related-objects.ts";
import { entitiesSource, targetsSource } from "../odata/source.ts";
import { seesMembersOf } from "../rules/hidden-members.ts";
import {
  READ_APPLICATIONS,
  READ_CONTACTS,
  READ_DEVICES,
  READ_DIRECTORY,
  READ_GROUPS,
  READ_MEMBERS,
  READ_ROLES,
  READ_UNITS,
  READ_USERS,
  type Needs,
} from "../rules/permission.ts";
import { transitiveHolders, transitiveTargets } from "../store/closure.ts";
import type { RelationName } from "../store/directory.ts";
import type { Entity, Kind } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { referenceList } from "./reference-list.ts";
import { resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

/** A relationship that can be read as a list, as a number, as references, and cast to its types. */
interface Relationship {
  readonly of: Kind;
  readonly path: string;
  readonly name: string;
  readonly needs: Needs;
  readonly casts: readonly Kind[];
  readonly find: (call: Call, holder: Entity) => readonly Entity[];
}

const live = (call: Call, ids: Iterable<string>): Entity[] =>
  [...ids].flatMap((id) => {
    const entity = call.tenant.directory.get(id);
    return entity?.state === "live" ? [entity] : [];
  });

/** The objects that edges of the holder lead to. */
const targets =
  (name: RelationName) =>
  (call: Call, holder: Entity): Entity[] =>
    [...targetsSource(call.tenant.directory, name, holder)(0)].map(({ entity }) => entity);

const members = (call: Call, holder: Entity): Entity[] =>
  seesMembersOf(call, holder) ? targets("members")(call, holder) : [];

/** The objects with an edge to the holder. */
const sources =
  (name: RelationName) =>
  (call: Call, holder: Entity): Entity[] =>
    live(call, call.tenant.directory.relations[name].sources(holder.id));

/** Everybody below in the hierarchy of managers, nearest first (user-list-transitivereports). */
function reports(call: Call, boss: Entity): Entity[] {
  const found = new Map<string, Entity>();
  let front = [boss];
  while (front.length > 0) {
    front = front.flatMap((one) =>
      sources("manager")(call, one).filter(({ id }) => id !== boss.id && !found.has(id)),
    );
    for (const one of front) found.set(one.id, one);
  }
  return [...found.values()];
}

/** Whom the user sponsors, directly or through a group (user-list-sponsorof). */
function sponsored(call: Call, user: Entity): Entity[] {
  const { directory } = call.tenant;
  const groups = transitiveHolders(directory, user.id).filter(({ kind }) => kind === "group");
  return [...new Set([user, ...groups].flatMap((one) => sources("sponsors")(call, one)))];
}

/** What an application or user created is not kept: the list is empty. */
const none = (): readonly Entity[] => [];

const OWNED: readonly Kind[] = ["application", "servicePrincipal", "group", "device"];
const MEMBERS: readonly Kind[] = ["user", "group", "device", "servicePrincipal", "orgContact"];
const OWNERS: readonly Kind[] = ["user", "servicePrincipal"];

const of = (
  kind: Kind,
  needs: Needs,
  list: readonly (readonly [string, readonly Kind[], Relationship["find"]])[],
): readonly Relationship[] =>
  list.map(([name, casts, find]) => ({
    of: kind,
    path: `/${SETS[kind]}/:id/${name}`,
    name,
    needs,
    casts,
    find,
  }));

const RELATIONSHIPS: readonly Relationship[] = [
  ...of("user", READ_USERS, [
    ["directReports", ["user", "orgContact"], sources("manager")],
    ["transitiveReports", ["user"], reports],
    ["ownedObjects", OWNED, sources("owners")],
    ["createdObjects", ["servicePrincipal"], none],
    ["ownedDevices", ["device"], sources("registeredOwners")],
    ["registeredDevices", ["device"], sources("registeredUsers")],
    ["sponsors", ["user", "group"], targets("sponsors")],
    ["sponsorOf", ["user"], sponsored],
  ]),
  ...of("group", READ_MEMBERS, [
    ["members", MEMBERS, members],
    [
      "transitiveMembers",
      MEMBERS,
      (call, one) =>
        transitiveTargets(call.tenant.directory, one, (group) => seesMembersOf(call, group)),
    ],
  ]),
  ...of("group", READ_GROUPS, [["owners", OWNERS, targets("owners")]]),
  ...of("application", READ_APPLICATIONS, [["owners", OWNERS, targets("owners")]]),
  ...of("servicePrincipal", READ_APPLICATIONS, [
    ["owners", OWNERS, targets("owners")],
    ["ownedObjects", OWNED, sources("owners")],
    ["createdObjects", ["servicePrincipal"], none],
  ]),
  ...of("device", READ_DEVICES, [
    ["registeredOwners", OWNERS, targets("registeredOwners")],
    ["registeredUsers", OWNERS, targets("registeredUsers")],
  ]),
  ...of("administrativeUnit", READ_UNITS, [["members", ["user", "group", "device"], members]]),
  ...of("orgContact", READ_CONTACTS, [
    ["directReports", ["user", "orgContact"], sources("manager")],
  ]),
  ...of(
    "directoryRole",
    [...READ_ROLES, ...READ_DIRECTORY],
    [["members", ["user", "group", "servicePrincipal"], targets("members")]],
  ),
];

function collection(call: Call, relationship: Relationship, type?: Collection["type"]): Collection {
  if (relationship.of === "application" || relationship.of === "servicePrincipal")
    syncRegistry(call.tenant);
  if (relationship.of === "directoryRole") call.tenant.roles.ensureFirst();
  const { entity } = resolve(call, relationship.of, call.params["id"] ?? "");
  const found = relationship.find(call, entity);
  return relatedObjects(entitiesSource(call.tenant.directory, found), type);
}

/** Every form in which a relationship is read (OData 4: references, casts and counts). */
const formsOf = (relationship: Relationship): readonly Route[] => {
  const { path, needs, casts } = relationship;
  const get = (below: string, handle: Route["handle"]): Route => ({
    method: "GET",
    path: `${path}${below}`,
    needs,
    handle,
  });
  return [
    get("", (call) => listAnswer(call, collection(call, relationship))),
    get("/$count", (call) => countAnswer(call, collection(call, relationship))),
    get("/$ref", (call) => referenceList(call, collection(call, relationship))),
    ...casts.flatMap((kind) => [
      get(`/microsoft.graph.${kind}`, (call) =>
        listAnswer(call, collection(call, relationship, kind)),
      ),
      get(`/microsoft.graph.${kind}/$count`, (call) =>
        countAnswer(call, collection(call, relationship, kind)),
      ),
    ]),
  ];
};

const shapeOf = ({ method, path }: Route): string =>
  `${method} ${path.replaceAll(/:\w+/gu, ":").toLowerCase()}`;

/** The forms that no other route serves. */
export function relationshipRoutes(others: readonly Route[]): readonly Route[] {
  const served = new Set(others.map(shapeOf));
  return RELATIONSHIPS.flatMap(formsOf).filter((route) => !served.has(shapeOf(route)));
}
