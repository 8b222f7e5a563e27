import { badRequest } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import { invalidValue } from "../resources/resolve.ts";
import type { Entity, Values } from "../store/entity.ts";
import { checkEnumerations } from "./enumerations.ts";
import { isDynamic, isUnified } from "./membership.ts";
import { objectConflict } from "./object-conflict.ts";

/** @throws GraphError 400 if another group has the unique name, or another Microsoft 365 group the nickname. */
export function demandFreeGroupNames(call: Call, values: Values, self?: Entity): void {
  const { directory } = call.tenant;
  const demandFree = (property: string, among: (other: Entity) => boolean): void => {
    const wanted = values[property];
    if (typeof wanted !== "string") return;
    const taken = directory
      .find("group", property, wanted)
      .find((other) => other !== self && among(other));
    if (taken) throw objectConflict(property, taken);
  };
  demandFree("uniqueName", () => true);
  const merged = { ...self?.values, ...values };
  if (isUnified(merged))
    demandFree("mailNickname", (other) => other.values["mailEnabled"] === true);
}

/**
 * The rules for a group's values beyond their types (resources/group, group-post-groups).
 * `values` are those of the whole group after the change.
 * @throws GraphError 400
 */
export function checkGroupValues(values: Values): void {
  const types: unknown = values["groupTypes"] ?? [];
  const known = new Set<unknown>(["Unified", "DynamicMembership"]);
  if (Array.isArray(types) && types.some((type) => !known.has(type))) {
    throw invalidValue("group", "groupTypes");
  }
  const mailEnabled = values["mailEnabled"] === true;
  const securityEnabled = values["securityEnabled"] === true;
  if (mailEnabled !== isUnified(values)) {
    throw badRequest(
      "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.",
    );
  }
  if (!mailEnabled && !securityEnabled) throw invalidValue("group", "securityEnabled");
  if (isDynamic(values)) {
    if (typeof values["membershipRule"] !== "string") throw invalidValue("group", "membershipRule");
    if (values["isAssignableToRole"] === true) throw invalidValue("group", "isAssignableToRole");
  } else if (typeof values["membershipRule"] === "string") {
    throw invalidValue("group", "membershipRule");
  }
  if (values["isAssignableToRole"] === true && !securityEnabled) {
    throw invalidValue("group", "isAssignableToRole");
  }
  checkEnumerations("group", values);
  const nickname = values["mailNickname"];
  if (typeof nickname === "string" && /[@()\\[\]";:<>, ]|[^\x20-\x7e]/.test(nickname)) {
    throw invalidValue("group", "mailNickname");
  }
}

/** The security identifier of an object id: `S-1-12-1-…`, four little-endian words. */
export function securityIdentifierOf(id: string): string {
  const hex = id.replaceAll("-", "");
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const bytes = Buffer.from(order.map((at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16)));
  const words = [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at));
  return `S-1-12-1-${words.join("-")}`;
}
