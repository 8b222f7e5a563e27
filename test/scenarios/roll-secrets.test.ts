import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient, StorageSharedKeyCredential } from "@azure/storage-queue";

import { nextSecond } from "../core/next-second.ts";
import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

/** Patterns of secrets, none of which may ever be written. */
const patterns = {
  "a token, an assertion or a proof": /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/,
  "a private key": /PRIVATE KEY|"(d|dp|dq|qi)":\s*"[\w-]{40}/,
  "a request of the token endpoint": /client_assertion=(?!REDACTED)|client_secret=(?!REDACTED)/,
  "a bearer header": /bearer\s+[\w.-]{20}/i,
};

/** A text that was written, and its place. */
interface Written {
  readonly where: string;
  readonly text: string;
}

let stage: Stage;
before(async () => {
  stage = await setStage({
    cloud: { latency: false, graph: { seed: { users: 60, groups: 3 } } },
    // The SDKs log as much as they can.
    settings: async () => ({ AZURE_LOG_LEVEL: "verbose", MAX_DELETES_PER_BATCH: "1" }),
  });
});
after(() => stage.close());

const send = (batch: string, rows: readonly object[], mode = "apply"): Promise<void> =>
  stage.send("accept", JSON.stringify({ version: 1, batch, mode, rows }));

/** Creates, changes and refuses; signs in, is refused and cut off; rolls the key; is stopped half way. */
async function everythingHappens(): Promise<void> {
  const { control, home } = stage.cloud;
  const { tenantId, clientId: appId, vaultName: vault, certificateName: name } = home;
  const people = Array.from({ length: 6 }, (_, at) => ({
    operation: "user.create",
    userPrincipalName: `new${at}@contoso.com`,
    displayName: `New ${at}`,
  }));
  await send("joiners", people);
  assert.equal((await stage.settled("joiners")).verdicts.done, people.length);
  const leavers = people.slice(0, 2).map(({ userPrincipalName: user }) => ({
    operation: "user.delete",
    user,
  }));
  await send("held", leavers);
  assert.equal((await stage.settled("held")).state, "held");
  await send("refused", [{ operation: "user.create", password: "P@ssw0rd-of-a-sender" }]);
  assert.equal((await stage.settled("refused")).state, "refused");
  for (const effect of [
    { kind: "refusal", code: 7000215 },
    { kind: "truncate", bytes: 30 },
    { kind: "html" },
  ] as const) {
    const { id } = await control.inject({ service: "login", effect });
    await stage.host.fireTimer("certificateCheck");
    await control.clearFaults({ id });
  }
  const body = JSON.stringify({ error: { code: "Forbidden", message: "no" } });
  const vaultFault = { kind: "status", status: 403, body } as const;
  await control.inject({ service: "vault", times: 1, effect: vaultFault });
  await stage.host.fireTimer("certificateCheck");
  await control.updateServicePrincipal({ tenantId, appId, revokeTokens: true });
  // A token of the same second would count as one from before.
  await nextSecond();
  await send("revoked", [{ operation: "user.update", user: "new3@contoso.com", city: "Oslo" }]);
  await stage.settled("revoked");
  await nextSecond();
  await control.createCertificate({ vault, name });
  await until(async () => (await control.listCertificates({ appId })).length > 1);
  // The roll's message waits in its queue until the key is accepted, so it can be read there.
  await stage.host.stop();
}

/** Every log line, every blob of every container, every message in every queue. */
async function everythingWritten(): Promise<Written[]> {
  const { storage, home } = stage.cloud;
  assert.ok(storage !== undefined);
  const key = new StorageSharedKeyCredential(storage.account, storage.key);
  const written: Written[] = stage.logs.map(({ source, level, message }) => ({
    where: `log ${source} ${level}`,
    text: message,
  }));
  const blobs = new BlobServiceClient(`https://${home.storageAccount}.blob.core.windows.net`, key);
  for await (const { name } of blobs.listContainers()) {
    for await (const blob of blobs.getContainerClient(name).listBlobsFlat()) {
      const content = await blobs
        .getContainerClient(name)
        .getBlobClient(blob.name)
        .downloadToBuffer();
      written.push({ where: `blob ${name}/${blob.name}`, text: content.toString("utf8") });
    }
  }
  const queues = new QueueServiceClient(
    `https://${home.storageAccount}.queue.core.windows.net`,
    key,
  );
  const names: string[] = [];
  for await (const { name } of queues.listQueues()) names.push(name);
  await until(async () => {
    const { peekedMessageItems } = await queues.getQueueClient("certificate-events").peekMessages();
    return peekedMessageItems.length > 0;
  });
  for (const name of names) {
    const { peekedMessageItems: messages } = await queues
      .getQueueClient(name)
      .peekMessages({ numberOfMessages: 32 });
    for (const { messageText } of messages) {
      const decoded = Buffer.from(messageText, "base64").toString("utf8");
      written.push({ where: `queue ${name}`, text: `${messageText}\n${decoded}` });
    }
  }
  return written;
}

/** The very secrets of this run, as they went over the wire. */
async function secretsOfTheRun(): Promise<Map<string, string>> {
  const secrets = new Map([[stage.cloud.identityHeader, "the identity endpoint's secret"]]);
  for (const { requestBody } of await stage.cloud.control.graph("journal", {})) {
    for (const [, name, value] of JSON.stringify(requestBody ?? "").matchAll(
      /"(password|proof)":"((?:[^"\\]|\\.)+)"/g,
    )) {
      secrets.set(JSON.parse(`"${value}"`) as string, `a ${name}`);
    }
  }
  return secrets;
}

it("the scan finds each kind of secret", () => {
  const jwt = `${encode({ alg: "PS256", typ: "JWT" })}.${encode({ aud: "x", iss: "y" })}.c2ln`;
  const planted = [
    `token ${jwt}`,
    `authorization: Bearer 0.AXoA-opaque-and-long-enough`,
    `grant_type=client_credentials&client_assertion=abc`,
    "-----BEGIN PRIVATE KEY-----",
  ];
  for (const text of planted) {
    assert.ok(
      Object.values(patterns).some((pattern) => pattern.test(text)),
      text.slice(0, 20),
    );
  }
});

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("in a whole run with faults, restarts and a rotation", () => {
  it("no token, assertion, proof, key, secret or password is in a log at any level, a blob, a queue or a report", async () => {
    await everythingHappens();
    const written = await everythingWritten();
    const kinds = new Set(written.map(({ where }) => where.split("/")[0]));
    for (const kind of [
      "log console error",
      "log user information",
      "blob batches",
      "blob runner",
      "queue certificate-events",
    ]) {
      assert.ok(kinds.has(kind), `no ${kind} among ${[...kinds].join(", ")}`);
    }
    assert.ok(
      written.some(({ text }) => text.includes("azure:")),
      "the SDKs logged nothing",
    );
    const secrets = await secretsOfTheRun();
    const found = [...secrets.values()];
    assert.ok(found.filter((what) => what === "a password").length >= 6);
    assert.ok(found.includes("a proof"));
    for (const { where, text } of written) {
      for (const [what, pattern] of Object.entries(patterns)) {
        const match = pattern.exec(text);
        assert.equal(match, null, `${what} in ${where}: ${match?.[0].slice(0, 16)}`);
      }
      for (const [secret, what] of secrets) {
        assert.ok(!text.includes(secret), `${what} in ${where}`);
      }
      const isSenders = where.endsWith("/input");
      assert.ok(isSenders || !text.includes("P@ssw0rd-of-a-sender"), `a sent password in ${where}`);
    }
  });
});
