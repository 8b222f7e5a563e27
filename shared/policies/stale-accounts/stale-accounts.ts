import type { GraphRead } from "../../core/graph-request.ts";
import { segment } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import type { Graph } from "../../graph/types.ts";

const DAY_MS = 86_400_000;

/** What the policy is told. */
export interface StaleAccountRule {
  /** Days without a successful sign-in after which an account is stale. */
  readonly days: number;
  /** An account younger than this many days is left alone. */
  readonly minimumAgeDays: number;
}

/** Why an account is left alone; `stale` ones are not. */
export type Finding =
  | "stale"
  | "active"
  | "disabled already"
  | "guest"
  | "recently created"
  | "excluded"
  /** No successful sign-in on record, which is not "never": the date exists since 2023-12-01 only. */
  | "unknown";

/** The page limit of /users with signInActivity (Graph reference, signInActivity). */
const users: GraphRead = {
  method: "GET",
  url: "/users?$select=id,userType,accountEnabled,createdDateTime,signInActivity&$top=500",
};

/**
 * Judges one account. A date that is missing or the directory's "never" (year 1) proves nothing, so
 * it leaves the account alone.
 */
export function judgeAccount(
  user: Readonly<Record<string, unknown>>,
  rule: StaleAccountRule,
  excluded: ReadonlySet<string>,
  nowMs: number,
): Finding {
  if (user["accountEnabled"] !== true) return "disabled already";
  if (user["userType"] === "Guest") return "guest";
  if (excluded.has(String(user["id"]))) return "excluded";
  const createdMs = instantMs(user["createdDateTime"]);
  if (createdMs === undefined) return "unknown";
  if (createdMs > nowMs - rule.minimumAgeDays * DAY_MS) return "recently created";
  const lastMs = instantMs(recordOf(user["signInActivity"])["lastSuccessfulSignInDateTime"]);
  if (lastMs === undefined) return "unknown";
  return lastMs < nowMs - rule.days * DAY_MS ? "stale" : "active";
}

function instantMs(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) || value.startsWith("0001-") ? undefined : ms;
}

/** What the policy found: the ids to disable and how many were left alone, by reason. */
export interface StaleAccounts {
  readonly ids: readonly string[];
  readonly findings: Readonly<Record<string, number>>;
}

/**
 * Reads the exclusion group and every account, and says which are stale. Both reads are complete or
 * throw: nobody is disabled on the strength of half a list.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`.
 */
export async function findStaleAccounts(
  graph: Graph,
  rule: StaleAccountRule,
  excludedGroup: string,
  nowMs: number,
): Promise<StaleAccounts> {
  const excluded = new Set<string>();
  const members: GraphRead = {
    method: "GET",
    url: `/groups/${segment(excludedGroup)}/transitiveMembers?$select=id&$top=999`,
  };
  for await (const page of graph.pages(members)) {
    for (const { id } of page) excluded.add(String(id));
  }
  const ids: string[] = [];
  const findings: Record<string, number> = {};
  for await (const page of graph.pages(users)) {
    for (const user of page) {
      const finding = judgeAccount(user, rule, excluded, nowMs);
      findings[finding] = (findings[finding] ?? 0) + 1;
      if (finding === "stale") ids.push(String(user["id"]));
    }
  }
  return { ids, findings };
}
