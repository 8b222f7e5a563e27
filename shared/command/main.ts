#!/usr/bin/env node
import { constants } from "node:os";
import { join, resolve } from "node:path";

import { CommanderError } from "commander";

import { systemClock } from "../core/clock.ts";
import type { Account } from "./account/account.ts";
import type { CommonOptions, Desk } from "./desk/desk.ts";
import { LOCAL, runLocally } from "./local-cloud.ts";
import { asTyped, createProgram } from "./program/program.ts";
import { createAsker } from "./terminal/ask.ts";
import { CommandError, exitCodes } from "./terminal/command-error.ts";
import { createPrinter } from "./terminal/printer.ts";

const { env } = process;
/** npm runs scripts in the package's folder, and says where it was called. */
const isNpm = env["npm_lifecycle_event"] === "batch";
const workFolder = (isNpm && env["INIT_CWD"]) || process.cwd();
/** With the options by which it found the account, so that what it proposes can be typed as it stands. */
const selfWith = ({ account, tenant, cloud, auth }: CommonOptions): string =>
  [
    isNpm ? "npm run batch --" : "batch",
    ...(env[LOCAL] === undefined ? [] : [env[LOCAL]]),
    ...Object.entries({ account, tenant, cloud, auth }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name} ${value}`],
    ),
  ].join(" ");
/** What is said if the command is ended with Ctrl-C. */
let lastWords = "";
let explainError = (error: unknown): unknown => error;

/** What the verbs work with. The storage clients are loaded when the account is first asked for. */
function openDesk(options: CommonOptions): Desk {
  let account: Promise<Account> | undefined;
  const open = async (): Promise<Account> => {
    const { configure } = await import("./account/configuration.ts");
    const { homeIfNamed, openAccount } = await import("./account/account.ts");
    const { explain } = await import("./account/explain.ts");
    const opened = openAccount(configure(options, env, workFolder), env);
    explainError = (error) => explain(error, opened.name, opened.signIn.how);
    return homeIfNamed(opened);
  };
  return {
    options,
    account: () => (account ??= open()),
    print: createPrinter(options.output, { out: process.stdout, error: process.stderr }),
    ask: createAsker({ yes: options.yes === true, input: process.stdin, output: process.stderr }),
    ifEnded: (says) => (lastWords = says),
    clock: systemClock,
    self: selfWith(options),
    pathOf: (typed) => resolve(workFolder, typed),
    environment: env,
  };
}

async function run(args: readonly string[]): Promise<number> {
  try {
    const root = join(import.meta.dirname, "../..");
    const local = await runLocally(args, { main: import.meta.filename, root, workFolder });
    if (local !== undefined) return local;
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => end(signal));
    const program = createProgram(openDesk);
    if (args.length === 0) program.help();
    await program.parseAsync(asTyped(program, args), { from: "user" });
    return exitCodes.ok;
  } catch (thrown) {
    // The parser has printed its own message.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : exitCodes.usage;
    const error = explainError(thrown);
    if (error instanceof CommandError) {
      process.stderr.write(`${error.what}\n${error.fix}`.trimEnd() + "\n");
      return error.exitCode;
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : "failed"}\n`);
    return exitCodes.failed;
  }
}

/** Ends as a shell says that a signal has ended it. What was sent goes on without this. */
function end(signal: "SIGINT" | "SIGTERM"): never {
  if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
  if (lastWords !== "") process.stderr.write(`${lastWords}\n`);
  process.exit(128 + constants.signals[signal]);
}

// A reader that has seen enough, such as head, closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.ok : exitCodes.failed);
});
process.exitCode = await run(process.argv.slice(2));
