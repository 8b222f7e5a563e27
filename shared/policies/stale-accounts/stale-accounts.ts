import type { GraphRead } from "../../core/graph-request.ts";
import { segment } from "../../core/graph-request.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";
import { idsIn } from "../../core/sets/listed-ids.ts";
import type { CompleteSet } from "../../core/sets/read-set.ts";
import type { Graph } from "../../graph/types.ts";
import { readWholeSet } from "../../graph/whole-set.ts";

const DAY_MS = 86_400_000;

/** The policy's settings. */
export interface StaleAccountRule {
  /** Days without a successful sign-in after which an account is stale. */
  readonly days: number;
  /** Accounts younger than this many days are not disabled. */
  readonly minimumAgeDays: number;
}

/** What the policy found about an account. Only `stale` ones are disabled. */
export type Finding =
  | "stale"
  | "active"
  | "disabled already"
  | "guest"
  | "recently created"
  | "excluded"
  /** No successful sign-in is recorded, which does not mean "never": the date exists since 2023-12-01. */
  | "unknown";

/** The page limit of /users with signInActivity (Graph reference, signInActivity). */
const users: GraphRead = {
  method: "GET",
  url: "/users?$select=id,userType,accountEnabled,createdDateTime,signInActivity&$top=500",
};

/**
 * Judges one account. If a date is missing or is the directory's "never" (year 1), the account is not
 * disabled. Who is not excluded is known only if the excluded were read to the end.
 */
export function judgeAccount(
  user: Readonly<Record<string, unknown>>,
  rule: StaleAccountRule,
  excluded: CompleteSet<ObjectId>,
  nowMs: number,
): Finding {
  if (user["accountEnabled"] !== true) return "disabled already";
  if (user["userType"] === "Guest") return "guest";
  const [id] = idsIn([user]);
  if (id === undefined) return "unknown";
  if (excluded.has(id)) return "excluded";
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

/** The ids of accounts to disable, and how many accounts there are of each finding. */
export interface StaleAccounts {
  readonly ids: readonly string[];
  readonly findings: Readonly<Record<string, number>>;
}

/**
 * Reads the exclusion group and every account, and returns the stale ones. An incomplete read throws, so
 * that no user is disabled because of a partial list.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`.
 */
export async function findStaleAccounts(
  graph: Graph,
  rule: StaleAccountRule,
  excludedGroup: string,
  nowMs: number,
): Promise<StaleAccounts> {
  const excluded = await readWholeSet(graph, {
    method: "GET",
    url: `/groups/${segment(excludedGroup)}/transitiveMembers?$select=id&$top=999`,
  });
  const ids: string[] = [];
  const findings: Record<string, number> = {};
  for await (const page of graph.pages(users)) {
    for (const user of page) {
      const finding = judgeAccount(user, rule, excluded, nowMs);
      findings[finding] = (findings[finding] ?? 0) + 1;
      if (finding === "stale") ids.push(...idsIn([user]));
    }
  }
  return { ids, findings };
}
