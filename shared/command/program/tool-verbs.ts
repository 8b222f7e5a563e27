import { Argument, type Command } from "commander";

import { isShell, shells } from "../completion/shells.ts";
import type { ConvertOptions } from "../verbs/convert.ts";
import type { PasswordsOptions } from "../verbs/passwords.ts";
import type { TemplateOptions } from "../verbs/template.ts";
import type { VerifyOptions } from "../verbs/verify.ts";
import { readsFile } from "./values.ts";
import { type OpenDesk, runs } from "./verb.ts";

/** The verbs that help: a file to fill in, what is wrong here, completion. */
export function addTools(program: Command, openDesk: OpenDesk): void {
  const template = program
    .command("template")
    .description("Print a CSV file to fill in, with an example.")
    .argument("<operation>", "an operation, such as user.disable; docs/rows.md has all")
    .option("--all", "with all optional columns")
    .option("--json", "a JSON array instead");
  runs<TemplateOptions>(template, openDesk, async (desk, [operation = ""], options) =>
    (await import("../verbs/template.ts")).template(desk, operation, options),
  );
  const named = program
    .command("convert")
    .description(
      "Write a workbook, or a bulk template of Entra with passwords, as CSV that may be sent. Passwords are dropped.",
    )
    .argument("<file>", "a file on this machine");
  const convert = readsFile(named)
    .option(
      "--operation <name>",
      "the operation of every row, which says what a template's columns mean",
    )
    .option("--to <file>", "write it there, into a new file");
  runs<ConvertOptions>(convert, openDesk, async (desk, [file = ""], options) =>
    (await import("../verbs/convert.ts")).convertFile(desk, file, options),
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
  addPasswords(program, openDesk);
  addRecipes(program, openDesk);
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
    if (!isShell(shell)) return;
    const script = completionScript(shell, program);
    if (desk.options.output === "json") desk.print.one({ shell, script }, {}, () => script);
    else desk.print.raw(script);
  });
}

function addRecipes(program: Command, openDesk: OpenDesk): void {
  const verb = program
    .command("recipes")
    .description(
      "Check a recipe of your own, put it into container inbox, or list those that lie there.",
    )
    .addArgument(new Argument("<action>", "what to do").choices(["check", "put", "list"]))
    .argument("[file]", "a recipe on this machine, NAME.json");
  runs(verb, openDesk, async (desk, [action = "", file]) =>
    (await import("../verbs/recipes.ts")).recipes(desk, action, file),
  );
}

function addPasswords(program: Command, openDesk: OpenDesk): void {
  const passwords = program
    .command("passwords")
    .description(
      "Print the passwords that a batch gave to new users, or to those whose password it reset.",
    )
    .addArgument(new Argument("<action>", "what to do with them").choices(["open"]))
    .argument("<batch>", "the batch's name")
    .requiredOption("--key <file>", "the private part of PASSWORD_KEY, PEM or JWK");
  runs<PasswordsOptions>(passwords, openDesk, async (desk, [, batch = ""], options) =>
    (await import("../verbs/passwords.ts")).openPasswords(desk, batch, options),
  );
}
