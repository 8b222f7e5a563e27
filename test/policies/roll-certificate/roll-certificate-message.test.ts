import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  readCertificateMessage,
  rollMessage,
} from "../../../shared/policies/roll-certificate/roll-certificate-message.ts";
import { decodeMessage } from "../../../shared/storage/decode-message.ts";

const own = { name: "graph-client", vaultUri: "https://kv-batch.vault.azure.net" };
const version = "3de5b1a0c1f94f5e8c6a3b2d1e0f9a8b";
const type = "Microsoft.KeyVault.CertificateNewVersionCreated";
const time = "2026-11-21T08:00:00.000Z";
/** As printed in azure-docs, event-schema-key-vault.md, including its spaces. */
const data = {
  Id: `https://kv-batch.vault.azure.net/certificates/graph-client/${version}`,
  "VaultName ": "kv-batch",
  "ObjectType ": "Certificate",
  "ObjectName ": "graph-client",
  "Version ": version,
  "NBF ": "1616699910",
  "EXP ": "1648235910",
};
const source = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv-batch";
const cloudEvent = {
  id: "1",
  source,
  subject: "graph-client",
  type,
  time,
  data,
  specversion: "1.0",
};
const gridEvent = {
  id: "1",
  topic: source,
  subject: "graph-client",
  eventType: type,
  eventTime: time,
  data,
  dataVersion: "1",
  metadataVersion: "1",
};
const text = JSON.stringify(cloudEvent);
const announced = { version, atMs: Date.parse(time) };

describe("a message of certificate-events starts a roll", () => {
  const table: { what: string; raw: unknown; says?: typeof announced }[] = [
    { what: "CloudEvents as the host parsed it", raw: cloudEvent, says: announced },
    { what: "the Event Grid schema", raw: gridEvent, says: announced },
    { what: "in an array of one", raw: [gridEvent], says: announced },
    { what: "as plain text", raw: text, says: announced },
    { what: "as base64", raw: Buffer.from(text).toString("base64"), says: announced },
    { what: "our own, which names no version", raw: rollMessage("graph-client") },
    { what: "our own in another case, as Key Vault takes names", raw: rollMessage("Graph-Client") },
  ];
  for (const { what, raw, says } of table) {
    it(what, () =>
      assert.deepEqual(readCertificateMessage(decodeMessage(raw), own), {
        kind: "roll",
        ...(says && { announced: says }),
      }),
    );
  }
});

describe("a message of certificate-events is dropped", () => {
  const table = [
    ["of another type", { ...cloudEvent, type: "Microsoft.KeyVault.CertificateNearExpiry" }],
    [
      "of another certificate",
      { ...cloudEvent, data: { ...data, "ObjectName ": "graph-client-2" } },
    ],
    ["of another vault", { ...cloudEvent, data: { ...data, "VaultName ": "kv-other" } }],
    ["ours for another certificate", JSON.parse(rollMessage("other"))],
  ] as const;
  for (const [what, value] of table) {
    it(what, () => assert.equal(readCertificateMessage(value, own).kind, "ignored"));
  }
});

describe("a message of certificate-events is refused", () => {
  const table = [
    ["that is no event", { hello: 1 }],
    ["without data", { ...cloudEvent, data: undefined }],
    ["of several events", [cloudEvent, cloudEvent]],
    ["that is text", "hello"],
    ["that is null", null],
  ] as const;
  for (const [what, value] of table) {
    it(what, () =>
      assert.throws(() => readCertificateMessage(value, own), {
        code: "MESSAGE_INVALID",
        disposition: "refuse",
      }),
    );
  }
});
