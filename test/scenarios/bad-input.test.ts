import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

interface Refused {
  code: string;
  what: string;
  fix: string;
  file?: string;
  row?: number;
  column?: string;
}

let named = 0;
/** A message with a batch name of its own. */
const envelope = (more: Record<string, unknown>): string => {
  named += 1;
  return JSON.stringify({ version: 1, batch: `bad-${named}`, mode: "apply", ...more });
};
const leaver = { operation: "user.disable", user: "ann@contoso.com" };

/** Messages on `accept` that are refused, and what their sender reads. */
const messages: { when: string; text: string; says: RegExp }[] = [
  {
    when: "it is malformed JSON",
    text: '{"version": 1, "batch": ',
    says: /MESSAGE_UNREADABLE.*JSON/,
  },
  {
    when: "it is neither JSON nor base64",
    text: "leavers please!",
    says: /MESSAGE_UNREADABLE.*base64/,
  },
  {
    when: "its version is unknown",
    text: envelope({ version: 2, rows: [leaver] }),
    says: /VERSION_UNKNOWN/,
  },
  {
    when: "its batch-level operation is unknown",
    text: envelope({ operation: "user.disble", rows: [{ user: "a@b.c" }] }),
    says: /OPERATION_UNKNOWN.*user\.disable/,
  },
  { when: "it has neither rows nor file", text: envelope({}), says: /MESSAGE_INVALID.*rows/ },
  {
    when: "it has an unknown property",
    text: envelope({ rows: [leaver], dryRun: true }),
    says: /MESSAGE_INVALID.*dryRun/,
  },
  {
    when: "its batch name has a slash",
    text: envelope({ batch: "a/b", rows: [leaver] }),
    says: /MESSAGE_INVALID.*batch/,
  },
  {
    when: "its tenant is not allowed",
    text: envelope({ tenant: "11111111-1111-4111-8111-111111111111", rows: [leaver] }),
    says: /TENANT_NOT_ALLOWED.*ALLOWED_TENANTS/,
  },
  {
    when: "its file climbs out of inbox",
    text: envelope({ file: "../secrets.csv" }),
    says: /FILE_NAME_INVALID/,
  },
  {
    when: "its file is not there",
    text: envelope({ operation: "user.disable", file: "staged/none.csv" }),
    says: /FILE_NOT_FOUND/,
  },
  {
    when: "it is as large as a queue takes",
    text: envelope({ rows: [{ ...leaver, user: `${"a".repeat(63_000)}@contoso.com` }] }),
    says: /MESSAGE_TOO_LARGE.*49,152.*staged/,
  },
];

const good = "operation,user\r\nuser.disable,ann@contoso.com\r\n";
const utf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, "utf16le");

/** Files in `inbox` that are refused whole. */
const files: { when: string; path: string; content: string | Uint8Array; says: RegExp }[] = [
  { when: "it is empty", path: "empty.csv", content: "", says: /FILE_EMPTY/ },
  {
    when: "it has a header only",
    path: "header-only.csv",
    content: "operation,user\r\n",
    says: /FILE_EMPTY.*row/,
  },
  {
    when: "a column is unknown",
    path: "unknown-column.csv",
    content: "operation,usr\nuser.disable,a@b.c\n",
    says: /COLUMN_UNKNOWN.*usr.*user/,
  },
  {
    when: "a required column is missing",
    path: "user.disable/no-user.csv",
    content: "displayName\nAnn\n",
    says: /COLUMN_(MISSING|UNKNOWN)/,
  },
  {
    when: "a column is there twice",
    path: "twice.csv",
    content: "operation,user,user\nuser.disable,a@b.c,a@b.c\n",
    says: /COLUMN_DUPLICATE.*user/,
  },
  {
    when: "it brings passwords",
    path: "user.create/pw.csv",
    content: "userPrincipalName,displayName,password\na@contoso.com,A,hunter2-secret\n",
    says: /PASSWORD_COLUMN/,
  },
  {
    when: "its folder is no operation",
    path: "user.explode/x.csv",
    content: "user\na@b.c\n",
    says: /operation.*user\.disable/,
  },
  {
    when: "its bytes are no UTF-8",
    path: "latin1.csv",
    content: Buffer.from("operation,user\nuser.disable,j\xf6rg@contoso.com\n", "latin1"),
    says: /FILE_UNREADABLE.*(row|line) /i,
  },
  {
    when: "a quote is never closed",
    path: "quote.csv",
    content: 'operation,user\nuser.disable,"ann@contoso.com\n',
    says: /FILE_UNREADABLE|ROW_TOO_LARGE/,
  },
  {
    when: "most rows are wrong",
    path: "mostly-wrong.csv",
    content: `operation,user\n${"user.disable,not a name\n".repeat(20)}`,
    says: /TOO_MANY_INVALID_ROWS.*user/,
  },
];

/** Files in unusual formats that are read. */
const readable: { when: string; path: string; content: string | Uint8Array }[] = [
  { when: "UTF-8 with BOM and CRLF", path: "bom.csv", content: `\uFEFF${good}` },
  { when: "semicolons", path: "semicolons.csv", content: good.replaceAll(",", ";") },
  { when: "tabs", path: "tabs.csv", content: good.replaceAll(",", "\t") },
  { when: "UTF-16 with BOM", path: "utf16.csv", content: utf16(good) },
  {
    when: "a quoted line break",
    path: "quoted.csv",
    content: 'operation,user,streetAddress\nuser.update,ann@contoso.com,"Main St 1\n2nd floor"\n',
  },
  { when: "a JSON array", path: "array.json", content: JSON.stringify([leaver], undefined, 1) },
  { when: "JSON Lines", path: "lines.jsonl", content: `${JSON.stringify(leaver)}\n` },
];

describe("wrong input gets a clear error, and nothing is lost", () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 20, groups: 2 } } },
    });
    await stage.cloud.control.graph("create", {
      kind: "user",
      values: {
        userPrincipalName: "ann@contoso.com",
        displayName: "Ann",
        mailNickname: "ann",
        accountEnabled: true,
        userType: "Member",
      },
    });
  });
  after(() => stage.close());

  const refusals = async (): Promise<readonly string[]> => {
    const paths: string[] = [];
    for await (const { name } of stage.container("batches").listBlobsFlat()) {
      if (name.endsWith("/refused.json")) paths.push(name);
    }
    return paths;
  };
  const lastLines = () => stage.logs.slice(-10).map(({ message }) => message);

  /** The refusals that were not there before `act`. */
  const newRefusals = async (act: () => Promise<unknown>, count = 1): Promise<Refused[]> => {
    const old = new Set(await refusals());
    await act();
    const look = async () => {
      const fresh = (await refusals()).filter((path) => !old.has(path));
      return fresh.length >= count && fresh;
    };
    const fresh = await until(look, { what: "a refusal", shown: lastLines });
    return Promise.all(
      fresh.map(async (path) => JSON.parse((await stage.read(path)) ?? "{}") as Refused),
    );
  };

  for (const { when, text, says } of messages) {
    it(`a message is refused when ${when}`, async () => {
      const [refused] = await newRefusals(() => stage.send("accept", text));
      assert.ok(refused);
      assert.match(`${refused.code} ${refused.what} ${refused.fix}`, says);
      assert.ok(refused.fix.length > 10, "it says what to do");
    });
  }

  for (const { when, path, content, says } of files) {
    it(`a file is refused when ${when}`, async () => {
      const [refused] = await newRefusals(async () => {
        await stage.upload(path, content);
        await stage.host.fireTimer("sweep");
      });
      assert.ok(refused);
      const said = `${refused.code} ${refused.what} ${refused.fix}`;
      assert.match(said, says);
      assert.match(
        JSON.stringify(refused),
        new RegExp(path.split("/").at(-1) ?? path),
        "it names the file",
      );
      assert.doesNotMatch(said, /hunter2|ann@contoso/, "a value leaked");
    });
  }

  for (const { when, path, content } of readable) {
    it(`a file is read with ${when}`, async () => {
      await stage.upload(path, content);
      await stage.host.fireTimer("sweep");
      const name = path.split(".")[0] ?? path;
      const found = await until(async () =>
        (await stage.batches()).find((batch) => batch.startsWith(`${name}-`)),
      );
      const status = await stage.settled(found);
      assert.equal(status.state, "finished");
      assert.equal(status.verdicts.failed, 0);
    });
  }

  it("a batch name that is taken is refused, and the first run stays unchanged", async () => {
    const first = envelope({ batch: "once", mode: "plan", rows: [leaver] });
    await stage.send("accept", first);
    assert.equal((await stage.settled("once")).state, "planned");
    const asItWas = await stage.read("once/status.json");
    const [refused] = await newRefusals(() =>
      stage.send("accept", envelope({ batch: "once", mode: "apply", rows: [leaver, leaver] })),
    );
    assert.match(`${refused?.code} ${refused?.what}`, /BATCH_NAME_TAKEN/);
    assert.equal(await stage.read("once/status.json"), asItWas);
  });

  it("none of it reaches the directory or a poison queue, and no log line holds a name", async () => {
    const { users } = await stage.cloud.control.graph("snapshot", {});
    assert.equal(users.length, 21);
    for (const { message } of stage.logs)
      assert.doesNotMatch(message, /hunter2|ann@contoso/, message);
    assert.deepEqual(
      stage.events.filter(({ event }) => event === "poison.settled"),
      [],
    );
  });
});
