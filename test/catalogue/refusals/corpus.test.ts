import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judge } from "../../../shared/catalogue/judge.ts";
import { diagnose } from "../../../shared/catalogue/refusals/diagnose.ts";
import { causeOf, causes } from "../../../shared/catalogue/refusals/refusals.ts";
import { parseGraphError } from "../../../shared/graph/errors.ts";
import { catalogue } from "../../../shared/operations/list.ts";
import { ann, attempt } from "../answers.ts";
import { metForbidden } from "./met-forbidden.ts";
import { metObjects } from "./met-objects.ts";
import { metValues } from "./met-values.ts";
import type { Met } from "./met.ts";

const corpus: readonly Met[] = [...metForbidden, ...metObjects, ...metValues];

/** The name of the first cause that the product gives. */
function named({ status, body, examined }: Met): string {
  const cause = causeOf({ status, error: parseGraphError(body) })?.name ?? "unknown";
  return cause === "forbidden" && examined ? diagnose(examined).name : cause;
}

describe("refusals that people met", () => {
  it("are at least 80, each from another place", () => {
    assert.ok(corpus.length >= 80, String(corpus.length));
    assert.equal(new Set(corpus.map(({ at }) => at)).size, corpus.length);
  });

  it("get the right cause first in 95 % of the cases", (test) => {
    const wrong = corpus.filter((each) => named(each) !== each.is);
    const share = 1 - wrong.length / corpus.length;
    test.diagnostic(`${corpus.length} refusals, ${(100 * share).toFixed(1)} % right`);
    const told = wrong.map((each) => `${each.at}: ${named(each)} instead of ${each.is}`);
    assert.ok(share >= 0.95, told.join("\n"));
  });

  it("show every cause that the product knows, but for those of documentation alone", () => {
    const shown = new Set(corpus.map(({ is }) => is));
    const unseen = causes.map(({ name }) => name).filter((name) => !shown.has(name));
    assert.deepEqual(unseen.toSorted(), ["guest-exists", "license-not-held"]);
  });

  it("are said to be unknown, with the request id, if nobody knows the cause", () => {
    const unknown = corpus.filter((each) => named(each) === "unknown" && each.status === 400);
    assert.ok(unknown.length > 0);
    for (const { status, body } of unknown) {
      const write = { target: { kind: "user", user: ann }, keys: [] } as const;
      const error = parseGraphError(body);
      const answer = { status, headers: {}, body, requestId: "post/r7", error };
      const outcome = judge(catalogue["user.update"], answer, attempt(write));
      assert.ok(outcome.kind === "final" && outcome.final.verdict === "failed");
      assert.match(outcome.final.reason, /the cause is unknown \(Graph: 400/);
      assert.match(outcome.final.fix, /by its id, post\/r7/);
    }
  });

  it("each name a fix, unless the row's own permissions make it", () => {
    for (const { name, fix } of causes) assert.ok(fix.length > 10 || name === "forbidden", name);
  });
});
