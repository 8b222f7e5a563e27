import type { SnapshotObject } from "../cloud/graph/graph.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";

const DAY_MS = 86_400_000;
const excluded = new Set<string>();

/** Whether the policy, at 90 days and for accounts older than 30, should disable the user. */
export function isStale({ id, values }: SnapshotObject, nowMs: number): boolean {
  const activity = (values["signInActivity"] ?? {}) as Record<string, string | null>;
  const last = activity["lastSuccessfulSignInDateTime"];
  return (
    values["accountEnabled"] === true &&
    values["userType"] === "Member" &&
    !excluded.has(id) &&
    nowMs - Date.parse(String(values["createdDateTime"])) > 30 * DAY_MS &&
    typeof last === "string" &&
    nowMs - Date.parse(last) > 90 * DAY_MS
  );
}

/** Whether the policy should list the user as one that it leaves alone: not seen for as long, but not stale. */
export function isLeftAlone(user: SnapshotObject, nowMs: number): boolean {
  const activity = (user.values["signInActivity"] ?? {}) as Record<string, string | null>;
  const last = activity["lastSuccessfulSignInDateTime"];
  return (
    user.values["accountEnabled"] === true &&
    !isStale(user, nowMs) &&
    (typeof last !== "string" || nowMs - Date.parse(last) > 90 * DAY_MS)
  );
}

/** Makes a group that the policy leaves alone, of `count` accounts that would be stale. Answers its id. */
export async function excludeSome(cloud: LocalCloud, count: number): Promise<string> {
  const { control } = cloud;
  const { users } = await control.graph("snapshot", {});
  const { id } = await control.graph("create", {
    kind: "group",
    values: {
      displayName: "Emergency accounts",
      mailNickname: "emergency",
      groupTypes: [],
      mailEnabled: false,
      securityEnabled: true,
    },
  });
  for (const user of users.filter((each) => isStale(each, Date.now())).slice(0, count)) {
    excluded.add(user.id);
    await control.graph("link", { relation: "members", from: id, to: user.id });
  }
  return id;
}
