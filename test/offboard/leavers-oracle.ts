import type { Snapshot, SnapshotObject } from "../cloud/graph/app/snapshot.ts";
import { type LeaverRow, licensesOf } from "./leavers.ts";

/** What a part does, and what becomes of it: `<operation> <whom> <to what>: <verdict>`. */
export interface Predicted {
  readonly verdict: string;
  readonly parts: readonly string[];
}

/** The directory as it will be, and the verdicts. Knows nothing of the product but what its pages promise. */
export interface Prediction {
  readonly rows: readonly Predicted[];
  readonly after: Snapshot;
}

const WORST = ["failed", "held", "pending", "skipped", "done", "unchanged"];

/** Predicts what a file of leavers does, row by row, from the directory as it was when it was accepted. */
export function predictLeavers(before: Snapshot, file: readonly LeaverRow[]): Prediction {
  const users = new Map(before.users.map((user) => [user.id, user]));
  const members = new Map(before.groups.map(({ id, members: all = [] }) => [id, new Set(all)]));
  const known = lookUp(before);
  /** Users of whom an earlier row sets something: no later row calls its change in place unseen. */
  const touched = new Set<string>();
  const rows = file.map((row): Predicted => {
    const user = known.user(row.user);
    if (user === undefined) return { verdict: "failed", parts: ["offboard: failed"] };
    const leave = row.leave.split("|");
    const parts: string[] = [];
    const say = (part: string, verdict: string): void => void parts.push(`${part}: ${verdict}`);
    if (!leave.includes("disable")) {
      const isEnabled = user.values["accountEnabled"] === true;
      say(`user.disable ${user.id}`, isEnabled || touched.has(user.id) ? "done" : "unchanged");
      const now = users.get(user.id)!;
      users.set(user.id, { ...now, values: { ...now.values, accountEnabled: false } });
    }
    if (!leave.includes("sessions")) say(`user.revoke-sessions ${user.id}`, "done");
    if (!leave.includes("groups")) {
      const kept = row.keepGroups === "" ? undefined : known.group(row.keepGroups);
      for (const group of before.groups) {
        if (!group.members?.includes(user.id) || !isOpen(group) || group.id === kept?.id) continue;
        say(`group.remove-member ${user.id} ${group.id}`, "done");
        members.get(group.id)?.delete(user.id);
      }
    }
    const states = statesOf(user);
    const inherited = states.filter(({ assignedByGroup }) => assignedByGroup !== null);
    if (!leave.includes("licenses") && inherited.length < states.length) {
      say(`user.remove-license ${user.id}`, "done");
      const now = users.get(user.id)!;
      users.set(user.id, { ...now, values: { ...now.values, ...licensesOf(inherited) } });
    }
    if (!leave.includes("reports")) {
      const heir = known.user(row.handOver)?.id ?? user.manager;
      const reports = before.users.filter(({ manager }) => manager === user.id);
      if (reports.length > 0 && heir === undefined) say("offboard", "skipped");
      for (const report of heir === undefined ? [] : reports) {
        const isMastered = report.values["onPremisesSyncEnabled"] === true;
        const own = report.id === heir;
        say(`user.set-manager ${report.id} ${heir}`, own || isMastered ? "failed" : "done");
        touched.add(report.id);
        if (!own && !isMastered) users.set(report.id, { ...users.get(report.id)!, manager: heir! });
      }
    }
    if (!leave.includes("manager") && user.manager !== undefined) {
      say(`user.remove-manager ${user.id}`, "done");
      const { manager: _manager, ...without } = users.get(user.id)!;
      users.set(user.id, without);
    }
    if (parts.length === 0) say("offboard", "unchanged");
    return { verdict: worstOf(parts), parts };
  });
  const groups = before.groups.map((group) => ({
    ...group,
    members: [...(members.get(group.id) ?? [])],
  }));
  return { rows, after: { ...before, users: [...users.values()], groups } };
}

const worstOf = (parts: readonly string[]): string =>
  WORST.find((verdict) => parts.some((part) => part.endsWith(`: ${verdict}`))) ?? "unchanged";

const statesOf = ({ values }: SnapshotObject): readonly Readonly<Record<string, unknown>>[] =>
  (values["licenseAssignmentStates"] as readonly Readonly<Record<string, unknown>>[]) ?? [];

/** Whether the application can remove a member of the group. */
function isOpen({ values }: SnapshotObject): boolean {
  const types = (values["groupTypes"] ?? []) as readonly string[];
  return (
    !types.includes("DynamicMembership") &&
    values["isAssignableToRole"] !== true &&
    values["onPremisesSyncEnabled"] !== true &&
    (values["mailEnabled"] !== true || types.includes("Unified"))
  );
}

function lookUp({ users, groups }: Snapshot) {
  const byName = new Map(
    users.flatMap((user) => [
      [user.id, user] as const,
      [String(user.values["userPrincipalName"]).toLowerCase(), user] as const,
    ]),
  );
  return {
    user: (ref: string) => byName.get(ref.toLowerCase()),
    group: (ref: string) =>
      groups.find(({ id, values }) => id === ref || values["displayName"] === ref),
  };
}
