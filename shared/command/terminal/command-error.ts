/**
 * Why the command ends, as the Azure CLI has it: 0 it worked, 1 it did not, 2 it was typed wrong, 3 there
 * is no such thing (Azure/azure-cli README, "exit codes").
 */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notFound: 3 } as const;
/** One of them. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An end that an operator reads: what happened, and what to do next. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly what: string;
  readonly fix: string;
  readonly exitCode: ExitCode;

  constructor(
    what: string,
    fix: string,
    options: { readonly exitCode?: ExitCode; readonly cause?: unknown } = {},
  ) {
    super(`${what} ${fix}`.trim(), { cause: options.cause });
    this.what = what;
    this.fix = fix;
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

/** It was typed wrong. */
export const usageError = (what: string, fix: string): CommandError =>
  new CommandError(what, fix, { exitCode: exitCodes.usage });
