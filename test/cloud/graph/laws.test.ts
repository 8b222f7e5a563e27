import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { Bucket } from "./meters/bucket.ts";
import { matcher } from "./odata/filter-match.ts";
import { parseFilter } from "./odata/filter-parser.ts";
import { Relation } from "./store/relation.ts";
import { graphFixture, TENANT, type GraphFixture } from "./testing/graph-fixture.ts";
import { idsIn, linkIn, newUser, reference, valueOf } from "./testing/people.ts";

describe("a bucket", () => {
  it("never admits more than its capacity and what was refilled since", () => {
    const steps = fc.array(
      fc.record({ wait: fc.nat(5000), ask: fc.integer({ min: 1, max: 50 }) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, speed, start) => {
          let now = 0;
          const bucket = new Bucket({ amount: 100, windowSeconds: 5 }, speed, start, () => now);
          let taken = 0;
          for (const { wait, ask } of list) {
            now += wait;
            if (bucket.holds(ask)) {
              bucket.take(ask);
              taken += ask;
            } else bucket.accrue(ask);
            assert.ok(taken <= 100 * start + (now / 1000) * 20 * speed + 1e-6);
          }
        },
      ),
    );
  });

  it("admits a request that waited as long as it was told", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 30 }),
        (asks) => {
          let now = 0;
          const bucket = new Bucket({ amount: 100, windowSeconds: 5 }, 1, 0, () => now);
          for (const ask of asks) {
            if (!bucket.holds(ask)) {
              bucket.accrue(ask);
              now += bucket.waitSeconds(ask) * 1000;
            }
            assert.ok(bucket.holds(ask));
            bucket.take(ask);
          }
        },
      ),
    );
  });
});

describe("a relation", () => {
  it("has the same edges from both ends after any additions and removals", () => {
    const id = fc.integer({ min: 0, max: 5 }).map(String);
    const step = fc.record({ add: fc.boolean(), from: id, to: id });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const relation = new Relation();
        const edges = new Set<string>();
        for (const { add, from, to } of steps) {
          const edge = `${from}>${to}`;
          const changed = add ? relation.add(from, to) : relation.remove(from, to);
          assert.equal(changed, edges.has(edge) !== add);
          if (add) edges.add(edge);
          else edges.delete(edge);
        }
        for (const one of ["0", "1", "2", "3", "4", "5"]) {
          const out = [...relation.targets(one)].map(([to]) => `${one}>${to}`);
          const into = [...relation.sources(one)].map((from) => `${from}>${one}`);
          assert.deepEqual(
            new Set(out),
            new Set([...edges].filter((edge) => edge.startsWith(`${one}>`))),
          );
          assert.deepEqual(
            new Set(into),
            new Set([...edges].filter((edge) => edge.endsWith(`>${one}`))),
          );
        }
      }),
    );
  });
});

describe("a filter", () => {
  it("and its negation together match every object exactly once", () => {
    const leaf = fc.oneof(
      fc.constantFrom("a", "b", "c").map((value) => `city eq '${value}'`),
      fc.constantFrom("a", "b").map((value) => `startsWith(city,'${value}')`),
      fc.constant("city eq null"),
      fc.constantFrom("x", "y").map((value) => `tags/any(t:t eq '${value}')`),
    );
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(tie("tree"), fc.constantFrom("and", "or"), tie("tree"))
          .map((parts) => `(${parts.join(" ")})`),
        tie("tree").map((inner) => `not (${inner})`),
      ),
    }));
    const object = fc.record({
      city: fc.constantFrom("a", "b", "c", "ab", null),
      tags: fc.subarray(["x", "y"]),
    });
    fc.assert(
      fc.property(tree, object, (filter, values) => {
        const passes = matcher(parseFilter(filter))("id", values);
        assert.equal(matcher(parseFilter(`not (${filter})`))("id", values), !passes);
        assert.equal(matcher(parseFilter(`(${filter}) or (${filter})`))("id", values), passes);
      }),
    );
  });
});

/** Applies a delta round to a caller's copy, idempotently, as the documentation says. */
async function follow(
  graph: GraphFixture,
  url: string,
  known: Map<string, Set<string>>,
): Promise<string> {
  let next = url;
  for (;;) {
    const page = await graph.send("GET", next);
    for (const entry of valueOf(page)) {
      const id = String(entry["id"]);
      if ("@removed" in entry) {
        known.delete(id);
        continue;
      }
      const members = known.get(id) ?? new Set<string>();
      known.set(id, members);
      for (const edge of (entry["members@delta"] ?? []) as readonly Readonly<
        Record<string, unknown>
      >[]) {
        if ("@removed" in edge) members.delete(String(edge["id"]));
        else members.add(String(edge["id"]));
      }
    }
    if ("@odata.deltaLink" in page.body) return linkIn(page, "@odata.deltaLink");
    next = linkIn(page, "@odata.nextLink");
  }
}

describe("delta queries", () => {
  it("bring a caller's copy up to date, even with replayed entries", async () => {
    const index = fc.integer({ min: 0, max: 3 });
    const step = fc.record({
      what: fc.constantFrom("add", "remove", "delete", "restore", "purge", "sync"),
      group: index,
      person: index,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const graph = graphFixture({ conditions: { deltaReplays: 0.3 } });
        graph.app.control("seed", {
          tenant: TENANT,
          users: 4,
          groups: 4,
          membersPerGroup: 1,
          specialGroups: false,
        });
        const start = graph.app.control("snapshot", { tenant: TENANT });
        const known = new Map<string, Set<string>>();
        let link = await follow(graph, "/groups/delta?$select=members", known);
        for (const { what, group, person } of steps) {
          const groupId = start.groups[group]?.id ?? "";
          const personId = start.users[person]?.id ?? "";
          const members = `/groups/${groupId}/members`;
          if (what === "add") await graph.send("POST", `${members}/$ref`, reference(personId));
          else if (what === "remove") await graph.send("DELETE", `${members}/${personId}/$ref`);
          else if (what === "delete") await graph.send("DELETE", `/groups/${groupId}`);
          else if (what === "restore")
            await graph.send("POST", `/directory/deletedItems/${groupId}/restore`);
          else if (what === "sync") link = await follow(graph, link, known);
          else {
            await graph.send("DELETE", `/users/${personId}`);
            await graph.send("DELETE", `/directory/deletedItems/${personId}`);
          }
        }
        await follow(graph, link, known);
        const { groups } = graph.app.control("snapshot", { tenant: TENANT });
        const truth = new Map(groups.map((one) => [one.id, new Set(one.members)]));
        assert.deepEqual(known, truth);
      }),
      { numRuns: 60 },
    );
  });
});

describe("pages", () => {
  it("show every lasting object once at any page size while others are added and removed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.nat(100), async (top, salt) => {
        const graph = graphFixture();
        graph.app.control("seed", { tenant: TENANT, users: 20 });
        const people = graph.app.control("snapshot", { tenant: TENANT }).users.map((one) => one.id);
        const leaving = people[salt % 20] ?? "";
        const seen: string[] = [];
        let next: string | undefined = `/users?$select=id&$top=${top}`;
        for (let page = 0; next !== undefined; page += 1) {
          const reply = await graph.send("GET", next);
          seen.push(...idsIn(reply));
          if (page === 0) {
            await graph.send("DELETE", `/users/${leaving}`);
            await newUser(graph, "late");
          }
          next = "@odata.nextLink" in reply.body ? linkIn(reply, "@odata.nextLink") : undefined;
        }
        assert.equal(new Set(seen).size, seen.length);
        for (const id of people) if (id !== leaving) assert.ok(seen.includes(id));
      }),
      { numRuns: 25 },
    );
  });
});
