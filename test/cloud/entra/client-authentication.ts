import type { ClientProof } from "./access-token.ts";
import { assertionType, readAssertion, verifyCertificateAssertion } from "./assertion.ts";
import type { EntraState } from "./entra-state.ts";
import { verifyFederatedAssertion } from "./federation.ts";
import { digestOf } from "./jwt.ts";
import type { Application, PasswordCredential, Tenant } from "./model.ts";
import { EntraRefusal } from "./refusals/refusal.ts";
import type { TokenRequestForm } from "./token-request.ts";

/**
 * Authenticates the client as the application: by secret, certificate or federated assertion.
 * @throws EntraRefusal
 */
export function authenticateClient(
  form: TokenRequestForm,
  tenant: Tenant,
  application: Application,
  state: EntraState,
): ClientProof {
  const isProving =
    form.fields.get("client_assertion") ?? form.fields.get("client_secret") ?? basicSecret(form);
  if (application.publicClient && isProving) throw new EntraRefusal(700_025);
  return verifyClient(form, tenant, application, state);
}

/** Verifies the proof in the request, if the application is a public client too. @throws EntraRefusal */
export function verifyClient(
  form: TokenRequestForm,
  tenant: Tenant,
  application: Application,
  state: EntraState,
): ClientProof {
  const assertion = form.fields.get("client_assertion");
  const secret = form.fields.get("client_secret") ?? basicSecret(form);
  if (assertion) {
    if (form.fields.get("client_assertion_type") !== assertionType)
      throw new EntraRefusal(900_144, "client_assertion_type");
    verifyAssertion(assertion, form, tenant, application, state);
    return "assertion";
  }
  if (!secret) throw new EntraRefusal(7_000_216);
  const principal = state.registry.servicePrincipal(tenant.tenantId, application.appId);
  const held = [...application.passwordCredentials, ...(principal?.passwordCredentials ?? [])];
  verifySecret(secret, held, state.loginNow());
  return "secret";
}

/** The secret from HTTP Basic authentication (client_secret_basic), which Entra also accepts. */
function basicSecret(form: TokenRequestForm): string | undefined {
  const encoded = /^Basic (\S+)$/iu.exec(form.headers.authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const secret = Buffer.from(encoded, "base64").toString("utf8").split(":").slice(1).join(":");
  return decodeURIComponent(secret);
}

function verifySecret(secret: string, all: readonly PasswordCredential[], nowMs: number): void {
  const digest = digestOf(secret);
  const held = all.find((candidate) => candidate.digest === digest);
  if (held === undefined) throw new EntraRefusal(7_000_215);
  if (nowMs > held.endMs) throw new EntraRefusal(7_000_222);
}

function verifyAssertion(
  text: string,
  form: TokenRequestForm,
  tenant: Tenant,
  application: Application,
  state: EntraState,
): void {
  const assertion = readAssertion(text);
  const principal = state.registry.servicePrincipal(tenant.tenantId, application.appId);
  const issuer = String(assertion.payload["iss"]);
  // A managed identity belongs to the application's home tenant, even if the sign-in is to another (facts §7.10).
  const isOwn = (candidate: string): boolean =>
    candidate.endsWith(`/${application.homeTenantId}/v2.0`);
  const isFederated =
    issuer.startsWith("https://") && issuer.toLowerCase() !== application.appId.toLowerCase();
  if (isFederated)
    verifyFederatedAssertion(assertion, application, {
      issuers: state.issuers,
      own: { isOwn, key: state.signer.publicKey },
      exchange: state.cloud.federationAudience,
      nowMs: state.loginNow(),
    });
  else
    verifyCertificateAssertion(assertion, application, {
      keys: [...application.keyCredentials, ...(principal?.keyCredentials ?? [])],
      audiences: audiencesOf(form, tenant, state),
      nowMs: state.loginNow(),
      knownUntilMs: state.now() - state.settings.keyReplicationSeconds * 1000,
    });
  if (state.settings.refuseRepeatedJti && !state.isFirstUse(String(assertion.payload["jti"])))
    throw new EntraRefusal(50_012, "The client assertion was presented before.");
}

/** The token endpoint or the issuer, by tenant id or by the name in the URL, on any of Entra's host names. */
function audiencesOf(form: TokenRequestForm, tenant: Tenant, state: EntraState): readonly string[] {
  const hosts = new Set([form.host, state.cloud.loginHost]);
  const names = new Set([tenant.tenantId, form.tenantName]);
  return [...hosts].flatMap((host) =>
    [...names].flatMap((name) =>
      [`oauth2/v2.0/token`, `oauth2/token`, `v2.0`, ""].map((path) =>
        `https://${host}/${name}/${path}`.toLowerCase(),
      ),
    ),
  );
}
