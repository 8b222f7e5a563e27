import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

import { fileParcel } from "../../../shared/command/batch/parcel.ts";

for (const { what, name, text, rowCount } of [
  { what: "counts the rows of a file", name: "x.csv", text: "user\na\nb\n", rowCount: 2 },
  {
    what: "counts those of one with an end mark",
    name: "x.csv",
    text: "user\na\n(end)",
    rowCount: 1,
  },
  { what: "does not vouch for one that may have been cut off", name: "x.csv", text: "user\na\nb" },
  {
    what: "counts lines of JSON, which end by themselves",
    name: "x.jsonl",
    text: "{}\n{}",
    rowCount: 2,
  },
]) {
  it(`the command ${what} (${JSON.stringify(text)})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "parcel-"));
    try {
      const path = join(folder, name);
      writeFileSync(path, text);
      assert.equal((await fileParcel(path, { note: () => undefined })).rowCount, rowCount);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
