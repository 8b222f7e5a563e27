import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";

import type { RecordedDecision } from "../../shared/records/decisions/control.ts";
import { setStage, type Stage } from "../stage/stage.ts";
import { createOperator, type Operator } from "./operator.ts";

const browser = resolve(import.meta.dirname, "browser.client.ts");

describe("a decision that has to be signed", () => {
  let stage: Stage;
  let operator: Operator;
  let env: Readonly<Record<string, string>>;
  before(async () => {
    stage = await setStage({
      cloud: {
        latency: false,
        people: true,
        graph: { seed: { users: 5, disabled: 0, guests: 0 } },
      },
      settings: async ({ home }) => ({
        DECISION_PROOF: "signed",
        DECISION_CLIENT_ID: home.signIn!.clientId,
        FOUR_EYES: "on",
      }),
    });
    operator = createOperator(stage);
    const script = join(operator.folder, "browser.sh");
    writeFileSync(script, `#!/bin/sh\nexec '${process.execPath}' '${browser}' "$1"\n`, {
      mode: 0o700,
    });
    env = { BROWSER: script };
    // The command learns from the sweep which registration signs.
    await stage.host.fireTimer("sweep");
    const { users } = await stage.cloud.control.graph("snapshot", {
      properties: ["userPrincipalName"],
    });
    operator.file("one.csv", `user\n${String(users[0]!.values["userPrincipalName"])}\n`);
    const words = ["plan", "one.csv", "--operation", "user.disable", "--name", "one-1"];
    assert.equal((await operator.type(...words)).code, 0);
  });
  after(async () => {
    operator[Symbol.dispose]();
    await stage.close();
  });

  it("is not sent if Entra refuses the person", async () => {
    const person = stage.cloud.home.signIn!.stranger;
    const as = { ...env, BROWSER_PERSON: person.userPrincipalName };
    const { digest } = await operator.json<{ digest: string }>("show", "one-1");
    const said = await operator.typeWith(as, "approve", "one-1", "--yes", "--plan", digest);
    assert.equal(said.code, 1);
    assert.match(said.error, /The decision was not signed: AADSTS50105: .*\nAsk an administrator/);
    assert.equal(await stage.read("one-1/control.json"), undefined);
  });

  it("is signed in the browser by people who may decide, and recorded as theirs", async () => {
    const { decider, secondDecider } = stage.cloud.home.signIn!;
    const plan = await operator.json<{ digest: string }>("show", "one-1");
    const words = ["approve", "one-1", "--yes", "--plan", plan.digest];
    const by = ({ userPrincipalName }: typeof decider) => ({
      ...env,
      BROWSER_PERSON: userPrincipalName,
    });
    // Nobody knows who sent the file, so two have to approve it.
    const first = await operator.typeWith(by(decider), ...words);
    assert.equal(first.code, 0, first.error);
    assert.match(first.out, /approve one-1 waits for a second person to decide the same/);
    const again = await operator.typeWith(by(decider), ...words);
    assert.equal(again.code, 1, "the same person is no second one");
    const second = await operator.typeWith(by(secondDecider), ...words, "--wait");
    assert.equal(second.code, 0, second.error);
    assert.match(second.out, /one-1 is finished: done 1/);
    const control = JSON.parse((await stage.read("one-1/control.json")) ?? "{}") as {
      decisions: readonly RecordedDecision[];
    };
    const known = control.decisions.map((made) => [made.outcome, made.by.kind]);
    assert.deepEqual(known[0], ["waiting", "person"]);
    assert.deepEqual(known.at(-1), ["applied", "person"]);
  });
});
