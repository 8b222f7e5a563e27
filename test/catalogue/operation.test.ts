import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { failedRow } from "../../shared/catalogue/decided-row.ts";
import { flag, list, required, text, userReference } from "../../shared/catalogue/fields.ts";
import { defineOperation } from "../../shared/catalogue/operation.ts";
import type { PayloadOf } from "../../shared/catalogue/payload.ts";
import type { Targets } from "../../shared/catalogue/target.ts";
import { ann } from "./answers.ts";

const fields = {
  user: required(userReference),
  city: text(128),
  accountEnabled: flag,
  otherMails: list(250, 250),
};
type Payload = PayloadOf<typeof fields>;

/** Whether each type is assignable to the other; a wrong `true` does not compile. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** An operation whose lookup is what `look` reads in its payload. */
const operationWith = (look: (payload: Payload) => string) =>
  defineOperation({
    summary: "An operation of this test.",
    fields,
    example: { user: "ann@contoso.com" },
    target: "user",
    permissions: [],
    lookups: (payload) => ({ user: { kind: "user", ref: look(payload), select: ["id"] } }),
    decide: () => failedRow("It never writes.", "None needed."),
    request: () => ({ method: "POST", url: "/users", body: {} }),
    judge: () => undefined,
    look: () => ({ method: "GET", url: "/users" }),
    touched: () => ({ after: {} }),
    inPlace: () => false,
  });

const refOf = (look: (payload: Payload) => string, payload: object): string | undefined =>
  operationWith(look).lookups({ ...payload })["user"]?.ref;

// @ts-expect-error -- the row may leave city out, or clear it
const unchecked = (payload: Payload): string => payload.city.toUpperCase();
const checked = (payload: Payload): string => payload.city ?? "none";
// @ts-expect-error -- there is no column member
const byName = (payload: Payload): string => String(payload.member);
// @ts-expect-error -- nor does it exist under its name as a string
const byText = (payload: Payload): string => String(payload["member"]);
// @ts-expect-error -- accountEnabled is a boolean, or absent
const asText = (payload: Payload): string => payload.accountEnabled;

// @ts-expect-error -- a user as target has no member
const memberOf = (target: Targets["user"]): string => target.member;

describe("an operation's payload has the types of its fields", () => {
  it("gives a required column as its value", () => {
    const is: Same<Payload["user"], string> = true;
    assert.ok(is);
    assert.equal(
      refOf(({ user }) => user.toUpperCase(), { user: "ann@contoso.com" }),
      "ANN@CONTOSO.COM",
    );
  });

  it("gives an optional column as absent, or as null if it can be cleared", () => {
    const city: Same<Payload["city"], string | null | undefined> = true;
    const accountEnabled: Same<Payload["accountEnabled"], boolean | undefined> = true;
    const otherMails: Same<Payload["otherMails"], readonly string[] | undefined> = true;
    assert.ok(city && accountEnabled && otherMails);
    assert.throws(() => refOf(unchecked, { user: "a", city: null }));
    assert.equal(refOf(checked, { user: "a", city: null }), "none");
  });

  it("has no column without a field", () => {
    assert.equal(refOf(byName, { user: "a" }), "undefined");
    assert.equal(refOf(byText, { user: "a" }), "undefined");
  });

  it("does not give a column another type", () =>
    assert.equal(refOf(asText, { user: "a", accountEnabled: true }), true));
});

describe("an operation's writes have its own kind of target", () => {
  const write = { target: { kind: "new" }, keys: [] } as const;
  const operation = operationWith(byName);

  it("refuse a write that was planned for another kind of object", () => {
    const make = { password: () => "", graphRoot: "https://graph.microsoft.com/v1.0" };
    assert.throws(() => operation.request(write, make), /another kind of object/);
    assert.throws(() => operation.look(write), /another kind of object/);
  });

  it("have no id that their kind does not have", () => {
    assert.equal(memberOf({ kind: "user", user: ann }), undefined);
  });
});
