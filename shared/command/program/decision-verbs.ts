import type { Command } from "commander";

import type { DecisionKind } from "../../records/decisions/decision.ts";
import type { DecideOptions } from "../verbs/decide.ts";
import { chosenRowsOf, rowNumbersOf } from "./values.ts";
import { type OpenDesk, runs } from "./verb.ts";

/** The verbs that decide. Each is a message on queue `decisions`, which needs the right for that queue. */
export function addDecisions(program: Command, openDesk: OpenDesk): void {
  const decision = (name: DecisionKind, argument: string, description: string): Command => {
    const verb = program
      .command(`${name} ${argument}`)
      .description(description)
      .option("--reason <words>", "why; kept in the batch and its reports");
    runs<DecideOptions>(verb, openDesk, async (desk, [batch], options) =>
      (await import("../verbs/decide.ts")).decide(desk, name, batch, options),
    );
    return verb;
  };
  decision(
    "approve",
    "<batch>",
    "Release a held batch, or run a planned one: exactly what its plan shows.",
  )
    .option("--plan <digest>", "the digest of the plan that was looked at; --yes needs it")
    .option("--wait", "follow it until it ends");
  decision("reject", "<batch>", "End a held or planned batch; nothing of it is ever written.");
  decision(
    "cancel",
    "<batch>",
    "Stop a batch for ever; what was written stays, the rest is skipped.",
  ).option("--wait", "wait until what is under way has been settled");
  decision("pause", "[batch]", "Let a batch, or a whole tenant, write nothing for now.").option(
    "--whole-tenant",
    "all batches of the tenant, present and to come",
  );
  decision("resume", "[batch]", "Let a paused batch, or tenant, continue.")
    .option("--whole-tenant", "the whole tenant")
    .option("--wait", "follow the batch until it ends");
  decision("rerun", "<batch>", "Send the failed rows of a batch again, as a new batch.")
    .option("--rows <rows>", "failed (the default), held, or numbers such as 3,17", chosenRowsOf)
    .option("--as <name>", "the new batch's name")
    .option("--only-plan", "plan the new batch, to be looked at; approve then runs it")
    .option("--wait", "follow the new batch until it ends");
  decision("undo", "<batch>", "Undo what a batch changed, as a new batch with the same guards.")
    .option("--rows <rows>", "only these rows, such as 3,17", rowNumbersOf)
    .option("--as <name>", "the new batch's name")
    .option("--only-plan", "plan the new batch, to be looked at; approve then runs it")
    .option("--wait", "follow the new batch until it ends");
}
