import { ClientSecretCredential } from "@azure/identity";
import { Client, GraphError } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

/** The input of the programs in this folder. */
export interface Input {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly domain: string;
}

export const input = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as Input;

/** Microsoft's Graph client as its documentation sets it up: all middleware, public host names. */
export function connect(): Client {
  const credential = new ClientSecretCredential(
    input.tenantId,
    input.clientId,
    input.clientSecret,
    { disableInstanceDiscovery: true },
  );
  const authProvider = new TokenCredentialAuthenticationProvider(credential, {
    scopes: ["https://graph.microsoft.com/.default"],
  });
  return Client.initWithMiddleware({ authProvider });
}

/** The client's error for a refusal. @throws Error if there was none */
export async function refusalOf(asked: Promise<unknown>): Promise<object> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const { statusCode, code, message, requestId } = error;
    return { statusCode, code, message, hasRequestId: requestId !== null };
  }
  throw new Error("The request should have been refused.");
}

/** The ids of a list of objects, or the list itself if it contains ids. */
export const idsOf = (list: Body): readonly string[] =>
  list.value.map((one) => (typeof one === "string" ? one : one.id));

/** The objects in `property`. */
export const within = (one: Body | undefined, property: string): readonly Body[] =>
  (one?.[property] ?? []) as readonly Body[];

/** An answer of the client, which types every answer as `any`. */
export interface Body {
  readonly id: string;
  readonly value: readonly Body[];
  readonly displayName: string;
  readonly [property: string]: unknown;
}

/** Prints the facts for the test. */
export const report = (facts: object): void => {
  process.stdout.write(JSON.stringify(facts));
};
