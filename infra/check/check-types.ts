import type { BicepFile, Finding, Resource } from "./bicep-file.ts";
import { isReadOnly, isRequired, type ResourceType, type ResourceTypes } from "./resource-types.ts";
import { objectOf, type ObjectValue, type Value, written } from "./value.ts";

/** What Bicep itself reads of a resource; the rest goes to Azure or Graph. */
const ofTheLanguage = new Set(["parent", "scope", "dependsOn"]);

/**
 * Compares every resource of a file with its official type: type and version, property names,
 * required and read-only properties, literal values, recursively. In Bicep itself all of these are
 * warnings only. It sees neither what an expression evaluates to nor a wrong value in an open enumeration.
 */
export function typeFindings(file: BicepFile, types: ResourceTypes): Finding[] {
  return file.resources.flatMap((resource) =>
    resourceProblems(resource, types).map((message) => ({
      file: file.path,
      line: resource.line,
      message: `${resource.symbol} (${resource.type}): ${message}`,
    })),
  );
}

function resourceProblems(resource: Resource, types: ResourceTypes): string[] {
  const type = types.of(`${resource.type}@${resource.version}`);
  if (type === undefined) return [`no such type at version ${resource.version} in the data`];
  const body = objectOf(resource.body);
  if (body === undefined) return ["it has no body"];
  if (resource.existing) return [];
  const properties = body.properties.filter((each) => !ofTheLanguage.has(each.name));
  return valueProblems({ kind: "object", properties }, type, "", types);
}

const under = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

/** What is wrong with a value of that type; empty if nothing is, or if it cannot be told. */
function valueProblems(
  value: Value,
  type: ResourceType,
  path: string,
  types: ResourceTypes,
): string[] {
  const wrong = (must: string): string[] => [`${path} is ${written(value)}; it must be ${must}`];
  if (value.kind === "expression" || value.kind === "null" || type.$type === "AnyType") return [];
  if (value.kind === "choice") {
    return value.branches.flatMap((each) => valueProblems(each, type, path, types));
  }
  switch (type.$type) {
    case "BooleanType":
      return value.kind === "boolean" ? [] : wrong("true or false");
    case "IntegerType": {
      if (value.kind !== "number") return wrong("a number");
      const { minValue = -Infinity, maxValue = Infinity } = type;
      return value.value < minValue || value.value > maxValue
        ? wrong(`from ${minValue} to ${maxValue}`)
        : [];
    }
    case "StringType": {
      if (value.kind !== "string") return wrong("a string");
      const { minLength = 0, maxLength = Infinity, pattern = "" } = type;
      const fits = value.text.length >= minLength && value.text.length <= maxLength;
      return fits && new RegExp(pattern).test(value.text)
        ? []
        : wrong(`a string of ${minLength} to ${maxLength} characters like ${pattern}`);
    }
    case "StringLiteralType":
      return value.kind === "string" && value.text === type.value ? [] : wrong(`'${type.value}'`);
    case "UnionType":
      return unionProblems(value, type.elements.map(types.resolve), path, types);
    case "ArrayType": {
      const item = types.resolve(type.itemType);
      if (value.kind === "loop") return valueProblems(value.body, item, `${path}[]`, types);
      if (value.kind !== "array") return wrong("an array");
      return value.items.flatMap((each, i) => valueProblems(each, item, `${path}[${i}]`, types));
    }
    case "ObjectType":
      return value.kind === "object"
        ? objectProblems(value, type, path, types)
        : wrong("an object");
    case "DiscriminatedObjectType": {
      if (value.kind !== "object") return wrong("an object");
      const kind = value.properties.find((each) => each.name === type.discriminator)?.value;
      if (kind?.kind !== "string") {
        return [
          `${under(path, type.discriminator)} must be one of ${Object.keys(type.elements).join(", ")}`,
        ];
      }
      const element = Object.hasOwn(type.elements, kind.text)
        ? type.elements[kind.text]
        : undefined;
      if (element === undefined) return wrong(`one of ${Object.keys(type.elements).join(", ")}`);
      const chosen = types.resolve(element);
      if (chosen.$type !== "ObjectType")
        throw new TypeError(`${type.name} has a case of no object.`);
      const properties = { ...type.baseProperties, ...chosen.properties };
      return objectProblems(value, { ...chosen, properties }, path, types);
    }
    default:
      throw new TypeError("The data has a type that is unknown here.");
  }
}

function unionProblems(
  value: Value,
  members: readonly ResourceType[],
  path: string,
  types: ResourceTypes,
): string[] {
  const tries = members.map((member) => valueProblems(value, member, path, types));
  if (tries.some((each) => each.length === 0)) return [];
  const words = members.flatMap((each) =>
    each.$type === "StringLiteralType" ? [`'${each.value}'`] : [],
  );
  return words.length === 0
    ? (tries[0] ?? [])
    : [`${path} is ${written(value)}; it must be one of ${words.join(", ")}`];
}

function objectProblems(
  value: ObjectValue,
  type: Extract<ResourceType, { $type: "ObjectType" }>,
  path: string,
  types: ResourceTypes,
): string[] {
  const given = new Set(value.properties.map((each) => each.name));
  const missing = Object.entries(type.properties)
    .filter(([name, each]) => isRequired(each) && !isReadOnly(each) && !given.has(name))
    .map(([name]) => `${under(path, name)} is missing`);
  const wrong = value.properties.flatMap((each) => {
    const here = under(path, each.name);
    const known =
      !each.computed && Object.hasOwn(type.properties, each.name)
        ? type.properties[each.name]
        : undefined;
    if (known !== undefined) {
      if (isReadOnly(known)) return [`${here} is read-only`];
      return valueProblems(each.value, types.resolve(known.type), here, types);
    }
    if (type.additionalProperties !== undefined) {
      return valueProblems(each.value, types.resolve(type.additionalProperties), here, types);
    }
    // The data lost every property of that name when its descriptions were taken out.
    if (each.name === "description") return [];
    return [`${here} is no property; there are ${Object.keys(type.properties).join(", ")}`];
  });
  return [...missing, ...wrong];
}
