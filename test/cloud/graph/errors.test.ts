import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ERROR_ROWS, scene } from "./testing/error-rows.ts";
import { TENANT } from "./testing/graph-fixture.ts";
import { assertRefused, groupBody } from "./testing/people.ts";

describe("the errors of facts/graph.md §3.1", () => {
  ERROR_ROWS.forEach(([status, code, message, provoke], index) => {
    it(`${index + 1}. ${status} ${code} “${message.slice(0, 70)}” [errors; seen in issues and clients]`, async () => {
      assertRefused(await provoke(await scene()), status, code, message);
    });
  });

  for (const status of [402, 406, 412, 422, 423, 500, 502, 503, 504, 509]) {
    it(`a fault answers ${status} [errors]`, async () => {
      const { graph } = await scene();
      graph.app.control("addFault", {
        tenant: TENANT,
        at: "part",
        fault: { kind: "status", status },
      });
      assert.equal((await graph.send("GET", "/users")).status, status);
    });
  }

  it("every body has code, message and an innerError that names the request [errors]", async () => {
    const { graph } = await scene();
    const reply = await graph.send("POST", "/groups", groupBody("a b"), {
      headers: { "client-request-id": "c" },
    });
    const error = reply.body["error"] as unknown as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      Object.keys(error).filter((name) => name !== "details"),
      ["code", "message", "innerError"],
    );
    assert.deepEqual(Object.keys(error["innerError"] as object), [
      "date",
      "request-id",
      "client-request-id",
    ]);
  });
});
