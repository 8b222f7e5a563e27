import type { Entity, Values } from "../store/entity.ts";
import { allowed, edge, named, type Asking, type Right } from "./asking.ts";
import { areMembersAllowed } from "./authorization-policy.ts";
import { isDynamic, isUnified } from "./membership.ts";

/** Under which names the roles' actions on such a group are listed (permissions-reference). */
const kindsOf = (values: Values): readonly string[] =>
  values["isAssignableToRole"] === true
    ? ["groupsAssignableToRoles"]
    : ["groups", isUnified(values) ? "groups.unified" : "groups.security"];

/** Whether a role allows it: `members/update`. */
export const mayByRole = (asking: Asking, what: string, values: Values, target?: Entity): boolean =>
  kindsOf(values).some((kind) => allowed(asking, `${kind}/${what}`, target));

const RULE = "dynamicMembershipRule/update";

/** Properties that need another action than `basic/update`. */
const PROPERTIES: ReadonlyMap<string, string> = new Map([
  ["assignedLabels", "assignedLabels/update"],
  ["classification", "classification/update"],
  ["groupTypes", "groupType/update"],
  ["members@odata.bind", "members/update"],
  ["membershipRule", RULE],
  ["membershipRuleProcessingState", RULE],
  ["owners@odata.bind", "owners/update"],
  ["visibility", "visibility/update"],
]);

/** An owner cannot: the rule of a dynamic group needs a role (groups-create-rule). */
const setsRule = (body: Values): boolean =>
  body["membershipRule"] !== undefined ||
  body["membershipRuleProcessingState"] !== undefined ||
  isDynamic(body);

/** Members make groups, but dynamic and role-assignable ones need a role. */
export const createGroup: Right = (asking) => {
  const { body } = asking.call;
  const isSpecial = body["isAssignableToRole"] === true || setsRule(body);
  const mayMembers =
    isUnified(body) || areMembersAllowed(asking.call, "allowedToCreateSecurityGroups");
  if (!isSpecial && !asking.isGuest && mayMembers) return true;
  const needed = ["create", ...(setsRule(body) ? [RULE] : [])];
  return needed.every((what) => mayByRole(asking, what, body));
};

/** A role over the group, or to own it if `ownersToo`. */
export const ofGroup =
  (what: string, ownersToo = true): Right =>
  (asking) => {
    const group = named(asking, "group", "group", "id");
    if (group === undefined) return true;
    if (ownersToo && edge(asking, "owners", group)) return true;
    return mayByRole(asking, what, group.values, group);
  };

export const updateGroup: Right = (asking) => {
  const { body, params } = asking.call;
  const group = named(asking, "group", "group");
  if (group === undefined && params["group"]?.startsWith("uniqueName=")) return createGroup(asking);
  const ownersToo = !setsRule(body);
  return Object.keys(body)
    .filter((name) => !name.includes("@") || PROPERTIES.has(name))
    .every((name) => ofGroup(PROPERTIES.get(name) ?? "basic/update", ownersToo)(asking));
};
