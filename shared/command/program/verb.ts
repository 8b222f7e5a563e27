import type { Command } from "commander";

import type { CommonOptions, Desk } from "../desk/desk.ts";

/** Makes what a verb works with, from the options that all verbs have. */
export type OpenDesk = (options: CommonOptions) => Desk;

/** What a verb does: its arguments as they were typed, and its own options. */
type Run<O> = (desk: Desk, args: readonly (string | undefined)[], options: O) => unknown;

/** Lets a verb do its work. Its code is loaded only then, so that help and completion are quick. */
export function runs<O extends object>(verb: Command, openDesk: OpenDesk, run: Run<O>): void {
  verb.action(async () => {
    const args = verb.processedArgs.map((each: unknown) =>
      typeof each === "string" ? each : undefined,
    );
    const common = verb.optsWithGlobals<CommonOptions>();
    await run(openDesk(common), args, verb.opts<O>());
  });
}
