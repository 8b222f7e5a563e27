import { assignedTo, assignmentsOf } from "../applications/assignments.ts";
import { GraphError, notEmulated, unsupportedQuery } from "../http/graph-error.ts";
import { MODELS } from "../model/models.ts";
import { isAdvanced, type Call } from "../resources/call.ts";
import { transitiveHolders } from "../store/closure.ts";
import type { RelationName } from "../store/directory.ts";
import type { Entity, Kind } from "../store/entity.ts";
import { render, selected } from "./render.ts";

/** Adds what `$expand` asks for to an object that is shown. */
export type Expander = (entity: Entity, shown: Record<string, unknown>) => Record<string, unknown>;

/** An expanded relationship shows 20 objects at most, and no link to the rest (query-parameters, expand). */
const MOST_EXPANDED = 20;

interface Wish {
  readonly name: string;
  readonly select: readonly string[] | undefined;
}

/** `manager($select=id,displayName),members`; nested options other than `$select` are refused. */
function wishesOf(text: string, type: string): readonly Wish[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const match = /^([A-Za-z]+)(?:\((.*)\))?$/.exec(part);
      if (!match) throw malformed(part, type);
      const [, name = "", options = ""] = match;
      let select: readonly string[] | undefined;
      for (const option of options.split(";").filter((one) => one !== "")) {
        const [key = "", value = ""] = option.trim().split("=");
        if (key === "$select") select = value.split(",").map((one) => one.trim());
        else if (key !== "$levels") {
          throw unsupportedQuery(`The query option '${key}' is not supported inside $expand.`);
        }
      }
      return { name, select };
    });
}

const malformed = (name: string, type: string): GraphError =>
  new GraphError(
    400,
    "BadRequest",
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
  );

/** What can be expanded on each kind, and whether it is one object or many. */
const EXPANDABLE: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  user: [
    "manager",
    "directReports",
    "memberOf",
    "transitiveMemberOf",
    "ownedObjects",
    "sponsors",
    "appRoleAssignments",
  ],
  group: ["members", "owners", "memberOf", "appRoleAssignments"],
  application: ["owners"],
  servicePrincipal: ["owners", "memberOf", "appRoleAssignments", "appRoleAssignedTo"],
  administrativeUnit: ["members"],
  device: ["registeredOwners", "registeredUsers", "memberOf"],
};

const REVERSED: Readonly<Record<string, RelationName>> = {
  directReports: "manager",
  memberOf: "members",
  ownedObjects: "owners",
};

function related(call: Call, entity: Entity, name: string): Entity[] {
  const { directory } = call.tenant;
  if (name === "transitiveMemberOf") return transitiveHolders(directory, entity.id);
  const reversed = REVERSED[name];
  const ids = reversed
    ? directory.relations[reversed].sources(entity.id)
    : [...directory.relations[name as RelationName].targets(entity.id)].map(([id]) => id);
  return [...ids].flatMap((id) => {
    const one = directory.get(id);
    return one && directory.seen(one).state === "live" ? [one] : [];
  });
}

function showRelated(
  entity: Entity,
  select: readonly string[] | undefined,
): Record<string, unknown> {
  const model = MODELS[entity.kind];
  const names = select?.filter((name) => Object.hasOwn(model, name));
  return render(entity, entity.values, selected(entity.kind, names), true);
}

/**
 * Reads `$expand`. Unlike GET members, it includes service principals (group-list-members, known issue).
 * @throws GraphError 400 for what the type does not have or beside advanced query parameters
 */
export function expander(call: Call, type: Kind | "directoryObject"): Expander {
  const { expand } = call.query;
  if (expand === undefined) return (_entity, shown) => shown;
  if (isAdvanced(call)) {
    throw unsupportedQuery("$expand is not currently supported with advanced query parameters.");
  }
  if (type === "directoryObject") throw notEmulated("$expand on a collection of mixed objects");
  const wishes = wishesOf(expand, type);
  for (const wish of wishes) {
    if (EXPANDABLE[type]?.includes(wish.name)) continue;
    if (Object.hasOwn(MODELS[type], wish.name)) throw malformed(wish.name, type);
    throw notEmulated(`$expand=${wish.name} on ${type}`);
  }
  return (entity, shown) => {
    for (const { name, select } of wishes) {
      if (name === "appRoleAssignments" || name === "appRoleAssignedTo") {
        const find = name === "appRoleAssignments" ? assignmentsOf : assignedTo;
        shown[name] = find(call.tenant, entity).slice(0, MOST_EXPANDED);
        continue;
      }
      const found = related(call, entity, name);
      if (name === "manager") {
        const [boss] = found;
        // Absent, not null, where there is none.
        if (boss) shown[name] = showRelated(boss, select);
      } else {
        shown[name] = found.slice(0, MOST_EXPANDED).map((one) => showRelated(one, select));
      }
    }
    return shown;
  };
}
