import { badRequest } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import { invalidValue } from "../resources/resolve.ts";
import { resourceNameOf, type Entity, type Kind, type Values } from "../store/entity.ts";

/** The directory extensions that each application defines. */
const defined = new WeakMap<Entity, readonly Values[]>();

export const extensionsOf = (application: Entity): readonly Values[] =>
  defined.get(application) ?? [];

export function setExtensions(application: Entity, extensions: readonly Values[]): void {
  defined.set(application, extensions);
}

const isWithin = (value: unknown, most: bigint): boolean =>
  /^-?\d{1,19}$/.test(String(value)) &&
  BigInt(String(value)) >= -most &&
  BigInt(String(value)) < most;

/** What a value of each type may be (resources/extensionproperty, dataType). */
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  Binary: (value) => typeof value === "string" && Buffer.from(value, "base64").length <= 256,
  Boolean: (value) => typeof value === "boolean",
  DateTime: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  Integer: (value) => isWithin(value, 2n ** 31n),
  LargeInteger: (value) => isWithin(value, 2n ** 63n),
  String: (value) => typeof value === "string" && value.length <= 256,
};

/**
 * Values of directory extensions: each is defined for the type of object, and of its type.
 * @throws GraphError 400 as msgraph-sdk-dotnet#2680 shows
 */
export function checkExtensionValues({ tenant }: Call, kind: Kind, values: Values): void {
  const given = Object.keys(values).filter((name) => name.toLowerCase().startsWith("extension_"));
  if (given.length === 0) return;
  const target = resourceNameOf(kind).toLowerCase();
  const known = new Map(
    [...tenant.directory.live.application]
      .flatMap(extensionsOf)
      .filter(({ targetObjects }) =>
        (targetObjects as readonly string[]).some((one) => one.toLowerCase() === target),
      )
      .map((one) => [String(one["name"]).toLowerCase(), one] as const),
  );
  const missing = given.filter((name) => !known.has(name.toLowerCase()));
  if (missing.length > 0)
    throw badRequest(`The following extension properties are not available: ${missing.join(",")}.`);
  for (const name of given) {
    const { dataType, isMultiValued } = known.get(name.toLowerCase()) ?? {};
    const value = values[name];
    if (value === null) continue;
    const isList = Array.isArray(value);
    const each: readonly unknown[] = isList ? value : [value];
    if (isList !== (isMultiValued === true) || !each.every((one) => FITS[String(dataType)]?.(one)))
      throw invalidValue(kind, name);
  }
}
