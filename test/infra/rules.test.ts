import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type RuleName, rules } from "../../infra/check/all-rules.ts";
import { deliveryBreaks } from "./delivery-breaks.ts";
import { type Break, broken, present } from "./infra-under-test.ts";
import { permissionBreaks } from "./permission-breaks.ts";
import { productBreaks } from "./product-breaks.ts";
import { templateBreaks } from "./template-breaks.ts";

/** What each rule is there for, done wrong. A rule without a way to break it does not type-check. */
const breaks: Record<RuleName, Readonly<Record<string, Break>>> = {
  ...templateBreaks,
  ...productBreaks,
  ...permissionBreaks,
  ...deliveryBreaks,
};

describe("infra/ keeps its promise", () => {
  for (const [name, rule] of Object.entries(rules)) {
    it(`${name}: ${rule.says}`, () => assert.deepEqual(rule.findings(present), []));
  }
});

for (const [name, cases] of Object.entries(breaks)) {
  describe(`${name} is noticed when broken`, () => {
    for (const [what, change] of Object.entries(cases)) {
      it(what, () => {
        const findings = rules[name as RuleName].findings(broken(change));
        assert.notDeepEqual(findings, []);
        for (const { file, line, message } of findings) {
          assert.ok(file.length > 0 && line > 0 && message.length > 0);
        }
      });
    }
  });
}
