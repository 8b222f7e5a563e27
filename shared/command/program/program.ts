import { Command, Option } from "commander";

import { clouds } from "../../core/clouds.ts";
import { hows } from "../account/sign-in.ts";
import { addDecisions } from "./decision-verbs.ts";
import { addLooks } from "./look-verbs.ts";
import { addSending } from "./sending-verbs.ts";
import { addTools } from "./tool-verbs.ts";
import type { OpenDesk } from "./verb.ts";

/** The arguments; `help` of a verb that there is not is read as that verb, so that the parser says so. */
export const asTyped = (program: Command, args: readonly string[]): readonly string[] => {
  const [first, verb, ...more] = args;
  const isVerb = ["help", ...program.commands.map((each) => each.name())].includes(verb ?? "help");
  return first === "help" && !isVerb ? [verb ?? "", ...more] : args;
};

/** The command line: every verb with its options. `openDesk` makes what the verbs work with. */
export function createProgram(openDesk: OpenDesk): Command {
  const program = new Command("batch")
    .description("Sends batches of directory changes, follows them, and decides about them.")
    .usage("<verb> [options]")
    .configureHelp({ helpWidth: 96, sortSubcommands: false, showGlobalOptions: false })
    .showHelpAfterError("(batch help VERB shows what it takes)")
    .exitOverride();
  program
    .option("--account <name>", "the deployment's storage account (or BATCH_ACCOUNT, or the file)")
    .option("--tenant <id>", "the tenant, if it is not the home tenant (or BATCH_TENANT)")
    .addOption(
      new Option("--cloud <name>", "the cloud of the account (or BATCH_CLOUD)").choices(
        Object.keys(clouds),
      ),
    )
    .addOption(
      new Option("--auth <way>", "how to sign in (or BATCH_AUTH)").choices(["auto", ...hows]),
    )
    .addOption(
      new Option("-o, --output <form>", "how results are written")
        .choices(["table", "json", "tsv"])
        .default("table"),
    )
    .option("-y, --yes", "do not ask")
    .option("--local [file]", "speak to npm start -- --keep (by its out/local-cloud.json)");
  addSending(program, openDesk);
  addLooks(program, openDesk);
  addDecisions(program, openDesk);
  addTools(program, openDesk);
  program.helpCommand("help [verb]", "show what a verb takes");
  return program;
}
