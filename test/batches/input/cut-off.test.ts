import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { openWorkshop, shardRows } from "../workshop.ts";

const ann = "ann@contoso.com";

/** Drops a file and returns what became of it: why it was refused, or its rows. */
async function dropped(path: string, content: string | Uint8Array) {
  const workshop = openWorkshop();
  for (const name of [ann, "bob@contoso.com", "zoe@contoso.com"]) workshop.directory.addUser(name);
  const folder = await workshop.drop(path, content);
  const { blobs } = workshop;
  const isRefused = [...blobs.batches.blobs.keys()].some((each) => each.endsWith("refused.json"));
  return isRefused
    ? { refused: workshop.refused(folder) }
    : {
        rows: shardRows(blobs.batches, folder),
        manifest: blobs.batches.json(`${folder}/batch.json`),
      };
}

describe("a file that was cut off on its way is refused whole", () => {
  const refused: readonly {
    when: string;
    path?: string;
    content: string | Uint8Array;
    code: string;
    says: RegExp;
    fix: RegExp;
    row: number;
  }[] = [
    {
      when: "in the middle of a row",
      content: `user,city,state\n${ann},Oslo,Oslo\n${ann},Os`,
      code: "FILE_CUT_OFF",
      says: /^Row 2 \(line 3\): the file ends in the middle of this row, which has 2 cells where/,
      fix: /Upload the whole file again/,
      row: 2,
    },
    {
      when: "in the middle of its only row",
      content: `user,city\n${ann}`,
      code: "FILE_CUT_OFF",
      says: /^Row 1 \(line 2\)/,
      fix: /Upload the whole file again/,
      row: 1,
    },
    {
      when: "in the middle of a quoted cell",
      content: `user,city\n${ann},Oslo\n${ann},"Os`,
      code: "FILE_UNREADABLE",
      says: /^Row 2 \(line 3\): a quote is opened and never closed/,
      fix: /RFC 4180/,
      row: 2,
    },
    {
      when: "in the middle of a line of JSON",
      path: "user.disable/x.jsonl",
      content: `{"user":"${ann}"}\n{"user":"${ann}`,
      code: "FILE_UNREADABLE",
      says: /^Row 2 \(line 2\): it is not JSON/,
      fix: /one JSON object on each line/,
      row: 2,
    },
    {
      when: "in the middle of a character",
      content: Buffer.from(`user,city\n${ann},Oslo\n${ann},Malm\u00f6`).subarray(0, -1),
      code: "FILE_UNREADABLE",
      says: /^Row 2 \(line 3\): The file holds bytes that are not UTF-8/,
      fix: /CSV UTF-8/,
      row: 2,
    },
    // What a shorter list does not name is taken away, or not kept.
    ...[
      { path: "offboard", column: "keepGroups", cell: "Nurses|Wor" },
      { path: "offboard", column: "keepGroups", cell: "" },
      { path: "offboard", column: "leave", cell: "groups" },
      { path: "user.set-licenses", column: "licenses", cell: "ENTERPRISEPACK" },
      { path: "group.set-members", first: "group", column: "members", cell: ann },
    ].map(({ path, first = "user", column, cell }) => ({
      when: `in the list ${column} of ${path} (${cell})`,
      path: `${path}/x.csv`,
      content: `${first},${column}\n${ann},${cell}\n${ann},${cell}`,
      code: "FILE_CUT_OFF",
      says: new RegExp(`^Row 2 \\(line 3\\), column ${column}: the file ends in this list`),
      fix: /If it is, end it with a line break/,
      row: 2,
    })),
  ];
  for (const { when, path = "user.update/x.csv", content, code, says, fix, row } of refused) {
    it(`if that was ${when}`, async () => {
      const { refused: found = {} } = await dropped(path, content);
      assert.equal(found["code"], code);
      assert.match(String(found["what"]), says);
      assert.match(String(found["fix"]), fix);
      assert.equal(found["row"], row);
    });
  }

  it("but a short row before a line break fails alone", async () => {
    const { rows = [] } = await dropped(
      "user.update/x.csv",
      `user,city\n${`${ann},Oslo\n`.repeat(10)}${ann}\n`,
    );
    assert.deepEqual([rows.length, rows.at(-1)?.verdict], [11, "failed"]);
  });

  it("and wherever else it is cut, no row means what the whole file did not say", async () => {
    const whole = `user,city,state\r\n${ann},"Os,lo",x\r\nbob@contoso.com,Bergen,y\r\nzoe@contoso.com,"Malm""ö""",z\r\n`;
    const { rows: all = [] } = await dropped("user.update/x.csv", whole);
    assert.equal(all.length, 3);
    const bytes = Buffer.from(whole);
    for (let end = 1; end < bytes.length; end++) {
      const {
        refused: why,
        rows = [],
        manifest,
      } = await dropped("user.update/x.csv", bytes.subarray(0, end));
      if (why !== undefined) continue;
      const isOpen =
        (manifest as { profile?: { endsInLineBreak?: boolean } }).profile?.endsInLineBreak ===
        false;
      const sure = isOpen ? rows.slice(0, -1) : rows;
      assert.deepEqual(sure, all.slice(0, sure.length), `cut after ${end} bytes`);
    }
  });
});
