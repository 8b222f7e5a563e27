import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { toObjectId } from "../../../shared/core/object-id.ts";
import { completeSet, partialSet } from "../../../shared/core/sets/read-set.ts";
import type { Graph } from "../../../shared/graph/types.ts";
import {
  findStaleAccounts,
  judgeAccount,
  type Finding,
} from "../../../shared/policies/stale-accounts/stale-accounts.ts";
import { policyBatchName } from "../../../shared/policies/submit.ts";

const now = Date.UTC(2026, 10, 21);
const emergency = toObjectId("00000001-0000-4000-8000-00000000000e");
const excluded = completeSet([emergency]);
const daysAgo = (days: number): string => new Date(now - days * 86_400_000).toISOString();
const stale = {
  id: "00000001-0000-4000-8000-000000000001",
  accountEnabled: true,
  userType: "Member",
  createdDateTime: daysAgo(900),
  signInActivity: { lastSuccessfulSignInDateTime: daysAgo(91) },
};

const account = (id: number, more: object = {}) => ({
  ...stale,
  id: `00000001-0000-4000-8000-${String(id).padStart(12, "0")}`,
  ...more,
});
const graphOf = (users: readonly object[]): Graph =>
  ({
    pages: async function* (read: { url: string }) {
      yield read.url.startsWith("/groups/") ? [{ id: emergency }] : users;
    },
  }) as unknown as Graph;

describe("the accounts of a directory", () => {
  it("are listed with their last sign-in if they are stale, and why others are left alone", async () => {
    const { rows, stale: count } = await findStaleAccounts(
      graphOf([
        account(1, { userType: "Guest" }),
        account(2),
        account(3, { signInActivity: { lastSuccessfulSignInDateTime: daysAgo(2) } }),
        account(14),
        account(4, { accountEnabled: false }),
        account(5, { signInActivity: undefined }),
        account(6, {
          userType: "Guest",
          signInActivity: { lastSuccessfulSignInDateTime: daysAgo(1) },
        }),
      ]),
      { days: 90, minimumAgeDays: 30 },
      emergency,
      now,
    );
    const last = `last successful sign-in ${daysAgo(91)}`;
    assert.equal(count, 2);
    assert.deepEqual(
      rows.map(({ user: id, note, skip }) => [Number(id.slice(-2)), note, skip]),
      [
        [2, last, undefined],
        [14, last, undefined],
        [1, last, "it is a guest"],
        [
          5,
          "no successful sign-in is recorded",
          "no successful sign-in is recorded, which does not mean that there was none",
        ],
      ],
    );
  });
});

describe("an account is judged", () => {
  const table: { when: string; user: Record<string, unknown>; is: Finding }[] = [
    { when: "no successful sign-in for 91 days", user: stale, is: "stale" },
    {
      when: "one 89 days ago",
      user: { ...stale, signInActivity: { lastSuccessfulSignInDateTime: daysAgo(89) } },
      is: "active",
    },
    {
      when: "none on record, which is not never",
      user: { ...stale, signInActivity: { lastSuccessfulSignInDateTime: null } },
      is: "unknown",
    },
    {
      when: "no sign-in activity at all",
      user: { ...stale, signInActivity: undefined },
      is: "unknown",
    },
    {
      when: "the directory's year 1",
      user: { ...stale, signInActivity: { lastSuccessfulSignInDateTime: "0001-01-01T00:00:00Z" } },
      is: "unknown",
    },
    {
      when: "only failed attempts since",
      user: {
        ...stale,
        signInActivity: {
          lastSignInDateTime: daysAgo(1),
          lastSuccessfulSignInDateTime: daysAgo(91),
        },
      },
      is: "stale",
    },
    {
      when: "created 29 days ago",
      user: { ...stale, createdDateTime: daysAgo(29) },
      is: "recently created",
    },
    { when: "no creation date", user: { ...stale, createdDateTime: null }, is: "unknown" },
    { when: "a guest", user: { ...stale, userType: "Guest" }, is: "guest" },
    { when: "disabled already", user: { ...stale, accountEnabled: false }, is: "disabled already" },
    { when: "in the exclusion group", user: { ...stale, id: emergency }, is: "excluded" },
    {
      when: "in the exclusion group, its id in capitals",
      user: { ...stale, id: emergency.toUpperCase() },
      is: "excluded",
    },
    { when: "no id", user: { ...stale, id: undefined }, is: "unknown" },
  ];
  for (const { when, user, is } of table) {
    it(`${is}: ${when}`, () => {
      const rule = { days: 90, minimumAgeDays: 30 };
      assert.equal(judgeAccount(user, rule, excluded, now), is);
    });
  }
  it("only against the whole exclusion group: a part of it does not type-check", () => {
    const rule = { days: 90, minimumAgeDays: 30 };
    const part = partialSet([emergency], "Graph: 403");
    // @ts-expect-error -- who is not in a part of the group may be in the rest
    assert.throws(() => judgeAccount(stale, rule, part, now), TypeError);
  });
});

describe("a policy's batch", () => {
  it("has the name of the minute it was due, a few milliseconds early or late", () => {
    const due = Date.UTC(2026, 10, 21, 2, 0, 0);
    assert.equal(policyBatchName("stale-accounts", due), "stale-accounts-2026-11-21T0200Z");
    assert.equal(
      policyBatchName("stale-accounts", due - 12),
      policyBatchName("stale-accounts", due + 900),
    );
  });
});
