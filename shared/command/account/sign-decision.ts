import { PublicClientApplication } from "@azure/msal-node";

import { CommandError } from "../terminal/command-error.ts";

/** With which registration a person signs, and in which tenant: the deployment's own. */
export interface Signing {
  readonly clientId: string;
  readonly homeTenant: string;
  readonly loginHost: string;
}

/** What the person sees in the browser, once it is over. */
const SIGNED = "<p>Signed. You may close this page.</p>";
const NOT_SIGNED = "<p>Not signed. The command says why. You may close this page.</p>";

/**
 * Lets a person sign one decision in the system's browser, by code and PKCE: an ID token whose nonce is the
 * decision's digest. It proves that this person decided exactly this, and is no credential for anything.
 * Nothing is kept: each decision is signed by itself.
 *
 * @throws CommandError with Entra's words if the person did not sign, or may not decide.
 */
export async function signDecision(
  { clientId, homeTenant, loginHost }: Signing,
  nonce: string,
  openBrowser: (address: string) => void,
): Promise<string> {
  const client = new PublicClientApplication({
    auth: { clientId, authority: `https://${loginHost}/${homeTenant}` },
  });
  try {
    const { idToken } = await client.acquireTokenInteractive({
      scopes: [],
      nonce,
      prompt: "select_account",
      successTemplate: SIGNED,
      errorTemplate: NOT_SIGNED,
      openBrowser: async (address) => openBrowser(address),
    });
    return idToken;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : "no reason is known";
    const words = /AADSTS\d+: [^\r\n]*/.exec(text)?.[0] ?? text.split(/\r?\n/)[0] ?? text;
    const fix = words.includes("AADSTS50105")
      ? "Ask an administrator for the app role Batch.Decide (docs/permissions.md), or let somebody decide who has it."
      : "Nothing was sent. Try again, with a browser on this machine.";
    throw new CommandError(`The decision was not signed: ${words}`, fix, { cause });
  }
}
