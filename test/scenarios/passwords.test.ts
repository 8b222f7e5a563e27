import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, describe, it } from "node:test";

import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";

import { createOperator, type Operator } from "../command/operator.ts";
import { setStage, type Stage } from "../stage/stage.ts";

/** A password as `passwords open` prints it. */
interface Opened {
  readonly row: number;
  readonly user: string;
  readonly objectId: string;
  readonly password: string;
}

const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    open: publicKey.export({ type: "spki", format: "pem" }).toString(),
    own: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
};

/** A password as it could stand in a text. */
const forms = (password: string): string[] => [
  password,
  Buffer.from(password).toString("base64").replaceAll("=", ""),
  Buffer.from(password).toString("hex"),
  JSON.stringify(password).slice(1, -1),
];

describe("first passwords that are kept sealed", () => {
  const key = pair();
  const deliveries: unknown[] = [];
  let stage: Stage;
  let operator: Operator;
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 12, groups: 1, guests: 0, disabled: 0 } } },
      settings: async ({ control, home }) => {
        await control.grantConsent({
          tenantId: home.tenantId,
          appId: home.clientId,
          roles: ["User-PasswordProfile.ReadWrite.All"],
        });
        return {
          PASSWORD_KEY: key.open,
          EXTRA_OPERATIONS: "user.reset-password",
        };
      },
      onInvocation: (event) => void deliveries.push(event),
    });
    operator = createOperator(stage);
  });
  after(async () => {
    operator[Symbol.dispose]();
    await stage.close();
  });

  /** Everything that the product leaves behind: blobs, messages, deliveries and logs, as text. */
  const leftBehind = async (): Promise<string[]> => {
    const { account, key: accountKey } = stage.cloud.storage ?? {};
    assert.ok(account !== undefined && accountKey !== undefined);
    const connection = stage.cloud.storage?.connectionString ?? "";
    const texts = [JSON.stringify(stage.logs), JSON.stringify(deliveries)];
    const blobs = BlobServiceClient.fromConnectionString(connection);
    for await (const { name } of blobs.listContainers()) {
      const container = blobs.getContainerClient(name);
      for await (const blob of container.listBlobsFlat()) {
        texts.push((await container.getBlobClient(blob.name).downloadToBuffer()).toString("utf8"));
      }
    }
    const queues = QueueServiceClient.fromConnectionString(connection);
    for await (const { name } of queues.listQueues()) {
      const { peekedMessageItems } = await queues
        .getQueueClient(name)
        .peekMessages({ numberOfMessages: 32 });
      texts.push(...peekedMessageItems.map(({ messageText }) => messageText));
    }
    return texts;
  };

  it("are opened by the key's holder alone, and are in the clear nowhere", async () => {
    const { control, home } = stage.cloud;
    const { users } = await control.graph("snapshot", { properties: ["userPrincipalName"] });
    const resets = users
      .slice(0, 4)
      .map(({ id }) => ({ operation: "user.reset-password", user: id }));
    const creates = Array.from({ length: 24 }, (_, at) => ({
      operation: "user.create",
      userPrincipalName: `new${at}@${home.domain}`,
      displayName: `New ${at}`,
    }));
    const joiner = {
      operation: "onboard",
      userPrincipalName: `joiner@${home.domain}`,
      displayName: "Joiner",
      manager: users[5]?.id,
    };
    // Graph creates the users of a post, and its answer is lost.
    await control.graph("addFault", {
      at: "request",
      method: "POST",
      body: "passwordProfile",
      times: 1,
      fault: { kind: "reset", committed: true },
    });
    const rows = [...creates, joiner, ...resets];
    await stage.send(
      "accept",
      JSON.stringify({ version: 1, batch: "joiners", mode: "apply", rows }),
    );
    const { verdicts, state } = await stage.settled("joiners");
    assert.deepEqual([state, verdicts.done], ["finished", rows.length + 1]);

    const struck = await control.graph("struck", {});
    assert.deepEqual(Object.values(struck), [1], "a post with passwords had no answer");

    operator.file("own.key", key.own);
    const opened = await operator.json<Opened[]>(
      "passwords",
      "open",
      "joiners",
      "--key",
      "own.key",
    );
    const kept = await control.graph("passwords", {});
    assert.equal(opened.length, rows.length);
    for (const { objectId, password } of opened) assert.equal(password, kept[objectId]);
    assert.equal(new Set(opened.map(({ password }) => password)).size, rows.length);

    const texts = await leftBehind();
    assert.ok(texts.length > 20);
    const clear = Object.values(kept);
    for (const text of texts) {
      for (const form of clear.flatMap(forms)) assert.ok(!text.includes(form), "a clear password");
    }
    const report = (await stage.read("joiners/report.csv")) ?? "";
    assert.match(report.split("\r\n")[0] ?? "", /,after,sealedPassword$/);
    assert.ok(!((await stage.read("joiners/report.html")) ?? "").includes("eyJ"));
  });

  it("are not opened with another key, and a batch without any says so", async () => {
    operator.file("other.key", pair().own);
    const other = await operator.type("passwords", "open", "joiners", "--key", "other.key");
    assert.equal(other.code, 1);
    assert.match(other.error, /The password of row 1 was sealed to another key/);
    const none = await operator.type("passwords", "open", "joiners", "--key", "none.key");
    assert.deepEqual([none.code, none.out], [2, ""]);
    const { users } = await stage.cloud.control.graph("snapshot", {});
    const row = { operation: "user.disable", user: users[0]?.id };
    const message = { version: 1, batch: "leaver", mode: "apply", rows: [row] };
    await stage.send("accept", JSON.stringify(message));
    await stage.settled("leaver");
    const empty = await operator.type("passwords", "open", "leaver", "--key", "own.key");
    assert.equal(empty.code, 3);
    assert.match(empty.error, /no sealed password/);
  });
});
