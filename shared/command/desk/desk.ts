import type { Clock } from "../../core/clock.ts";
import type { Account } from "../account/account.ts";
import type { Asker } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";

/** What every verb works with: the options that all have, the account, and the person. */
export interface Desk {
  readonly options: CommonOptions;
  /** The storage account, opened when it is first asked for. */
  readonly account: () => Promise<Account>;
  readonly print: Printer;
  readonly ask: Asker;
  /** Says from now on what goes on, and how to see to it, to whoever ends the command with Ctrl-C. */
  readonly ifEnded: (says: string) => void;
  readonly clock: Clock;
  /** How this command is called here: `batch` or `npm run batch --`. */
  readonly self: string;
  /** A path that was typed, from the folder in which it was typed. */
  readonly pathOf: (typed: string) => string;
  /** What was set outside the command line. */
  readonly environment: Environment;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The options that every verb has. */
export interface CommonOptions {
  readonly account?: string;
  readonly tenant?: string;
  readonly cloud?: string;
  readonly auth?: string;
  readonly output: "table" | "json" | "tsv";
  readonly yes?: boolean;
}
