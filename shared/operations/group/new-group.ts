import type { Payload } from "../../catalogue/payload.ts";
import type { Properties } from "../../catalogue/row.ts";
import { odataString } from "../../core/graph-request.ts";

/** Columns of a row that are no property of the new group. */
const NO_PROPERTY = ["owner", "isAssignableToRole"];

/**
 * The row's values, with those that Graph requires of a new group. A group whose groupTypes say Unified is a
 * Microsoft 365 group, any other a security group. `undefined` if no nickname can be made of the display name.
 */
export function withDefaults(payload: Payload): Properties | undefined {
  const nickname = payload["mailNickname"] ?? nicknameOf(String(payload["displayName"]));
  if (nickname === "") return undefined;
  const given = Object.entries(payload).filter(
    ([name, value]) => value !== null && value !== undefined && !NO_PROPERTY.includes(name),
  );
  const isUnified = Array.isArray(payload["groupTypes"]) && payload["groupTypes"].length > 0;
  return {
    securityEnabled: !isUnified,
    ...Object.fromEntries(given),
    mailNickname: nickname,
    groupTypes: isUnified ? ["Unified"] : [],
    mailEnabled: isUnified,
  };
}

/** A nickname out of a display name: its letters and digits without accents, hyphens and underscores. */
const nicknameOf = (displayName: string): string =>
  displayName
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9_-]/g, "")
    .slice(0, 64);

/** The properties of the group that the write creates: without who is to own it. */
export const valuesIn = ({ owners: _owners, ...values }: Properties = {}): Properties => values;

/** The address of the group with this unique name. */
export const uniqueNameUrl = (uniqueName: string): `/${string}` =>
  `/groups(uniqueName=${odataString(uniqueName)})`;
