import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { CONTRACT_LEFT_OUT, openApiData } from "./openapi/openapi-data.ts";
import { operationsOf } from "./openapi/operations-of.ts";
import { NOT_EMULATED_BELOW } from "./resources/not-emulated-below.ts";
import { EVERYTHING, graphFixture } from "./testing/graph-fixture.ts";
import { assertRefused, newUser } from "./testing/people.ts";

const PAGE = readFileSync(new URL("../../../docs/local-cloud.md", import.meta.url), "utf8");

const SECTION = /^## Graph$.*?^### Not emulated: answers 501$(.*?)^## /ms.exec(PAGE)?.[1] ?? "";

/** The operations that the page lists as answered with 501; a path without a method means GET too. */
const declared = [...SECTION.matchAll(/`(?:([A-Z]+) )?(\/[^`]+)`/g)].map(
  ([, method = "GET", path = ""]) => ({ method, path: path.replaceAll(/\{[^}]+\}/g, "x") }),
);

/** Whether the page lists the path or one that it begins with. */
const isDeclared = (url: string): boolean =>
  declared.some(({ path }) => `${url}/`.toLowerCase().startsWith(`${path}/`.toLowerCase()));

describe("what is not emulated", () => {
  const graph = graphFixture();
  const { send } = graph;

  it("is declared: every described operation is answered, or its path is on the page [docs/local-cloud.md]", async (t) => {
    const data = openApiData();
    if (!data) return t.diagnostic(CONTRACT_LEFT_OUT);
    const undeclared: string[] = [];
    let refused = 0;
    for (const [method, path] of operationsOf(data)) {
      const url = path.replace("()", "").replaceAll(/\{[^}]+\}/g, "x");
      const body = method === "GET" || method === "DELETE" ? undefined : {};
      // oxlint-disable-next-line no-await-in-loop -- they share one Graph
      const { status } = await send(method, url, body, { roles: EVERYTHING });
      if (status !== 501) continue;
      refused += 1;
      if (!isDeclared(url)) undeclared.push(`${method} ${path}`);
    }
    assert.deepEqual(undeclared, []);
    t.diagnostic(`${operationsOf(data).length} operations, ${refused} of them answer 501`);
  });

  /** Actions that every directory object has; the page names them once for all sets. */
  const ofEveryObject = /^(restore|(check|get)Member(Groups|Objects))$/i;

  it("is declared for everything below an object that v1.0 has [metadata document; docs/local-cloud.md]", async () => {
    const undeclared: string[] = [];
    for (const [set, names] of Object.entries(NOT_EMULATED_BELOW)) {
      for (const name of names) {
        const url = `/${set}/x/${name}`;
        if (!ofEveryObject.test(name) && !isDeclared(url)) undeclared.push(url);
        // oxlint-disable-next-line no-await-in-loop -- they share one Graph
        const statuses = [(await send("GET", url)).status, (await send("POST", url, {})).status];
        // What one method reaches is emulated: its name has to leave the list.
        assert.deepEqual(statuses, [501, 501], url);
      }
    }
    assert.deepEqual(undeclared, []);
  });

  it("does not hide mistakes: a name that v1.0 lacks is refused as Graph does [json-batching, answer 4; seen in issues]", async () => {
    const user = `/users/${await newUser(graph, "una")}`;
    const noSegment = await graph.send("GET", `${user}/nothingAtAll`);
    assertRefused(
      noSegment,
      400,
      "BadRequest",
      "Resource not found for the segment 'nothingAtAll'.",
    );
    const noMethod = await graph.send("POST", `${user}/getPasswordSingleSignOnCredentials`, {});
    const words = "Specified HTTP method is not allowed for the request target.";
    assertRefused(noMethod, 405, "Request_BadRequest", words);
  });

  it("is as the page says: each of its paths answers 501 [docs/local-cloud.md]", async () => {
    assert.ok(declared.length > 20, "the page lists paths");
    for (const { method, path } of declared) {
      const body = method === "GET" || method === "DELETE" ? undefined : {};
      // oxlint-disable-next-line no-await-in-loop -- they share one Graph
      const reply = await send(method, path, body);
      assert.equal(reply.status, 501, `${method} ${path}: ${reply.text}`);
    }
  });
});
