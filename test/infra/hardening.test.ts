import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { rules } from "../../infra/check/all-rules.ts";
import { resourcesOfType } from "../../infra/check/infra.ts";
import { forbiddenOnFlex, hardening } from "../../infra/check/rules/hardened.ts";
import { broken, present } from "./infra-under-test.ts";

/** Every line of the hardening table, broken one by one. */
describe("hardened is noticed when broken", () => {
  for (const [type, paths] of Object.entries(hardening)) {
    for (const path of Object.keys(paths)) {
      it(`${type} ${path}`, () => {
        const [found] = resourcesOfType(present, type);
        assert.ok(found, `no ${type}`);
        const property = path.split(".").at(-1) ?? "";
        const lines = found.file.text.split("\n");
        const start = found.it.line - 1;
        const line = lines.findIndex(
          (text, i) =>
            i >= start && new RegExp(`^ +${property}: `).test(text) && isAt(lines, start, i, path),
        );
        assert.ok(line > start, `${path} is not found`);
        const from = lines.slice(0, line + 1).join("\n");
        const to = [...lines.slice(0, line), `${lines[line]?.split(":")[0]}: 'broken'`].join("\n");
        const findings = rules.hardened.findings(broken({ file: found.file.path, from, to }));
        assert.ok(
          findings.some(({ message }) => message.includes(`${path} is `)),
          `${path} was broken and nobody noticed`,
        );
      });
    }
  }
});

const indent = (text: string): number => text.length - text.trimStart().length;

/** Whether line `at` stands under the path's parents, by indentation. */
function isAt(lines: readonly string[], start: number, at: number, path: string): boolean {
  const parents: string[] = [];
  let level = indent(lines[at] ?? "");
  for (let i = at - 1; i > start; i--) {
    const text = lines[i] ?? "";
    if (text.trim() !== "" && indent(text) < level) {
      parents.unshift(text.trim().split(":")[0] ?? "");
      level = indent(text);
    }
  }
  return parents.join(".").endsWith(path.split(".").slice(0, -1).join("."));
}

describe("fitsFlex is noticed when broken", () => {
  for (const name of forbiddenOnFlex) {
    it(name, () => {
      const findings = rules.fitsFlex.findings(
        broken({
          file: "modules/app-settings.bicep",
          from: "  CLOUD: 'global'",
          to: `  CLOUD: 'global'\n  ${name}: 'x'`,
        }),
      );
      assert.equal(findings.length, 1);
    });
  }
});
