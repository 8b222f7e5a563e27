import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { describe, it } from "node:test";

import { stalePages } from "../../scripts/write-reference.ts";
import { settingFacts, settingNames } from "../../shared/app/settings.ts";
import { verdicts } from "../../shared/catalogue/row.ts";
import { limits } from "../../shared/core/limits.ts";
import { columnOf, pages, proseOf, read, root } from "./pages.ts";

/** The code spans of a table's cells, each once. */
const codesIn = (cells: readonly string[]): string[] =>
  [
    ...new Set(
      cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code)),
    ),
  ].toSorted();

/** The texts of all files that match. */
const sources = (...patterns: readonly string[]): string =>
  globSync(patterns, { cwd: root })
    .filter((path) => !path.endsWith(".md"))
    .map(read)
    .join("\n");

/** The first group of every match, each once. */
const all = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, found = ""]) => found))].toSorted();

describe("the documentation", () => {
  it("has the settings and operations that the code has", () =>
    assert.deepEqual(stalePages(), [], "run: npm run reference"));

  it("has every variable that the settings are read from", () => {
    const page = read("docs/settings.md");
    const others = all(read("shared/app/settings.ts"), /environment\["(\w+)"\]/g);
    for (const name of [...others, ...settingNames]) assert.ok(page.includes(name), name);
    for (const { name, fallback } of settingFacts()) {
      if (/^MAX_|^GRAPH_/.test(name)) assert.ok(page.includes(`| \`${fallback}\` |`), name);
    }
  });

  it("has one heading for every error code and no other heading", () => {
    const codes = all(read("shared/core/errors.ts"), /\| "([A-Z_]+)"/g);
    const headings = [...read("docs/errors.md").matchAll(/^## ([A-Z_]+)$/gm)]
      .map(([, code = ""]) => code)
      .toSorted((one, other) => (one < other ? -1 : 1));
    assert.ok(codes.length > 30);
    assert.deepEqual(headings, codes);
  });

  it("explains every error code", () => {
    for (const part of read("docs/errors.md").split(/^## /m).slice(1)) {
      const [code = "", ...words] = part.split(/\n|^# .*$/m);
      assert.ok(words.join(" ").trim().length > 20, code);
    }
  });

  it("has the codes of reports and events", () => {
    const codes = all(
      sources("shared/batches/**/*.ts", "shared/identity/**/*.ts"),
      /(?:code: |NOTHING_LOST = )"([A-Z_]+)"/g,
    );
    const errors = all(read("shared/core/errors.ts"), /\| "([A-Z_]+)"/g);
    const besides = codes.filter((code) => !errors.includes(code));
    assert.deepEqual(codesIn(columnOf("docs/errors.md", "code")), besides);
  });

  it("names no code or setting that the code does not have", () => {
    /** Other programs' own. */
    const foreign = ["SSL_CERT_FILE"];
    const capitals = /(?<![\w$<{-])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?![\w-])/g;
    const known = new Set(
      all(
        sources(
          "{functions,infra,scripts,shared}/**/*.*",
          "test/{cloud,demo,tokens}/**/*.*",
          ".github/**/*.yml",
        ),
        /([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)/g,
      ),
    );
    const strange = pages.flatMap((page) =>
      all(proseOf(page), capitals)
        .filter((name) => !known.has(name) && !foreign.includes(name))
        .map((name) => `${page}: ${name}`),
    );
    assert.deepEqual(strange, []);
  });

  it("has every telemetry event with its fields, and which of them may be absent", () => {
    const events = read("shared/core/telemetry.ts").matchAll(
      /\{\s*event: "([a-z.]+)";?([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g,
    );
    const written = [...events].map(([, event = "", rest = ""]) => {
      const fields = [...rest.matchAll(/(\w+\??):/g)].map(([, field = ""]) => field);
      return `\`${event}\` ${fields.join(", ")}`;
    });
    assert.ok(written.length > 10);
    const fields = columnOf("docs/operations.md", "event", 1);
    const said = columnOf("docs/operations.md", "event").map(
      (event, at) => `${event} ${fields[at] ?? ""}`,
    );
    assert.deepEqual(said, written);
  });

  it("has every alert with its severity", () => {
    const alerts = [
      ...read("infra/modules/alerts.bicep").matchAll(/name: '([a-z-]+)'[^]*?severity: (\d)/g),
    ].map(([, name = "", severity = ""]) => `\`${name}\` ${severity}`);
    assert.ok(alerts.length > 5);
    const severities = columnOf("docs/operations.md", "alert", 1);
    const said = columnOf("docs/operations.md", "alert").map(
      (name, at) => `${name} ${severities[at]}`,
    );
    assert.deepEqual(said, alerts);
  });

  it("has every blob of a batch's folder and no other", () => {
    const written = all(
      read("shared/records/paths.ts"),
      /`\$\{folder\}\/([a-z]+(?:\.[a-z]+|\/)?)/g,
    );
    const said = codesIn(columnOf("docs/messages.md", "blob"));
    assert.deepEqual(said, written);
  });

  it("has every blob of a tenant's folder in container runner", () => {
    const written = all(read("shared/records/paths.ts"), /`\$\{tenant\}\/([a-z-]+(?:\.json|\/)?)/g);
    assert.ok(written.length > 4);
    for (const name of written) assert.ok(read("ARCHITECTURE.md").includes(`\`${name}\``), name);
  });

  it("gives the reason for every setting of host.json", () => {
    const page = read("ARCHITECTURE.md").replaceAll(/\s+/g, " ");
    const settings = [...read("host.json").matchAll(/"(\w+)": ("[^"]*"|\w+)/g)];
    assert.ok(settings.length > 7);
    for (const [, name = ""] of settings.filter(([, key]) => key !== "version"))
      assert.ok(page.includes(`\`${name}\``), name);
  });

  it("has every state and every verdict", () => {
    const states = all(
      /batchStates = \[([^\]]*)\]/.exec(read("shared/records/status.ts"))?.[1] ?? "",
      /"(\w+)"/g,
    );
    assert.equal(states.length, 8);
    assert.deepEqual(codesIn(columnOf("docs/messages.md", "state")), states);
    assert.deepEqual(codesIn(columnOf("docs/messages.md", "verdict")), verdicts.toSorted());
  });

  it("has the fields of status.json and the limits", () => {
    const page = read("docs/messages.md").replaceAll(/\s+/g, " ");
    const type = /interface BatchStatus \{([^]*?)\n\}/.exec(read("shared/records/status.ts"))?.[1];
    const fields = all(type ?? "", /readonly (\w+)\??:/g);
    const said = /`status.json` has (.*?)\./.exec(page)?.[1] ?? "";
    for (const field of fields.filter((each) => each !== "version" && each !== "batch"))
      assert.ok(said.includes(`\`${field}\``), field);
    const { rows, fileBytes, rowBytes, messageBytes } = limits;
    assert.ok(
      page.includes(
        `Limits: ${rows.toLocaleString("en")} rows, ${fileBytes / 1024 ** 3} GiB, ${rowBytes / 1024} KiB a row, ${messageBytes / 1024} KiB a message.`,
      ),
    );
  });

  it("has the functions that the bundle registers", () => {
    const source = sources("functions/*.ts");
    const written = [...all(source, /app\.\w+\("(\w+)"/g), ...all(source, /(settle\w+Poison)"/g)];
    const said = all(
      /functions at the start: ([^.]*)\./.exec(read("docs/core-tools.md"))?.[1] ?? "",
      /`(\w+)`/g,
    );
    assert.deepEqual(said, written.toSorted());
  });

  it("has the retention that the template sets", () => {
    for (const name of ["inbox", "journal", "report"]) {
      const days = new RegExp(`param ${name}RetentionDays int = (\\d+)`).exec(
        read("infra/main.bicep"),
      )?.[1];
      assert.match(read("docs/deploy.md"), new RegExp(`\`${name}RetentionDays\` \\(${days}\\b`));
    }
  });
});
