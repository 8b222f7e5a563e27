import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { NotEmulated, readAppSettings } from "./app-settings.ts";
import { planFunction } from "./function-plan.ts";
import type { BindingInfo } from "./protocol.ts";

describe("a function", () => {
  const binding = { direction: "in", name: "trigger", type: "queueTrigger", queueName: "work" };
  const timer = { ...binding, type: "timerTrigger", schedule: "0 0 3 * * *" };
  const settings = readAppSettings({ AzureWebJobsStorage__accountName: "a" });
  const plan =
    (name: string, trigger: object, more: object = {}) =>
    () =>
      planFunction(
        { functionId: name, name, scriptFile: "", bindings: [trigger as BindingInfo], ...more },
        settings,
      );

  const skipped = [
    { when: "its name is not valid", plan: plan("1st", binding) },
    { when: "its name is that of the host", plan: plan("host", binding) },
    { when: "its queue's name is not valid", plan: plan("f", { ...binding, queueName: "a--b" }) },
    { when: "its schedule is not valid", plan: plan("f", { ...timer, schedule: "* * *" }) },
    { when: "its connection is not set", plan: plan("f", { ...binding, connection: "No" }) },
    { when: "its binding's name is not valid", plan: plan("f", { ...binding, name: "a-b" }) },
  ];
  for (const { when, plan: planIt } of skipped)
    it(`is skipped when ${when}`, () => {
      assert.throws(planIt, (error) => !(error instanceof NotEmulated));
    });

  const refused = [
    { when: "a trigger of another kind", plan: plan("f", { ...binding, type: "blobTrigger" }) },
    { when: "a retry policy", plan: plan("f", timer, { retryOptions: {} }) },
  ];
  for (const { when, plan: planIt } of refused)
    it(`is no function of this host's with ${when}, which is not emulated`, () => {
      assert.throws(planIt, NotEmulated);
    });
});
