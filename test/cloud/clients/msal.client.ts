import { ConfidentialClientApplication, type NodeAuthOptions } from "@azure/msal-node";

/*
 * MSAL Node alone. Input: the auth options and how many requests to make; output: facts about the
 * token, or MSAL's error.
 */
interface Input {
  readonly auth: NodeAuthOptions;
  readonly scopes: readonly string[];
  readonly concurrent?: number;
}

const input = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as Input;
const client = new ConfidentialClientApplication({ auth: input.auth });
const ask = async (): Promise<object> => {
  try {
    const result = await client.acquireTokenByClientCredential({ scopes: [...input.scopes] });
    return { token: result?.accessToken };
  } catch (error) {
    const { errorCode, errorMessage, subError } = error as Record<string, unknown>;
    return { errorCode, errorMessage, subError };
  }
};
const answers = await Promise.all(Array.from({ length: input.concurrent ?? 1 }, ask));
process.stdout.write(JSON.stringify(answers));
