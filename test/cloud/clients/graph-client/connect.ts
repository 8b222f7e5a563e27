import { ClientSecretCredential } from "@azure/identity";
import { Client, GraphError } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

/** What the programs of this folder are told. */
export interface Input {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly domain: string;
}

export const input = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as Input;

/** Microsoft's Graph client as its own documentation sets it up: all middleware, public host names. */
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

/** What the client makes of a refusal. @throws Error where there was none */
export async function refusalOf(asked: Promise<unknown>): Promise<object> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const { statusCode, code, message, requestId } = error;
    return { statusCode, code, message, hasRequestId: requestId !== null };
  }
  throw new Error("That should have been refused.");
}

/** The ids of a list, or the list itself where it is one of ids. */
export const idsOf = (list: Body): readonly string[] =>
  list.value.map((one) => (typeof one === "string" ? one : one.id));

/** The objects that `property` holds. */
export const within = (one: Body | undefined, property: string): readonly Body[] =>
  (one?.[property] ?? []) as readonly Body[];

/** An answer of the client, which types them all as `any`. */
export interface Body {
  readonly id: string;
  readonly value: readonly Body[];
  readonly displayName: string;
  readonly [property: string]: unknown;
}

/** Hands the facts to the test. */
export const report = (facts: object): void => {
  process.stdout.write(JSON.stringify(facts));
};
