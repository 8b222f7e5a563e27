import { generateKeyPairSync } from "node:crypto";

import { dayMs, hexToBase64url } from "./entra-fixture.ts";
import {
  invalidClient,
  invalidRequest,
  seconds,
  withAssertion,
  type RefusalCase,
} from "./refusal-case.ts";

/** Refusals of credentials. */
export const credentialRefusalCases: readonly RefusalCase[] = [
  {
    when: "no credential is sent",
    code: 7_000_216,
    ...invalidClient,
    says: /'client_assertion', 'client_secret' or 'request' is required/,
    ask: (fixture) => fixture.token({ client_secret: undefined }),
  },
  {
    when: "the secret's id is sent instead of its value",
    code: 7_000_215,
    ...invalidClient,
    says: /client secret value, not the client secret ID/,
    ask: (fixture) => {
      const { registry } = fixture.state;
      const { secretId } = registry.addPassword(fixture.application, Date.now() + dayMs);
      return fixture.token({ client_secret: secretId });
    },
  },
  {
    when: "the secret has expired",
    code: 7_000_222,
    ...invalidClient,
    says: /are expired/,
    ask: (fixture) => {
      const { registry } = fixture.state;
      const { secret } = registry.addPassword(fixture.application, Date.now() - 1000);
      return fixture.token({ client_secret: secret });
    },
  },
  {
    when: "a public client presents a credential",
    code: 700_025,
    ...invalidClient,
    says: /Client is public/,
    ask: (fixture) => {
      const { registry } = fixture.state;
      const { tenantId } = fixture.tenant;
      const { appId } = registry.addApplication({
        tenantId,
        displayName: "Public",
        publicClient: true,
      });
      registry.addServicePrincipal(tenantId, appId);
      return fixture.token({ client_id: appId });
    },
  },
  {
    when: "the assertion is not a JWT",
    code: 50_027,
    ...invalidRequest,
    says: /invalid or malformed/,
    ask: (fixture) => fixture.token({ client_assertion: "rubbish" }),
  },
  {
    when: "the assertion is signed with an elliptic curve",
    code: 5_002_738,
    ...invalidClient,
    says: /'ES256' is not a supported signature algorithm/,
    ask: (fixture) => {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      return fixture.token({
        client_assertion: fixture.assertion({ header: { alg: "ES256" }, key: privateKey }),
      });
    },
  },
  {
    when: "the assertion names another application",
    code: 700_021,
    ...invalidClient,
    says: /doesn't match 'client_id'/,
    ask: withAssertion({ claims: { sub: "22222222-2222-4222-8222-222222222222" } }),
  },
  {
    when: "the assertion is for another endpoint",
    code: 700_023,
    ...invalidClient,
    says: /audience claim does not match Realm issuer/,
    ask: withAssertion({ claims: { aud: "https://login.microsoftonline.us/x/oauth2/v2.0/token" } }),
  },
  {
    when: "the assertion expired longer ago than the leeway",
    code: 700_024,
    ...invalidClient,
    says: /not within its valid time range. Current time: .*, expiry time of assertion/,
    ask: (fixture) => withAssertion({ claims: { exp: seconds() - 301 } })(fixture),
  },
  {
    when: "the client's clock is too far ahead",
    code: 700_024,
    ...invalidClient,
    says: /not within its valid time range/,
    ask: (fixture) => withAssertion({ claims: { nbf: seconds() + 302 } })(fixture),
  },
  {
    when: "the certificate is not registered",
    code: 700_027,
    ...invalidClient,
    says: /not registered on application. \[Reason - The key was not found., Thumbprint of key used by client: 'ABCD/,
    ask: withAssertion({ header: { "x5t#S256": hexToBase64url("ABCD".repeat(16)) } }),
  },
  {
    when: "the assertion names no certificate",
    code: 700_027,
    ...invalidClient,
    says: /The key was not found/,
    ask: withAssertion({ header: { "x5t#S256": undefined } }),
  },
  {
    when: "the assertion was tampered with",
    code: 700_027,
    ...invalidClient,
    says: /use of the key to verify the signature failed/,
    ask: (fixture) => {
      const [head = "", , signature = ""] = fixture.assertion().split(".");
      const [, payload = ""] = fixture.assertion({ claims: { jti: "other" } }).split(".");
      return fixture.token({ client_assertion: `${head}.${payload}.${signature}` });
    },
  },
];
