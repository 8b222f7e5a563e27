import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Graph } from "../../../shared/graph/types.ts";
import { createApplicationKeys } from "../../../shared/policies/roll-certificate/application-keys.ts";

const thumbprint = "DA20FCA696C4F83E8A9AED59BE33368ED421F3C1";

describe("an application's registered keys", () => {
  for (const [form, customKeyIdentifier] of [
    ["hex digits [applications-how-to-add-certificate]", thumbprint],
    ["hex digits in lower case", thumbprint.toLowerCase()],
    ["base64 [serviceprincipal-addtokensigningcertificate]", "2iD8ppbE+D6Kmu1ZvjM2jtQh88E="],
  ] as const)
    it(`are known by a thumbprint in ${form}`, async () => {
      const key = { keyId: "k", customKeyIdentifier, endDateTime: "2027-01-25T00:00:00Z" };
      const graph: Pick<Graph, "readAll"> = {
        readAll: async () => [
          { status: 200, headers: {}, body: { keyCredentials: [key] }, requestId: "r/1" },
        ],
      };
      const listed = await createApplicationKeys(graph as Graph, "an object id").list();
      assert.deepEqual(listed, [
        { keyId: "k", sha1: thumbprint, endMs: Date.parse("2027-01-25T00:00:00Z") },
      ]);
    });
});
