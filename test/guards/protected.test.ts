import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Target } from "../../shared/catalogue/target.ts";
import { completeSet } from "../../shared/core/sets/read-set.ts";
import { type ProtectedSet, whyProtected } from "../../shared/guards/protected.ts";
import { ann, team } from "../catalogue/answers.ts";

const annIsProtected: ProtectedSet = {
  why: "is in PROTECTED_OBJECTS",
  ids: completeSet([ann]),
  covers: "changed",
};

describe("a row that only names a protected object", () => {
  const edges: { what: string; target: Target; why: string | undefined }[] = [
    {
      what: "as a member of a group is no change of it",
      target: { kind: "membership", group: team, member: ann },
      why: undefined,
    },
    {
      what: "as an owner of a group is no change of it",
      target: { kind: "edge", type: "owner", holder: team, object: ann },
      why: undefined,
    },
    {
      what: "as a member of an administrative unit is held: it would decide who may change it",
      target: { kind: "edge", type: "unit-member", holder: team, object: ann },
      why: "the member is in PROTECTED_OBJECTS",
    },
  ];
  for (const { what, target, why } of edges) {
    it(what, () => assert.equal(whyProtected({ target }, [annIsProtected]), why));
  }

  it("as the holder of an edge changes it", () =>
    assert.equal(
      whyProtected({ target: { kind: "edge", type: "owner", holder: ann, object: team } }, [
        annIsProtected,
      ]),
      "the group is in PROTECTED_OBJECTS",
    ));
});
