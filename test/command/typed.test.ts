import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { typedParcel } from "../../shared/command/batch/parcel.ts";
import type { Desk } from "../../shared/command/desk/desk.ts";
import { localIn } from "../../shared/command/local-cloud.ts";
import { asTyped, createProgram } from "../../shared/command/program/program.ts";
import { createAsker } from "../../shared/command/terminal/ask.ts";
import { createPrinter, type OutputForm } from "../../shared/command/terminal/printer.ts";
import { convertFile } from "../../shared/command/verbs/convert.ts";
import { find } from "../../shared/command/verbs/find.ts";
import { submit } from "../../shared/command/verbs/submit.ts";
import { verify } from "../../shared/command/verbs/verify.ts";
import { systemClock } from "../../shared/core/clock.ts";

const folder = mkdtempSync(join(tmpdir(), "typed-"));
after(() => rmSync(folder, { recursive: true }));

/** A desk without an account: whoever asks for it has not seen what is wrong. */
function deskOf(output: OutputForm = "table"): { readonly desk: Desk; readonly said: string[] } {
  const said: string[] = [];
  const error = { write: () => true };
  const desk: Desk = {
    options: { output },
    account: () => Promise.reject(new TypeError("the account was asked for")),
    print: createPrinter(output, { out: { write: (text) => void said.push(text) }, error }),
    ask: createAsker({ yes: true, input: process.stdin, output: process.stderr }),
    ifEnded: () => undefined,
    clock: systemClock,
    self: "batch",
    pathOf: (typed) => join(folder, typed),
    environment: {},
  };
  return { desk, said };
}

describe("what is typed wrong is said before the account is asked", () => {
  const { desk } = deskOf();
  const row = ["user=ann@contoso.com,jobTitle=Nurse"];
  const send = (more: object) =>
    submit(desk, undefined, { operation: "user.update", row, ...more });
  for (const [when, run, says] of [
    ["a name of blanks", () => find(desk, " "), /No name is given/],
    ["a day that no calendar has", () => send({ notBefore: "2026-02-30T00:00:00Z" }), /no instant/],
    ["an hour that no day has", () => send({ notAfter: "2026-02-03T24:01:00Z" }), /no instant/],
    [
      "a column that a row names twice",
      async () => typedParcel(["user=ann@contoso.com,city=Bern,user=bo@contoso.com"]),
      /names user twice/,
    ],
  ] as const) {
    it(when, async () => {
      await assert.rejects(run, { message: says, exitCode: 2 });
    });
  }

  it("a folder without a seal", async () => {
    writeFileSync(join(folder, "batch.json"), "{}");
    await assert.rejects(verify(desk, ".", {}), { message: /has no seal/, exitCode: 3 });
  });
});

describe("the argument --local", () => {
  const cloud = { tenantId: "x", clientId: "x", certificateFile: "x", env: {} };
  writeFileSync(join(folder, "cloud=1.json"), JSON.stringify(cloud));
  writeFileSync(join(folder, "people.json"), '[{"user": "ann@contoso.com"}]');
  writeFileSync(join(folder, "half.json"), '[{"user": "ann@');
  mkdirSync(join(folder, "teams.json"));
  for (const [when, args, file, rest] of [
    ["alone", ["list", "--local"], undefined, ["list"]],
    ["with a cloud's file", ["--local", "cloud=1.json", "list"], "cloud=1.json", ["list"]],
    ["with it in one word", ["--local=cloud=1.json", "list"], "cloud=1.json", ["list"]],
    [
      "before a file to send",
      ["plan", "--local", "people.json"],
      undefined,
      ["plan", "people.json"],
    ],
    // What is wrong with it says the verb that reads it.
    [
      "before half a file to send",
      ["plan", "--local", "half.json"],
      undefined,
      ["plan", "half.json"],
    ],
    ["before a folder", ["verify", "--local", "teams.json"], undefined, ["verify", "teams.json"]],
    ["with a file that is not there", ["--local", "none.json", "list"], "none.json", ["list"]],
    ["as a value after --", ["find", "--", "--local"], "none", undefined],
  ] as const) {
    it(when, () => {
      const found = localIn(args, folder);
      assert.deepEqual(found, rest === undefined ? undefined : { file, rest });
    });
  }
});

describe("help", () => {
  const program = createProgram(() => deskOf().desk);
  for (const [args, is] of [
    [["help"], ["help"]],
    [
      ["help", "plan"],
      ["help", "plan"],
    ],
    [["help", "paln"], ["paln"]],
    [
      ["plan", "help"],
      ["plan", "help"],
    ],
  ] as const) {
    it(`${args.join(" ")} is read as ${is.join(" ")}`, () =>
      assert.deepEqual(asTyped(program, args), is));
  }
});

describe("what is converted", () => {
  for (const [when, file, options, says] of [
    ["a sheet of CSV", "sheet.csv", { sheet: "Staff" }, /--sheet is for workbooks/],
    ["an encoding of JSON", "staff.json", { encoding: "utf-8" }, /--encoding is for CSV/],
    ["an encoding of a workbook", "staff.xlsx", { encoding: "utf-8" }, /--encoding is for CSV/],
    ["a workbook of before 2007", "staff.xls", {}, /save it as \.xlsx/],
  ] as const) {
    it(`is refused if it is ${when}`, async () => {
      writeFileSync(join(folder, file), "user\nann@contoso.com\n");
      await assert.rejects(convertFile(deskOf().desk, file, options), {
        message: says,
        exitCode: 2,
      });
    });
  }

  it("is written as JSON if that is asked for", async () => {
    writeFileSync(join(folder, "people.csv"), "user;city\r\nann@contoso.com;Zürich\r\n");
    const { desk, said } = deskOf("json");
    await convertFile(desk, "people.csv", {});
    assert.deepEqual(JSON.parse(said.join("")), [{ user: "ann@contoso.com", city: "Zürich" }]);
  });
});
