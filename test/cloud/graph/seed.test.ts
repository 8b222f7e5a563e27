import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createSimulatedClock } from "../../core/simulated-clock.ts";
import { SPECIAL_GROUPS } from "./graph.ts";
import type { Values } from "./store/entity.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";

const seeded = (seed: number, settings: Readonly<Record<string, number>>) => {
  const graph = graphFixture({ seed, clock: createSimulatedClock() });
  graph.app.control("seed", { tenant: TENANT, ...settings });
  return graph.app.control("snapshot", { tenant: TENANT });
};

const daysSince = (text: unknown): number =>
  (Date.UTC(2026, 10, 20, 12) - Date.parse(String(text))) / 86_400_000;
const activity = (values: Values) =>
  values["signInActivity"] as Readonly<Record<string, string | null>> | null;

const never = (values: Values): boolean => activity(values) === null;

const staleMember = (values: Values): boolean =>
  values["userType"] === "Member" &&
  values["accountEnabled"] === true &&
  daysSince(activity(values)?.["lastSuccessfulSignInDateTime"]) > 110;

describe("a seeded directory", () => {
  const settings = {
    users: 400,
    groups: 20,
    stale: 30,
    guests: 10,
    recent: 7,
    neverSignedIn: 5,
    synced: 3,
    disabled: 4,
    before2024: 2,
  };
  const snapshot = seeded(7, settings);
  const count = (test: (values: Values) => boolean): number =>
    snapshot.users.filter((user) => test(user.values)).length;

  it("is the same for the same seed, ids included, and differs for another", () => {
    assert.deepEqual(seeded(7, settings), snapshot);
    assert.notDeepEqual(seeded(8, settings).users[0], snapshot.users[0]);
  });

  it("has distinct ids and names", () => {
    assert.equal(new Set(snapshot.users.map((user) => user.id)).size, 400);
    const names = snapshot.users.map((user) =>
      String(user.values["userPrincipalName"]).toLowerCase(),
    );
    assert.equal(new Set(names).size, 400);
  });

  it("has the requested number of accounts of each kind", () => {
    assert.equal(
      count((values) => values["userType"] === "Guest"),
      10,
    );
    assert.equal(
      count((values) => values["onPremisesSyncEnabled"] === true),
      3,
    );
    assert.equal(
      count((values) => values["accountEnabled"] === false),
      4,
    );
    assert.equal(
      count((values) => never(values) && daysSince(values["createdDateTime"]) < 30),
      7,
    );
    assert.equal(
      count((values) => never(values) && daysSince(values["createdDateTime"]) > 90),
      5,
    );
    assert.equal(count(staleMember), 30);
    assert.equal(
      count((values) => activity(values)?.["lastSuccessfulSignInDateTime"] === null),
      2,
    );
  });

  it("has groups with members, and one of each kind whose members cannot be written", () => {
    const names = snapshot.groups.map((group) => String(group.values["displayName"]));
    assert.equal(snapshot.groups.length, 20 + Object.keys(SPECIAL_GROUPS).length);
    assert.equal(new Set(names).size, names.length);
    for (const name of Object.values(SPECIAL_GROUPS)) assert.ok(names.includes(name), name);
    assert.ok(snapshot.groups.slice(0, 20).every((group) => (group.members?.length ?? 0) > 0));
  });

  it("a snapshot can be limited to a few properties", () => {
    const graph = graphFixture();
    graph.app.control("seed", { tenant: TENANT, users: 2 });
    const { users } = graph.app.control("snapshot", { tenant: TENANT, properties: ["mail"] });
    assert.deepEqual(
      users.map((user) => Object.keys(user.values)),
      [["mail"], ["mail"]],
    );
  });
});
