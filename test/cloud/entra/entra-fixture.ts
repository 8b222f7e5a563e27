import { constants, randomUUID, sign, type KeyObject } from "node:crypto";

import { clouds } from "../../../shared/core/clouds.ts";
import { seededRandom } from "../../core/seeded-random.ts";
import {
  createClientCertificate,
  type ClientCertificate,
} from "../certificates/client-certificate.ts";
import type { CloudRequest, CloudResponse } from "../http/exchange.ts";
import { createTokenSigner } from "./access-token.ts";
import { createEntraState, type EntraState } from "./entra-state.ts";
import { createEntra, type Entra } from "./entra.ts";
import { createIssuers } from "./federation.ts";
import type { Application, Tenant } from "./model.ts";
import { nobody } from "./people/person.ts";
import { createRegistry } from "./registry.ts";
import { graphResourceAppId } from "./well-known.ts";

/** An Entra without sockets, with one tenant and one application with a certificate. */
export interface EntraFixture {
  readonly entra: Entra;
  readonly state: EntraState;
  readonly tenant: Tenant;
  readonly application: Application;
  readonly certificate: ClientCertificate;
  readonly host: string;
  /** Sends a token request; `fields` replace the defaults, and an undefined one removes its default. */
  token(
    fields: Readonly<Record<string, string | undefined>>,
    options?: {
      tenant?: string;
      path?: string;
      method?: string;
      headers?: CloudRequest["headers"];
    },
  ): { status: number; body: TokenAnswer; headers: CloudResponse["headers"] };
  /** A client assertion as MSAL makes it; the given header and claims replace the defaults. */
  assertion(changes?: {
    header?: Readonly<Record<string, unknown>>;
    claims?: Readonly<Record<string, unknown>>;
    key?: KeyObject;
  }): string;
}

/** An answer of the token endpoint, a token or an error. */
interface TokenAnswer {
  readonly access_token?: string;
  readonly token_type?: string;
  readonly expires_in?: number | string;
  readonly refresh_in?: number;
  readonly error?: string;
  readonly error_description?: string;
  readonly error_codes?: readonly number[];
  readonly suberror?: string;
  readonly claims?: string;
  readonly trace_id?: string;
  readonly correlation_id?: string;
  readonly timestamp?: string;
}

const host = "login.microsoftonline.com";
export const dayMs = 86_400_000;
const graphScope = "https://graph.microsoft.com/.default";

const now = (): number => Date.now();

/** Creates the fixture; the tenant is `contoso.com`, the application may read users. */
export async function createEntraFixture(): Promise<EntraFixture> {
  const registry = createRegistry(now);
  const cloud = clouds.global;
  const signer = await createTokenSigner(cloud, now);
  const state = createEntraState(
    { cloud, registry, signer, issuers: createIssuers(), people: nobody, now },
    seededRandom(1),
  );
  const entra = createEntra(state);
  const tenant = registry.addTenant({ domains: ["contoso.com"], displayName: "Contoso" });
  const application = registry.addApplication({
    tenantId: tenant.tenantId,
    displayName: "Daemon",
  });
  const principal = registry.addServicePrincipal(tenant.tenantId, application.appId);
  const graph = registry.resource(tenant.tenantId, graphResourceAppId);
  if (graph) registry.grant(principal, graph.principal, ["User.Read.All"]);
  const certificate = await createClientCertificate({
    subject: "daemon",
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
  });
  registry.addKeyCredential(application, certificate.certificate.pem);

  const assertion: EntraFixture["assertion"] = (changes = {}) => {
    const seconds = Math.floor(Date.now() / 1000);
    return signAssertion(
      {
        alg: "PS256",
        typ: "JWT",
        "x5t#S256": hexToBase64url(certificate.certificate.thumbprintSha256),
        ...changes.header,
      },
      {
        aud: `https://${host}/${tenant.tenantId}/oauth2/v2.0/token`,
        iss: application.appId,
        sub: application.appId,
        jti: randomUUID(),
        nbf: seconds,
        iat: seconds,
        exp: seconds + 600,
        ...changes.claims,
      },
      changes.key ?? certificate.keys.privateKey,
    );
  };
  return {
    entra,
    state,
    tenant,
    application,
    certificate,
    host,
    assertion,
    token(fields, options = {}) {
      const all = {
        grant_type: "client_credentials",
        client_id: application.appId,
        scope: graphScope,
        ...("client_secret" in fields || options.headers?.authorization !== undefined
          ? {}
          : {
              client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
              client_assertion: fields["client_assertion"] ?? assertion(),
            }),
        ...fields,
      };
      const form = new URLSearchParams(
        Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined),
      );
      const answer = entra.handle(
        {
          method: options.method ?? "POST",
          host,
          target: `/${options.tenant ?? tenant.tenantId}/${options.path ?? "oauth2/v2.0/token"}`,
          headers: {
            "content-type": "application/x-www-form-urlencoded",
            ...options.headers,
          },
          body: Buffer.from(form.toString()),
        },
        () => undefined,
      );
      return {
        status: answer.status,
        headers: answer.headers,
        body: JSON.parse(String(answer.body)) as TokenAnswer,
      };
    },
  };
}

export const hexToBase64url = (hex: string): string =>
  Buffer.from(hex, "hex").toString("base64url");

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signs as a client does, with node:crypto only, independent of the cloud's own signer. */
export function signAssertion(
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
  key: KeyObject,
): string {
  const algorithm = String(header["alg"]);
  const signed = `${encode(header)}.${encode(claims)}`;
  const padding = algorithm.startsWith("PS")
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {};
  const hash = `sha${algorithm.slice(2)}`;
  const signature = sign(/^sha\d+$/u.test(hash) ? hash : "sha256", Buffer.from(signed), {
    key,
    ...padding,
  });
  return `${signed}.${signature.toString("base64url")}`;
}

/** The claims of a token, unverified. */
export function claimsIn(token: string | undefined): Readonly<Record<string, unknown>> {
  const payload = token?.split(".")[1] ?? "";
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
}
