import { noContent, type Answer } from "../../http/answer.ts";
import { badRequest, notFound } from "../../http/graph-error.ts";
import { matcher } from "../../odata/filter-match.ts";
import { parseFilter } from "../../odata/filter-parser.ts";
import type { Needs } from "../../rules/permission.ts";
import type { Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { conflicting } from "../directory-roles.ts";
import type { Relations } from "../expansions.ts";
import { resourceList } from "../resource-list.ts";
import type { Route } from "../route.ts";
import { checkedBody, invalidOf, isBoolean, isTextOrNull, oneOf, type Checks } from "./body.ts";
import { keptEntry, shelfRoutes, shownEntry } from "./shelf-routes.ts";

const READ: Needs = [
  "CustomSecAttributeDefinition.Read.All",
  "CustomSecAttributeDefinition.ReadWrite.All",
];
const WRITE: Needs = ["CustomSecAttributeDefinition.ReadWrite.All"];

const SETS = "/directory/attributeSets";
const DEFINITIONS = "/directory/customSecurityAttributeDefinitions";

const isName = (value: unknown): boolean =>
  typeof value === "string" && /^[A-Za-z][A-Za-z0-9]{0,31}$/.test(value);

const SET_CHECKS: Checks = {
  id: isName,
  description: isTextOrNull,
  maxAttributesPerSet: (value) => value === null || (Number.isInteger(value) && Number(value) > 0),
};

const DEFINITION_CHECKS: Checks = {
  attributeSet: isName,
  name: isName,
  description: isTextOrNull,
  isCollection: isBoolean,
  isSearchable: isBoolean,
  status: oneOf("Available", "Deprecated"),
  type: oneOf("Boolean", "Integer", "String"),
  usePreDefinedValuesOnly: isBoolean,
  allowedValues: (value) => Array.isArray(value),
};

const shelf = (call: Call, path: string): Map<string, Values> =>
  call.tenant.shelves.of(path.slice(1));

/** @throws GraphError 400 for a set that exists already: a set's name is its id and cannot change */
function createSet(call: Call): Values {
  const given = checkedBody(call, "AttributeSet", SET_CHECKS, ["id"]);
  if (shelf(call, SETS).has(String(given["id"]))) throw conflicting();
  return { description: null, maxAttributesPerSet: 25, ...given };
}

function changeSet(call: Call, held: Values): Values {
  const given = checkedBody(call, "AttributeSet", SET_CHECKS);
  if (given["id"] !== undefined) throw invalidOf("AttributeSet", "id");
  return { ...held, ...given };
}

const RESOURCE = "CustomSecurityAttributeDefinition";
const REQUIRED = ["attributeSet", "name", "type", "status", "isCollection", "isSearchable"];

const valuesPath = (id: unknown): string => `${DEFINITIONS}('${String(id)}')/allowedValues`;

const isValue = (value: unknown): value is Values =>
  typeof (value as Values | null)?.["id"] === "string" &&
  typeof (value as Values)["isActive"] === "boolean";

/** @throws GraphError 400 if the set is unknown or full, and for a name that it has already */
function createDefinition(call: Call): Values {
  const { allowedValues = [], ...given } = checkedBody(call, RESOURCE, DEFINITION_CHECKS, REQUIRED);
  const set = shelf(call, SETS).get(String(given["attributeSet"]));
  if (!set) throw notFound(String(given["attributeSet"]));
  const held = shelf(call, DEFINITIONS);
  const id = `${String(given["attributeSet"])}_${String(given["name"])}`;
  if (held.has(id)) throw conflicting();
  const inSet = [...held.values()].filter((one) => one["attributeSet"] === given["attributeSet"]);
  const most = set["maxAttributesPerSet"];
  if (typeof most === "number" && inSet.length >= most)
    throw badRequest("The attribute set has as many attributes as it allows.");
  if (given["type"] === "Boolean" && given["isCollection"] === true)
    throw invalidOf(RESOURCE, "isCollection");
  if (!(allowedValues as unknown[]).every(isValue)) throw invalidOf(RESOURCE, "allowedValues");
  for (const value of allowedValues as Values[])
    shelf(call, valuesPath(id)).set(String(value["id"]), value);
  return { id, description: null, usePreDefinedValuesOnly: false, ...given };
}

const CHANGEABLE = new Set(["description", "status", "usePreDefinedValuesOnly"]);

/** Only description, status and the rule of predefined values can change; values can be added or changed with it. */
function changeDefinition(call: Call, held: Values): Values {
  const deltas = call.body["allowedValues@delta"];
  const given = checkedBody(call, RESOURCE, DEFINITION_CHECKS);
  const fixed = Object.keys(given).find((name) => !CHANGEABLE.has(name));
  if (fixed !== undefined) throw invalidOf(RESOURCE, fixed);
  if (deltas !== undefined) {
    if (!Array.isArray(deltas) || !deltas.every(isValue))
      throw invalidOf(RESOURCE, "allowedValues");
    for (const { id, isActive } of deltas)
      shelf(call, valuesPath(held["id"])).set(String(id), { id, isActive });
  }
  return { ...held, ...given };
}

/** The predefined values, all or those that a filter lets through (customsecurityattributedefinition-get, -list). */
const RELATIONS: Relations = {
  allowedValues: (call, held, options) => {
    const [, filter] = /^\$filter=(.*)$/i.exec(options) ?? [];
    const matches = filter === undefined ? undefined : matcher(parseFilter(filter));
    const values = [...shelf(call, valuesPath(held["id"])).values()];
    return values.filter((one) => matches?.(String(one["id"]), one) ?? true);
  },
};

const VALUES = `${DEFINITIONS}/:kept/allowedValues`;
const setOf = (call: Call): string => valuesPath(keptEntry(call, DEFINITIONS)["id"]).slice(1);

function valueNamed(call: Call): Values {
  const id = call.params["value"] ?? "";
  const found = call.tenant.shelves.of(setOf(call)).get(id);
  if (!found) throw notFound(id);
  return found;
}

function addValue(call: Call): Answer {
  const { id, isActive } = call.body;
  if (!isValue({ id, isActive })) throw invalidOf("AllowedValue", "id");
  const held = call.tenant.shelves.of(setOf(call));
  if (held.has(String(id))) throw conflicting();
  held.set(String(id), { id, isActive });
  return shownEntry(call, setOf(call), { id, isActive }, 201);
}

function changeValue(call: Call): Answer {
  const { id } = valueNamed(call);
  const given = checkedBody(call, "AllowedValue", { isActive: isBoolean }, ["isActive"]);
  call.tenant.shelves.of(setOf(call)).set(String(id), { id, ...given });
  return noContent;
}

/** Sets and definitions are deprecated, never deleted (customsecurityattributedefinition-update). */
export const securityAttributeDefinitionRoutes: readonly Route[] = [
  ...shelfRoutes({
    path: SETS,
    read: READ,
    write: WRITE,
    create: createSet,
    change: changeSet,
    isLasting: true,
  }),
  ...shelfRoutes({
    path: DEFINITIONS,
    read: READ,
    write: WRITE,
    create: createDefinition,
    change: changeDefinition,
    relations: RELATIONS,
    isLasting: true,
  }),
  {
    method: "GET",
    path: VALUES,
    needs: READ,
    handle: (call) =>
      resourceList(call, setOf(call), [...call.tenant.shelves.of(setOf(call)).values()], {
        filterable: true,
      }),
  },
  { method: "POST", path: VALUES, needs: WRITE, body: "required", handle: addValue },
  {
    method: "GET",
    path: `${VALUES}/:value`,
    needs: READ,
    handle: (call) => shownEntry(call, setOf(call), valueNamed(call)),
  },
  {
    method: "PATCH",
    path: `${VALUES}/:value`,
    needs: WRITE,
    body: "required",
    handle: changeValue,
  },
];
