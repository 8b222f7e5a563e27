import { createRegistry, type Registry } from "../../entra/registry.ts";
import type { TokenVerdict } from "../../entra/verify-token.ts";
import type { CloudAnswer } from "../../http/exchange.ts";
import { createGraphApp, type GraphApp, type GraphAppOptions } from "../graph.ts";
import { NOT_DESCRIBED, type Contract } from "../openapi/contract.ts";
import { openApiContract } from "../openapi/openapi-data.ts";

export const TENANT = "7c1f6c5e-8a44-4f3a-9d6b-0e6f9b1a2c3d";
export const APP = "a1b2c3d4-0000-4000-8000-00000000a001";
export const PRINCIPAL = "a1b2c3d4-0000-4000-8000-00000000b001";

/** A parsed answer as a client sees it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // Tests read bodies without checking their types.
  readonly body: Readonly<Record<string, never>> & Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Calls the Graph as an application with these permissions. */
interface Call {
  readonly roles?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly appId?: string;
  readonly token?: string;
  /** Calls on behalf of this user; `roles` are then delegated permissions. */
  readonly person?: string;
}

/** A test's own Graph, in process: no sockets, and a token that lists its roles' names. */
export interface GraphFixture {
  /** What the token endpoint knows. */
  readonly registry: Registry;
  readonly app: GraphApp;
  readonly send: (method: string, url: string, body?: unknown, call?: Call) => Promise<Reply>;
  /** From now on checks every exchange against the OpenAPI data, if present. */
  readonly holdToContract: () => void;
  /** The deviations from the data so far; `undefined` if the data is missing. */
  readonly deviations: () => readonly string[] | undefined;
  readonly raw: (method: string, url: string, body?: unknown, call?: Call) => Promise<CloudAnswer>;
}

/** Every permission the emulator knows of, for tests that are not about permissions. */
export const EVERYTHING: readonly string[] = [
  "User.ReadWrite.All",
  "User.ManageIdentities.All",
  "User-PasswordProfile.ReadWrite.All",
  "User-LifeCycleInfo.ReadWrite.All",
  "User.DeleteRestore.All",
  "User.RevokeSessions.All",
  "User.Invite.All",
  "Group.ReadWrite.All",
  "RoleManagement.ReadWrite.Directory",
  "Directory.ReadWrite.All",
  "AuditLog.Read.All",
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "AdministrativeUnit.ReadWrite.All",
  "LicenseAssignment.ReadWrite.All",
  "Organization.Read.All",
  "Domain.Read.All",
  "Device.ReadWrite.All",
  "OrgContact.Read.All",
];

const verdictOf = (authorization: string | undefined): TokenVerdict => {
  const token = authorization?.replace(/^Bearer /, "");
  if (!token) return { ok: false, problem: "missing" };
  if (token === "expired") return { ok: false, problem: "expired" };
  if (token === "revoked") {
    return { ok: false, problem: "revoked", claimsChallenge: '{"access_token":{}}' };
  }
  const [appId = APP, roles = "", person = ""] = token.split("|");
  const held = roles.split(",").filter((role) => role !== "");
  return {
    ok: true,
    claims: {
      tenantId: TENANT,
      appId,
      principalId: person || PRINCIPAL,
      audience: "https://graph.microsoft.com",
      issuer: `https://sts.windows.net/${TENANT}/`,
      roles: held,
      ...(person !== "" && { scopes: held }),
      issuedAtMs: 0,
      expiresAtMs: Number.MAX_SAFE_INTEGER,
      isCaeClient: false,
      all: {},
    },
  };
};

/** Creates a Graph with one registered tenant, `contoso.com`; meters and latency are off by default. */
export function graphFixture(options: Partial<GraphAppOptions> = {}): GraphFixture {
  const registry = createRegistry(() => Date.now());
  const verifyToken = (authorization: string | undefined): TokenVerdict => {
    const verdict = verdictOf(authorization);
    if (verdict.ok) {
      registry.addServicePrincipal(TENANT, verdict.claims.appId, { objectId: PRINCIPAL });
    }
    return verdict;
  };
  registry.addTenant({ tenantId: TENANT, domains: ["contoso.com"], displayName: "Contoso" });
  let contract: Contract | undefined;
  const found: string[] = [];
  const app = createGraphApp({
    observe: (exchange) => {
      found.push(...(contract?.answer(exchange) ?? []));
      // Every request that Graph accepted must match its description.
      if (exchange.status >= 300) return;
      const asked = contract?.request(exchange) ?? [];
      found.push(...asked.filter((what) => !what.endsWith(NOT_DESCRIBED)));
    },
    seed: 1,
    speed: 1,
    meters: "off",
    registry,
    verifyToken,
    ...options,
  });
  app.control("counters", { tenant: TENANT });
  const raw: GraphFixture["raw"] = (method, url, body, call = {}) =>
    app.handle({
      method,
      host: "graph.microsoft.com",
      target: url.startsWith("/v1.0") || url.startsWith("/beta") ? url : `/v1.0${url}`,
      headers: {
        authorization: `Bearer ${call.token ?? `${call.appId ?? APP}|${(call.roles ?? EVERYTHING).join(",")}|${call.person ?? ""}`}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...call.headers,
      },
      body: Buffer.from(
        body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body),
      ),
    });
  const send: GraphFixture["send"] = async (method, url, body, call) => {
    const answer = await raw(method, url, body, call);
    if ("connection" in answer) throw new Error(`the connection ended: ${answer.connection}`);
    const text = String(answer.body ?? "");
    let parsed: unknown = {};
    try {
      parsed = text === "" ? {} : JSON.parse(text);
    } catch {
      parsed = {};
    }
    return {
      status: answer.status,
      headers: (answer.headers ?? {}) as Readonly<Record<string, string>>,
      body: parsed as Reply["body"],
      text,
    };
  };
  return {
    registry,
    app,
    raw,
    send,
    holdToContract: () => {
      contract = openApiContract();
    },
    deviations: () => contract && found,
  };
}
