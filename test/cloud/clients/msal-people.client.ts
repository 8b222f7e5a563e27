import { CryptoProvider, PublicClientApplication } from "@azure/msal-node";
import { createRemoteJWKSet, jwtVerify } from "jose";

import { followSignIn, openSignIn } from "./follow-sign-in.ts";

/*
 * MSAL Node signs a person in, in both of its ways, and jose verifies the ID token with the published
 * keys. Input: client, tenant, person, nonce; output: the claims, or the error.
 */
interface Input {
  readonly clientId: string;
  readonly tenantId: string;
  readonly person: string;
  readonly nonce: string;
  readonly way: "interactive" | "code";
}

const input = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as Input;
const authority = `https://login.microsoftonline.com/${input.tenantId}`;
const client = new PublicClientApplication({ auth: { clientId: input.clientId, authority } });
const openBrowser = async (url: string): Promise<void> => {
  await followSignIn(url, input.person);
};

async function byCode() {
  const redirectUri = "http://localhost:1";
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const request = { scopes: [], redirectUri, nonce: input.nonce };
  const url = await client.getAuthCodeUrl({
    ...request,
    codeChallenge: challenge,
    codeChallengeMethod: "S256",
  });
  const answer = await openSignIn(url, input.person);
  const code = answer.fields.get("code") ?? "";
  return client.acquireTokenByCode({ ...request, code, codeVerifier: verifier });
}

async function run(): Promise<object> {
  const signedIn =
    input.way === "code"
      ? await byCode()
      : await client.acquireTokenInteractive({ scopes: [], nonce: input.nonce, openBrowser });
  const keys = createRemoteJWKSet(new URL(`${authority}/discovery/v2.0/keys`));
  const { payload, protectedHeader } = await jwtVerify(signedIn.idToken, keys, {
    issuer: `${authority}/v2.0`,
    audience: input.clientId,
    algorithms: ["RS256"],
  });
  const [account] = await client.getTokenCache().getAllAccounts();
  const again =
    account && (await client.acquireTokenSilent({ account, scopes: [], forceRefresh: true }));
  return { claims: payload, header: protectedHeader, account, refreshed: again?.idTokenClaims };
}

try {
  process.stdout.write(JSON.stringify(await run()), () => process.exit(0));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: (error as Error).message }), () => process.exit(0));
}
