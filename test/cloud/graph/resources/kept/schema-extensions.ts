import { badRequest } from "../../http/graph-error.ts";
import { READ_APPLICATIONS, WRITE_APPLICATIONS } from "../../rules/permission.ts";
import type { Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { conflicting } from "../directory-roles.ts";
import type { Route } from "../route.ts";
import { checkedBody, invalidOf, isText, oneOf, type Checks } from "./body.ts";
import { shelfRoutes } from "./shelf-routes.ts";

const RESOURCE = "SchemaExtension";
const TYPES = oneOf("Binary", "Boolean", "DateTime", "Integer", "String");
const TARGETS = oneOf(
  "User",
  "Group",
  "AdministrativeUnit",
  "Contact",
  "Device",
  "Event",
  "Message",
  "Organization",
  "Post",
  "TodoTask",
  "TodoTaskList",
);

interface Property {
  readonly name?: unknown;
  readonly type?: unknown;
}

const isProperties = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  (value as Property[]).every(({ name, type }) => isText(name) && TYPES(type));

const CHECKS: Checks = {
  id: (id) => typeof id === "string" && /^\w+$/.test(id),
  description: isText,
  owner: isText,
  properties: isProperties,
  status: oneOf("InDevelopment", "Available", "Deprecated"),
  targetTypes: (value) => Array.isArray(value) && value.length > 0 && value.every(TARGETS),
};

/** A plain name becomes `ext` with eight characters in front; one with a domain in front is kept (schemaextension-post-schemaextensions). */
function idFor(call: Call, name: string): string {
  if (name.includes("_")) return name;
  const letters = call.tenant.directory.newId().replaceAll("-", "").slice(0, 8);
  return `ext${letters}_${name}`;
}

function create(call: Call): Values {
  const given = checkedBody(call, RESOURCE, CHECKS, ["id", "properties", "targetTypes"]);
  const id = idFor(call, String(given["id"]));
  if (call.tenant.shelves.of("schemaExtensions").has(id)) throw conflicting();
  return {
    id,
    description: given["description"] ?? null,
    targetTypes: given["targetTypes"],
    status: "InDevelopment",
    owner: given["owner"] ?? call.caller.appId,
    properties: given["properties"],
  };
}

const NEXT: Readonly<Record<string, readonly string[]>> = {
  InDevelopment: ["Available", "Deprecated"],
  Available: ["Deprecated"],
  Deprecated: ["Available"],
};

/**
 * Properties can be added, not taken away or changed; the status goes from InDevelopment to Available
 * and Deprecated, and not back (schemaextension-update). @throws GraphError 400
 */
function change(call: Call, held: Values): Values {
  const given = checkedBody(call, RESOURCE, CHECKS);
  const { status, properties } = given;
  const before = String(held["status"]);
  if (status !== undefined && status !== before && !NEXT[before]?.includes(status as string))
    throw invalidOf(RESOURCE, "status");
  if (properties !== undefined && before !== "InDevelopment") {
    const after = new Map((properties as Property[]).map(({ name, type }) => [name, type]));
    const lost = (held["properties"] as Property[]).some(
      ({ name, type }) => after.get(name) !== type,
    );
    if (lost) throw invalidOf(RESOURCE, "properties");
  }
  const { id: _id, owner, ...rest } = given;
  return { ...held, ...rest, ...(owner !== undefined && before === "InDevelopment" && { owner }) };
}

/** @throws GraphError 400: only one in development can be deleted (schemaextension-delete) */
function checkDelete(held: Values): void {
  if (held["status"] !== "InDevelopment")
    throw badRequest("A schema extension can be deleted only while it is InDevelopment.");
}

export const schemaExtensionRoutes: readonly Route[] = shelfRoutes({
  path: "/schemaExtensions",
  read: READ_APPLICATIONS,
  write: WRITE_APPLICATIONS,
  create,
  change,
  checkDelete,
});
