import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { fencesOf } from "./pages.ts";

/** Every command that the local cloud's pages show, as curl would send it. */
const commands = ["docs/local-cloud.md", "docs/graph-of-your-own.md"]
  .flatMap((page) => fencesOf(page, "sh"))
  .flatMap((text) =>
    [...text.matchAll(/curl "\$(?:control|\(read_field control\))\/(\w+)" -d '([^']*)'/g)].map(
      ([, command = "", body = ""]) => ({ command, body }),
    ),
  );

describe("a command to the local cloud in the documentation", () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({ storage: false, latency: false, graph: { seed: { users: 5 } } });
  });
  after(() => cloud.close());

  it("is there", () => assert.ok(commands.length > 8));

  for (const { command, body } of commands) {
    it(`${command} ${body.replaceAll(/\s+/g, " ")}`, async () => {
      const answer = await fetch(`${cloud.urls.control}/${command}`, { method: "POST", body });
      const said: unknown = await answer.json();
      assert.ok(answer.ok && JSON.stringify(said).startsWith('{"result"'), JSON.stringify(said));
    });
  }
});
