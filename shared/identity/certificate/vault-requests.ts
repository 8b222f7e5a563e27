import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type Pipeline,
  RestError,
} from "@azure/core-rest-pipeline";
import { keyVaultAuthenticationPolicy } from "@azure/keyvault-common";

import { recordOf } from "../../core/record.ts";
import type { VaultIdentity } from "./certificate-secrets.ts";

/** A signature takes tens of milliseconds. */
const REQUEST_MS = 10_000;

const API_VERSION = "2025-07-01";

type Answer = Readonly<Record<string, unknown>>;

/** Sends one request about a key. @throws RestError for every answer but 200 */
export type VaultRequests = (
  method: "GET" | "POST",
  path: string,
  body?: object,
) => Promise<Answer>;

/**
 * Sends Key Vault's requests about keys through the pipeline of Microsoft's vault clients, which checks
 * that the vault which asks for a token belongs to the domain the token is for. Their client for keys
 * would add 43 KB to the bundle. The caller makes the path of names that it has checked.
 */
export function createVaultRequests(vaultUri: string, identity: VaultIdentity): VaultRequests {
  const connect = (): Pipeline => {
    const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
    pipeline.addPolicy(keyVaultAuthenticationPolicy(identity));
    return pipeline;
  };
  let pipeline = connect();
  const client = createDefaultHttpClient();
  return async (method, path, sent) => {
    const url = new URL(`${path}?api-version=${API_VERSION}`, vaultUri);
    const request = () =>
      createPipelineRequest({
        url: url.href,
        method,
        headers: createHttpHeaders({ "Content-Type": "application/json" }),
        ...(sent && { body: JSON.stringify(sent) }),
        timeout: REQUEST_MS,
      });
    let response = await pipeline.sendRequest(client, request());
    if (response.status === 401) {
      // The pipeline keeps its token: a new one takes a new pipeline.
      identity.dropLast();
      pipeline = connect();
      response = await pipeline.sendRequest(client, request());
    }
    const body = jsonOf(response.bodyAsText);
    if (response.status === 200) return body;
    const refused = new RestError("refused", { statusCode: response.status, response });
    refused.details = body;
    throw refused;
  };
}

/** The signature in the answer to `sign`. @throws RestError if there is none */
export function signatureIn({ value }: Answer): Buffer {
  if (typeof value === "string") return Buffer.from(value, "base64url");
  throw new RestError("no signature", { statusCode: 200 });
}

function jsonOf(text: string | null | undefined): Answer {
  try {
    return recordOf(JSON.parse(text ?? ""));
  } catch {
    return {};
  }
}
