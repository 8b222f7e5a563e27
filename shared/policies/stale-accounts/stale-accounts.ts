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
  const lastMs = lastSignInMs(user);
  if (lastMs === undefined) return "unknown";
  return lastMs < nowMs - rule.days * DAY_MS ? "stale" : "active";
}

const lastSignInMs = (user: Readonly<Record<string, unknown>>): number | undefined =>
  instantMs(recordOf(user["signInActivity"])["lastSuccessfulSignInDateTime"]);

function instantMs(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) || value.startsWith("0001-") ? undefined : ms;
}

/** The rows of a batch that disables the stale accounts, and how many accounts there are of each finding. */
export interface StaleAccounts {
  /** Those to disable come first. */
  readonly rows: readonly StaleRow[];
  readonly stale: number;
  readonly findings: Readonly<Record<string, number>>;
}

/** An account that has not signed in for so long: it is disabled, or left alone for a reason. */
export interface StaleRow {
  readonly user: string;
  /** Its last successful sign-in. */
  readonly note: string;
  /** Why it is left alone. */
  readonly skip?: string;
}

/** Why an account that has not signed in for so long is left alone; an active one is not mentioned. */
const leftAlone: Readonly<Partial<Record<Finding, string>>> = {
  guest: "it is a guest",
  "recently created": "it was created recently",
  excluded: "it is in the excluded group",
  unknown: "no successful sign-in is recorded, which does not mean that there was none",
};

/**
 * Reads the exclusion group and every account, and returns those that have not signed in for so long. An
 * incomplete read throws, so that no user is disabled because of a partial list.
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
  const stale: StaleRow[] = [];
  const others: StaleRow[] = [];
  const findings: Record<string, number> = {};
  for await (const page of graph.pages(users)) {
    for (const user of page) {
      const finding = judgeAccount(user, rule, excluded, nowMs);
      findings[finding] = (findings[finding] ?? 0) + 1;
      const [row] = rowsOf(user, finding, nowMs - rule.days * DAY_MS);
      if (row) (row.skip === undefined ? stale : others).push(row);
    }
  }
  return { rows: [...stale, ...others], stale: stale.length, findings };
}

/** The account's row; none if it signed in since, or is no user that could be disabled. */
function rowsOf(
  user: Readonly<Record<string, unknown>>,
  finding: Finding,
  sinceMs: number,
): readonly StaleRow[] {
  const lastMs = lastSignInMs(user);
  const why = leftAlone[finding];
  if (finding !== "stale" && (why === undefined || (lastMs ?? 0) >= sinceMs)) return [];
  const note =
    lastMs === undefined
      ? "no successful sign-in is recorded"
      : `last successful sign-in ${new Date(lastMs).toISOString()}`;
  return idsIn([user]).map((id) => ({
    user: id,
    note,
    ...(why !== undefined && { skip: why }),
  }));
}
