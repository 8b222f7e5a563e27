import type { Answer } from "../http/answer.ts";
import type { Call } from "../resources/call.ts";
import { isObject, type Entity, type Values } from "../store/entity.ts";
import { isSelf, named, type Asking, type Right } from "./asking.ts";
import { areGuestsRestricted } from "./authorization-policy.ts";
import { directoryRolesOf, isGuest } from "./person-roles.ts";

/** Guests without a directory role, which gives them what Directory Readers read (unifiedroledefinition-get). */
export const isLimited = (asking: Asking): boolean => asking.isGuest && asking.roles.size === 0;

const ONLY_ID: ReadonlySet<string> = new Set(["id"]);

/** What a limited guest reads of other people, and of the organization (users-default-permissions). */
const SHOWN: Readonly<Partial<Record<Entity["kind"], ReadonlySet<string>>>> = {
  user: new Set(["displayName", "id", "mail", "userPrincipalName", "userType"]),
  orgContact: new Set(["displayName", "id", "mail"]),
  device: ONLY_ID,
};
const OF_ORGANIZATION = new Set(["displayName", "id", "verifiedDomains"]);

/** Others' profiles in part, unless guests are restricted to themselves (users-restrict-guest-permissions). */
export const ofProfile: Right = (asking) =>
  !isLimited(asking) || isSelf(asking) || !areGuestsRestricted(asking.call);

/** Groups whose membership is not hidden, and those that the guest is in. */
export const ofVisibleGroup: Right = (asking) => {
  if (!isLimited(asking)) return true;
  const group = named(asking, "group", "group", "id");
  if (areGuestsRestricted(asking.call)) return false;
  if (group?.values["visibility"] !== "HiddenMembership") return true;
  const { members } = asking.call.tenant.directory.relations;
  return members.has(group.id, asking.call.caller.principalId.toLowerCase());
};

const emptied = (values: Values, shown: ReadonlySet<string>): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (shown.has(name) || name.startsWith("@")) return [name, value];
      return [name, Array.isArray(value) ? [] : null];
    }),
  );

function limited(call: Call, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => limited(call, one));
  if (!isObject(value)) return value;
  const { id } = value;
  if (typeof id === "string" && id !== call.caller.principalId) {
    const kind = call.tenant.directory.get(id)?.kind;
    const isOwnGroup = kind === "group" && areGuestsRestricted(call);
    const shown = isOwnGroup ? ONLY_ID : kind && SHOWN[kind];
    if (shown) return emptied(value, shown);
    if (id === call.tenant.id) return emptied(value, OF_ORGANIZATION);
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, limited(call, one)]));
}

const isLimitedGuest = (call: Call): boolean =>
  call.caller.scopes !== undefined && isGuest(call) && directoryRolesOf(call).size === 0;

/** With the ids that `asGuestSees` tells objects by, also if the guest did not select them. */
export function withIds(call: Call): Call {
  const { select, expand } = call.query;
  if (!isLimitedGuest(call) || (select === undefined && expand === undefined)) return call;
  const query = {
    ...call.query,
    ...(select && { select: [...new Set([...select, "id"])] }),
    ...(expand !== undefined && { expand: expand.replaceAll(/\$select=/gi, "$select=id,") }),
  };
  return { ...call, query };
}

/** The answer as a limited guest gets it: other properties of other people are empty. */
export const asGuestSees = (call: Call, answer: Answer): Answer =>
  isObject(answer.body) && isLimitedGuest(call)
    ? { ...answer, body: limited(call, answer.body) }
    : answer;
