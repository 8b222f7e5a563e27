import { createHash } from "node:crypto";

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
import type { VaultCertificate, VaultIdentity } from "./certificate-secrets.ts";
import { type CertificateSecret, readPublicCertificate } from "./certificate.ts";
import { type SigningKey, describeCertificate } from "./signing-key.ts";
import { type VaultTiming, askVault } from "./vault-error.ts";

/** A signature takes tens of milliseconds. */
const REQUEST_MS = 10_000;

const API_VERSION = "2025-07-01";

/**
 * Reads the public part of a certificate whose key never leaves Key Vault, and signs by a request to the
 * vault. On the key, the permission `sign` suffices; the secret of a certificate with a key that is not
 * exportable holds certificates only. An attacker in this process could make assertions of ten minutes,
 * but could not take the key.
 */
export function createVaultSigner(
  vault: VaultCertificate,
  identity: VaultIdentity,
  timing: VaultTiming,
): (secret: CertificateSecret) => SigningKey {
  const { vaultUri, name } = vault;
  const send = createSender(vault, identity);
  return (secret) => {
    const { version } = secret;
    return {
      ...describeCertificate(version, readPublicCertificate(secret)),
      sign: (algorithm, data) =>
        askVault(
          {
            what: `signature by version ${version} of key ${name} in ${vaultUri}`,
            role: "Key Vault Crypto User",
          },
          timing,
          // The version is named, so that key and thumbprint belong together.
          () => send(version, algorithm, createHash("sha256").update(data).digest()),
        ),
    };
  };
}

/**
 * Sends Key Vault's `sign` request through the pipeline of Microsoft's vault clients, which checks that
 * the vault which asks for a token belongs to the domain the token is for. Their client for keys would
 * add 43 KB to the bundle.
 * https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign
 */
function createSender({ vaultUri, name }: VaultCertificate, identity: VaultIdentity) {
  const connect = (): Pipeline => {
    const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
    pipeline.addPolicy(keyVaultAuthenticationPolicy(identity));
    return pipeline;
  };
  let pipeline = connect();
  const client = createDefaultHttpClient();
  return async (version: string, algorithm: string, digest: Buffer): Promise<Buffer> => {
    const url = new URL(`keys/${name}/${version}/sign?api-version=${API_VERSION}`, vaultUri);
    const request = () =>
      createPipelineRequest({
        url: url.href,
        method: "POST",
        headers: createHttpHeaders({ "Content-Type": "application/json" }),
        body: JSON.stringify({ alg: algorithm, value: digest.toString("base64url") }),
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
    if (response.status === 200 && typeof body["value"] === "string") {
      return Buffer.from(body["value"], "base64url");
    }
    const refused = new RestError("no signature", { statusCode: response.status, response });
    refused.details = body;
    throw refused;
  };
}

function jsonOf(text: string | null | undefined): Readonly<Record<string, unknown>> {
  try {
    return recordOf(JSON.parse(text ?? ""));
  } catch {
    return {};
  }
}
