import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

import { createRemoteJWKSet, errors, jwtVerify } from "jose";

/** What the API knows of those who call it. */
export interface ApiRules {
  readonly loginHost: string;
  readonly tenantId: string;
  /** The API's own App ID URI, and its client id, which version 2.0 tokens name. */
  readonly audience: readonly string[];
  /** Client ids of the applications that may call. */
  readonly clients: readonly string[];
}

/** Whether a caller may do what takes `role`: 200, or the status to answer and why. */
export type CheckCaller = (
  authorization: string | undefined,
  role: string,
) => Promise<{ status: 200 } | { status: 401 | 403; why: string }>;

/** How an API checks who calls: docs/own-api.md shows this function. */
export function createCheck(rules: ApiRules): CheckCaller {
  const { loginHost, tenantId, audience, clients } = rules;
  // Version 1.0 tokens have another issuer than the login host; China has one of its own.
  const sts = loginHost.endsWith(".cn") ? "sts.chinacloudapi.cn" : "sts.windows.net";
  // Entra's public keys: fetched once, and again if a token names an unknown one.
  const keys = createRemoteJWKSet(new URL(`https://${loginHost}/${tenantId}/discovery/v2.0/keys`));
  const expected = {
    algorithms: ["RS256"],
    audience: [...audience],
    issuer: [`https://${sts}/${tenantId}/`, `https://${loginHost}/${tenantId}/v2.0`],
    requiredClaims: ["exp", "tid", "oid"],
    // Machines' clocks differ.
    clockTolerance: 60,
  };
  return async (authorization, role) => {
    const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1] ?? "";
    try {
      const { payload } = await jwtVerify(token, keys, expected);
      // An app that signs in as itself has no scopes. A token with scopes acts for a user.
      if (payload["scp"] !== undefined) return { status: 403, why: "not an application" };
      // Version 1.0 tokens name the client in `appid`, version 2.0 in `azp`.
      const client = String(payload["appid"] ?? payload["azp"]);
      if (!clients.includes(client)) return { status: 403, why: "not this client" };
      // Any app of the tenant gets a token without roles: only the role says that it may call.
      const { roles } = payload;
      if (Array.isArray(roles) && roles.includes(role)) return { status: 200 };
      return { status: 403, why: `without the role ${role}` };
    } catch (error) {
      if (error instanceof errors.JOSEError) return { status: 401, why: error.code };
      throw error;
    }
  };
}

/** A small API over TLS whose callers `check` admits. */
export async function startProtectedApi(options: {
  readonly tls: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly check: CheckCaller;
  readonly role: string;
}): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { tls, check, role } = options;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const verdict = await check(request.headers.authorization, role);
    const challenge = { "www-authenticate": 'Bearer error="invalid_token"' };
    response.writeHead(verdict.status, {
      "content-type": "application/json",
      ...(verdict.status === 401 && challenge),
    });
    response.end(JSON.stringify(verdict));
  };
  const keys = { cert: tls.certificatePem, key: tls.privateKeyPem };
  const server = createServer(keys, (request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
