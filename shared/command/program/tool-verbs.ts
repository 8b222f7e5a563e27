import { Argument, type Command } from "commander";

import { isShell, shells } from "../completion/shells.ts";
import type { TemplateOptions } from "../verbs/template.ts";
import type { VerifyOptions } from "../verbs/verify.ts";
import { type OpenDesk, runs } from "./verb.ts";

/** The verbs that help: a file to fill in, what is wrong here, completion. */
export function addTools(program: Command, openDesk: OpenDesk): void {
  const template = program
    .command("template")
    .description("Print the header of a CSV file to fill in.")
    .argument("<operation>", "an operation, such as user.disable; docs/rows.md has all")
    .option("--all", "with the optional columns");
  runs<TemplateOptions>(template, openDesk, async (desk, [operation = ""], options) =>
    (await import("../verbs/template.ts")).template(desk, operation, options),
  );
  const verify = program
    .command("verify <what>")
    .description(
      "Prove that nothing of a finished batch was altered: a batch, or a folder that report --all downloaded, which needs no network.",
    )
    .option("--root <digest>", "the root that the event batch.finished told")
    .option("--key <thumbprint>", "the thumbprint of the vault's key (RFC 7638)");
  runs<VerifyOptions>(verify, openDesk, async (desk, [what = ""], options) =>
    (await import("../verbs/verify.ts")).verify(desk, what, options),
  );
  const doctor = program
    .command("doctor")
    .description("Check, from where you are, that everything is there, allowed and alive.");
  runs(doctor, openDesk, async (desk) => (await import("../verbs/doctor.ts")).doctor(desk));
  const completion = program
    .command("completion")
    .description("Print a script that completes this command in a shell.")
    .addArgument(new Argument("<shell>", "the shell").choices([...shells]));
  runs(completion, openDesk, async (desk, [shell = ""]) => {
    const { completionScript } = await import("../completion/completion.ts");
    if (isShell(shell)) desk.print.raw(completionScript(shell, program));
  });
}
