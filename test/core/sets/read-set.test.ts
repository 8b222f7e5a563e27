import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { toObjectId } from "../../../shared/core/object-id.ts";
import { listedIds } from "../../../shared/core/sets/listed-ids.ts";
import {
  type CompleteSet,
  completeSet,
  partialSet,
  presence,
  type ReadSet,
} from "../../../shared/core/sets/read-set.ts";
import { answer } from "../../batches/small-directory.ts";

const ann = toObjectId("00000001-0000-4000-8000-000000000001");
const ben = toObjectId("00000001-0000-4000-8000-000000000002");
const listed = (value: unknown, more: object = {}): ReturnType<typeof answer> =>
  answer(200, { value, ...more });

describe("a set that was read to its end", () => {
  it("says what is in it and what is not", () => {
    const set = completeSet([ann]);
    assert.deepEqual([set.has(ann), set.has(ben), set.size], [true, false, 1]);
    assert.deepEqual(set.missing([ann, ben]), [ben]);
    assert.deepEqual([presence(set, ann), presence(set, ben)], ["present", "absent"]);
  });
});

describe("a set that was read in part", () => {
  const part: ReadSet<string> = partialSet([ann], "Graph: 403");

  it("shows what was seen, and never that something is absent", () => {
    assert.deepEqual([presence(part, ann), presence(part, ben)], ["present", "unknown"]);
  });

  it("has no difference: the code that asks for one does not type-check", () => {
    const seen = partialSet([ann], "Graph: 403");
    // @ts-expect-error -- a part of a set does not say what is absent
    assert.equal(seen.has, undefined);
    // @ts-expect-error -- nor has it a difference
    assert.equal(seen.missing, undefined);
    // @ts-expect-error -- nor can it be counted
    assert.equal(seen.size, undefined);
    assert.equal(missingOf(part), undefined);
    // @ts-expect-error -- a plain Set does not say whether it was read to its end
    const claimed: CompleteSet<string> = new Set([ann]);
    assert.equal(claimed.size, 1);
  });
});

const missingOf = (set: ReadSet<string>): unknown =>
  // @ts-expect-error -- it must be known first that the set is complete
  set.missing;

describe("an answer with a list is complete", () => {
  const table: { when: string; of: Parameters<typeof listedIds>[0]; is: string }[] = [
    { when: "it ends and every object has an id", of: listed([{ id: ann }]), is: "complete" },
    { when: "it ends and is empty", of: listed([]), is: "complete" },
    {
      when: "never if it names a next page, even if it is empty",
      of: listed([], { "@odata.nextLink": "https://graph.example/v1.0/users?$skiptoken=2" }),
      is: "Graph: a list cut short",
    },
    {
      when: "never if an object has no id",
      of: listed([{ id: ann }, {}]),
      is: "Graph: an object without id",
    },
    { when: "never without a list", of: answer(200, {}), is: "Graph: a list without value" },
    {
      when: "never if it was refused",
      of: answer(403, {}, "Authorization_RequestDenied"),
      is: "Graph: 403 Authorization_RequestDenied",
    },
    { when: "never if there is no answer", of: undefined, is: "Graph: no answer" },
  ];
  for (const { when, of, is } of table) {
    it(when, () => {
      const set = listedIds(of);
      assert.equal(set.kind === "partial" ? set.why : set.kind, is);
    });
  }

  it("with ids in any case", () => {
    assert.equal(presence(listedIds(listed([{ id: ann.toUpperCase() }])), ann), "present");
  });
});
