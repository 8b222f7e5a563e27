import { assignedTo, assignmentsOf } from "../applications/assignments.ts";
import { GraphError, notEmulated, unsupportedQuery } from "../http/graph-error.ts";
import { MODELS, SETS } from "../model/models.ts";
import { isAdvanced, type Call } from "../resources/call.ts";
import { extensionShelf } from "../resources/kept/extension-shelf.ts";
import { NOT_EMULATED_BELOW } from "../resources/not-emulated-below.ts";
import { seesMembersOf } from "../rules/hidden-members.ts";
import { shownInRelationship } from "../rules/limited-information.ts";
import { transitiveHolders, transitiveTargets } from "../store/closure.ts";
import type { RelationName } from "../store/directory.ts";
import type { Entity, Kind } from "../store/entity.ts";
import { malformedExpand, wishesOf } from "./expand-wishes.ts";
import { render, selected } from "./render.ts";

/** Adds what `$expand` requests to an object. */
export type Expander = (entity: Entity, shown: Record<string, unknown>) => Record<string, unknown>;

/** An expanded relationship shows at most 20 objects and no link to the rest (query-parameters, expand). */
const MOST_EXPANDED = 20;
/** The exception (known-issues, limitations of query parameters). */
const MOST_REGISTERED_DEVICES = 100;

/** What can be expanded on each kind, and whether it is one object or many. */
const EXPANDABLE: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  user: [
    "manager",
    "directReports",
    "memberOf",
    "transitiveMemberOf",
    "ownedObjects",
    "ownedDevices",
    "registeredDevices",
    "sponsors",
    "appRoleAssignments",
    "extensions",
  ],
  group: [
    "members",
    "transitiveMembers",
    "owners",
    "memberOf",
    "transitiveMemberOf",
    "appRoleAssignments",
    "extensions",
  ],
  application: ["owners"],
  servicePrincipal: [
    "owners",
    "ownedObjects",
    "memberOf",
    "transitiveMemberOf",
    "appRoleAssignments",
    "appRoleAssignedTo",
  ],
  administrativeUnit: ["members", "extensions"],
  device: ["registeredOwners", "registeredUsers", "memberOf", "transitiveMemberOf", "extensions"],
  directoryRole: ["members"],
  orgContact: ["manager", "directReports", "memberOf", "transitiveMemberOf"],
};

/** Relationships that are read by path here and not expanded. */
const BY_PATH_ONLY: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  user: [
    "createdObjects",
    "licenseDetails",
    "oauth2PermissionGrants",
    "onPremisesSyncBehavior",
    "permissionGrants",
    "photos",
    "sponsorOf",
  ],
  group: [
    "acceptedSenders",
    "groupLifecyclePolicies",
    "membersWithLicenseErrors",
    "onPremisesSyncBehavior",
    "permissionGrants",
    "photo",
    "photos",
    "rejectedSenders",
    "settings",
  ],
  application: [
    "extensionProperties",
    "federatedIdentityCredentials",
    "homeRealmDiscoveryPolicies",
    "tokenIssuancePolicies",
    "tokenLifetimePolicies",
  ],
  servicePrincipal: [
    "claimsMappingPolicies",
    "createdObjects",
    "delegatedPermissionClassifications",
    "homeRealmDiscoveryPolicies",
    "oauth2PermissionGrants",
    "tokenIssuancePolicies",
    "tokenLifetimePolicies",
  ],
  administrativeUnit: ["scopedRoleMembers"],
  directoryRole: ["scopedMembers"],
  orgContact: ["onPremisesSyncBehavior"],
};

/** What Exchange keeps of a user is not expanded (query-parameters, expand and error handling). */
const NOT_EXPANDED: ReadonlySet<string> = new Set(["events", "messages", "photo"]);

/** The refusal of such a name; it begins with a capital there. */
const notAllowed = (name: string): GraphError =>
  new GraphError(
    400,
    "ExpandNotSupported",
    `Expand is not allowed for property '${name.charAt(0).toUpperCase()}${name.slice(1)}' according to the entity schema.`,
  );

const REVERSED: Readonly<Record<string, RelationName>> = {
  directReports: "manager",
  memberOf: "members",
  ownedObjects: "owners",
  ownedDevices: "registeredOwners",
  registeredDevices: "registeredUsers",
};

function related(call: Call, entity: Entity, name: string): Entity[] {
  const { directory } = call.tenant;
  if (/^(members|transitiveMembers)$/.test(name) && !seesMembersOf(call, entity)) return [];
  const sees = (one: Entity): boolean => !/memberOf$/i.test(name) || seesMembersOf(call, one);
  if (name === "transitiveMemberOf") return transitiveHolders(directory, entity.id).filter(sees);
  if (name === "transitiveMembers")
    return transitiveTargets(directory, entity, (group) => seesMembersOf(call, group));
  const reversed = REVERSED[name];
  const ids = reversed
    ? directory.relations[reversed].sources(entity.id)
    : [...directory.relations[name as RelationName].targets(entity.id)].map(([id]) => id);
  return [...ids].flatMap((id) => {
    const one = directory.get(id);
    return one && directory.seen(one).state === "live" && sees(one) ? [one] : [];
  });
}

function showRelated(
  call: Call,
  entity: Entity,
  select: readonly string[] | undefined,
): Record<string, unknown> {
  const model = MODELS[entity.kind];
  const names = select?.filter((name) => Object.hasOwn(model, name));
  const shown = shownInRelationship(call, entity, entity.values);
  return render(entity, shown, selected(entity.kind, names), true);
}

/** The manager, with its own manager nested up to `$levels`; in a cycle each shows once. */
function managers(
  call: Call,
  entity: Entity,
  select: readonly string[] | undefined,
  levels: number,
  seen: ReadonlySet<string>,
): Record<string, unknown> | undefined {
  const [boss] = related(call, entity, "manager");
  if (!boss || levels < 1 || seen.has(boss.id)) return undefined;
  const above = managers(call, boss, select, levels - 1, new Set([...seen, boss.id]));
  return { ...showRelated(call, boss, select), ...(above && { manager: above }) };
}

/**
 * Reads `$expand`. Unlike GET members, it includes service principals (group-list-members, known issue).
 * @throws GraphError 400 for a relationship the type lacks, or together with advanced query parameters
 */
export function expander(call: Call, type: Kind | "directoryObject"): Expander {
  const { expand } = call.query;
  if (expand === undefined) return (_entity, shown) => shown;
  const wishes = type === "directoryObject" ? [] : wishesOf(expand, type);
  // Managers of managers are the exception (user-list-manager): they need both parameters.
  if (isAdvanced(call) && wishes.every(({ levels }) => levels === 1)) {
    throw unsupportedQuery("$expand is not currently supported with advanced query parameters.");
  }
  if (!isAdvanced(call) && wishes.some(({ levels }) => levels > 1)) {
    throw unsupportedQuery(
      "$expand with $levels needs the $count=true query parameter and the header ConsistencyLevel:eventual.",
    );
  }
  if (type === "directoryObject") throw notEmulated("$expand on a collection of mixed objects");
  for (const wish of wishes) {
    if (EXPANDABLE[type]?.includes(wish.name)) continue;
    if (type === "user" && NOT_EXPANDED.has(wish.name)) throw notAllowed(wish.name);
    const isNotEmulated =
      BY_PATH_ONLY[type]?.includes(wish.name) ||
      NOT_EMULATED_BELOW[SETS[type].toLowerCase()]?.has(wish.name.toLowerCase());
    if (!isNotEmulated) throw malformedExpand(wish.name, type);
    throw notEmulated(`$expand=${wish.name} on ${type}`);
  }
  return (entity, shown) => {
    for (const { name, select, levels } of wishes) {
      if (name === "appRoleAssignments" || name === "appRoleAssignedTo") {
        const find = name === "appRoleAssignments" ? assignmentsOf : assignedTo;
        shown[name] = find(call.tenant, entity).slice(0, MOST_EXPANDED);
        continue;
      }
      if (name === "extensions") {
        shown[name] = [...extensionShelf(call.tenant, entity.id).values()];
        continue;
      }
      if (name === "manager") {
        const boss = managers(call, entity, select, levels, new Set([entity.id]));
        // A missing object is left out, not null.
        if (boss) shown[name] = boss;
      } else {
        const most = name === "registeredDevices" ? MOST_REGISTERED_DEVICES : MOST_EXPANDED;
        const found = related(call, entity, name).slice(0, most);
        shown[name] = found.map((one) => showRelated(call, one, select));
      }
    }
    return shown;
  };
}
