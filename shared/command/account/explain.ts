import { OperatorError } from "../../core/errors.ts";
import { CommandError } from "../terminal/command-error.ts";
import type { How } from "./sign-in.ts";

const SIGN_IN_FIX: Readonly<Record<How, string>> = {
  cli: "Run az login (az login --tenant TENANT if you have several), then try again. Or set AZURE_TENANT_ID, AZURE_CLIENT_ID and a certificate or secret in the environment.",
  environment:
    "Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH or AZURE_CLIENT_SECRET; or add --auth cli to sign in as az login did.",
  "managed-identity":
    "Check that this machine has a managed identity (AZURE_CLIENT_ID names a user-assigned one); or add --auth cli.",
};

/**
 * An error in the operator's own words. The product's errors speak to the app's administrator; what
 * storage refuses here, it refuses to the person at the keyboard.
 */
export function explain(error: unknown, account: string, how: How): Error {
  if (error instanceof CommandError || !(error instanceof Error)) return asError(error);
  const refused = signInError(error);
  if (refused !== undefined) {
    return new CommandError(`Not signed in: ${firstLine(refused.message)}`, SIGN_IN_FIX[how], {
      cause: error,
    });
  }
  if (!(error instanceof OperatorError)) return error;
  const { what, fix, cause } = error;
  if (error.code !== "STORAGE_UNAVAILABLE") return new CommandError(what, fix, { cause });
  const place = /\((?:container|queue) [a-z-]+/.exec(what)?.[0]?.slice(1) ?? "storage";
  const role = /the role "([^"]+)"/.exec(fix)?.[1];
  if (role !== undefined) {
    return new CommandError(
      `Storage account ${account} refused you (${place}).`,
      `Ask for the role "${role}" on the storage account; it takes effect after some minutes. See all: npm run batch -- doctor.`,
      { cause: error },
    );
  }
  if (what.startsWith("Storage refused")) {
    return new CommandError(
      `The firewall of storage account ${account} does not let you in (${place}).`,
      "Work from a network that it allows, or ask for your address to be added.",
      { cause: error },
    );
  }
  if (/no answer/.test(what)) {
    return new CommandError(
      `Storage account ${account} does not answer (${place}).`,
      "Check the account's name (--account), the cloud (--cloud) and your network.",
      { cause: error },
    );
  }
  return new CommandError(what, fix, { cause: error });
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new TypeError("not an error", { cause: error });

const SIGN_IN_ERRORS = [
  "CredentialUnavailableError",
  "AuthenticationError",
  "AggregateAuthenticationError",
  "AuthenticationRequiredError",
];

/** What @azure/identity threw, if that is the reason. */
function signInError(error: Error): Error | undefined {
  const root = error instanceof OperatorError ? error.cause : error;
  return root instanceof Error && SIGN_IN_ERRORS.includes(root.name) ? root : undefined;
}

/** What is said first: Entra's own text if there is one, without the ids and times on its further lines. */
const firstLine = (text: string): string =>
  (/AADSTS\d+: [^\r\n]*/.exec(text)?.[0] ?? text.split(/\r?\n/)[0] ?? "").slice(0, 300);
