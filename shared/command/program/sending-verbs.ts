import { type Command, Option } from "commander";

import { priorities } from "../../records/manifest.ts";
import type { SubmitOptions } from "../verbs/submit.ts";
import { collected, readsFile } from "./values.ts";
import { type OpenDesk, runs } from "./verb.ts";

/** The verbs that send rows. */
export function addSending(program: Command, openDesk: OpenDesk): void {
  const submit = withRows(program.command("submit"))
    .description("Send a file, or rows, to be carried out.")
    .option("--wait", "follow it until it ends");
  runs<SubmitOptions>(submit, openDesk, async (desk, [file], options) =>
    (await import("../verbs/submit.ts")).submit(desk, file, options),
  );
  const plan = withRows(program.command("plan"))
    .description(
      "Show what a file, or rows, would change. Nothing is changed until it is approved.",
    )
    .option("--no-wait", "do not wait for the plan");
  runs<SubmitOptions>(plan, openDesk, async (desk, [file], options) =>
    (await import("../verbs/submit.ts")).plan(desk, file, options),
  );
}

const withRows = (verb: Command): Command => {
  const named = verb
    .argument("[file]", "a CSV or JSON file, or a workbook (.xlsx), on this machine")
    .option(
      "--row <cells>",
      "a row instead of a file: column=value,column=value; may be repeated",
      collected,
    )
    .option(
      "--inbox <path>",
      "a file that is in container inbox already, such as staged/leavers.csv",
    );
  return readsFile(named)
    .option("--mapping <file>", "what the file's columns mean (docs/input.md)")
    .option("--operation <name>", "the operation of every row; otherwise a column names it")
    .option("--name <batch>", "the batch's name; otherwise it follows from the file and the day")
    .addOption(
      new Option("--priority <priority>", "before or after other batches").choices([...priorities]),
    )
    .option("--not-before <instant>", "write nothing before it: 2026-11-21T22:00:00Z")
    .option("--not-after <instant>", "write nothing after it");
};
