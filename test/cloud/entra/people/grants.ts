import { createHash } from "node:crypto";

import { json, type CloudResponse } from "../../http/exchange.ts";
import { verifyClient } from "../client-authentication.ts";
import type { EntraState } from "../entra-state.ts";
import { EntraRefusal } from "../refusals/refusal.ts";
import type { TokenRequestForm } from "../token-request.ts";
import { graphResourceAppId } from "../well-known.ts";
import { clientInfo, findClient, personNamed, type Client } from "./client.ts";
import type { Person } from "./person.ts";
import type { Code, Grant } from "./sign-ins.ts";
import { delegatedToken, idToken } from "./tokens.ts";

const minuteMs = 60_000;
/** v2-oauth2-auth-code-flow: a code expires after about ten minutes, a refresh token after 90 days. */
const codeLifetimeMs = 10 * minuteMs;
const refreshTokenLifetimeMs = 90 * 24 * 60 * minuteMs;

/** The grant `authorization_code`. @throws EntraRefusal */
export function redeemCode(form: TokenRequestForm, state: EntraState): CloudResponse {
  const client = findClient(form.tenantName, form.fields, state);
  const code = codeOf(form, state);
  if (code.appId !== client.application.appId) throw new EntraRefusal(70_000);
  if (code.tenantId !== client.tenant.tenantId) throw new EntraRefusal(700_005);
  if (code.redeemed) throw new EntraRefusal(54_005);
  if (state.now() - code.issuedMs > codeLifetimeMs) throw new EntraRefusal(70_008);
  const redirectUri = form.fields.get("redirect_uri") ?? "";
  if (redirectUri !== code.redirectUri)
    throw new EntraRefusal(500_112, `'${redirectUri}' '${code.redirectUri}'`);
  checkVerifier(form.fields.get("code_verifier"), code);
  authenticate(form, client, code, state);
  const person = personNamed(code.personId, client, state);
  code.redeemed = true;
  return granted(form, client, person, code, state);
}

/** @throws EntraRefusal 900144, 9002313 */
function codeOf({ fields }: TokenRequestForm, { signIns }: EntraState): Code {
  const text = fields.get("code");
  if (!text) throw new EntraRefusal(900_144, "code");
  const code = signIns.code(text);
  if (code === undefined) throw new EntraRefusal(9_002_313);
  return code;
}

/** @throws EntraRefusal 50148 without a verifier, 501481 with another one */
function checkVerifier(verifier: string | null, { challenge, challengeMethod }: Code): void {
  if (challenge === undefined) return;
  if (!verifier) throw new EntraRefusal(50_148);
  const made =
    challengeMethod === "plain"
      ? verifier
      : createHash("sha256").update(verifier).digest("base64url");
  if (made !== challenge) throw new EntraRefusal(501_481);
}

/** A web application proves who it is, a public client cannot. @throws EntraRefusal 700025, 7000218 */
function authenticate(
  form: TokenRequestForm,
  { tenant, application }: Client,
  { platform }: Pick<Grant, "platform">,
  state: EntraState,
): void {
  const isProving =
    Boolean(form.fields.get("client_assertion") ?? form.fields.get("client_secret")) ||
    form.headers.authorization !== undefined;
  if (platform !== "web") {
    if (isProving) throw new EntraRefusal(700_025);
    return;
  }
  if (!isProving) throw new EntraRefusal(7_000_218);
  verifyClient(form, tenant, application, state);
}

/** The grant `refresh_token`. @throws EntraRefusal */
export function refresh(form: TokenRequestForm, state: EntraState): CloudResponse {
  const client = findClient(form.tenantName, form.fields, state);
  const text = form.fields.get("refresh_token");
  if (!text) throw new EntraRefusal(900_144, "refresh_token");
  const grant = state.signIns.refreshToken(text);
  if (grant === undefined || grant.appId !== client.application.appId)
    throw new EntraRefusal(9_002_313);
  if (state.now() - grant.issuedMs > refreshTokenLifetimeMs) throw new EntraRefusal(700_082);
  authenticate(form, client, grant, state);
  const person = personNamed(grant.personId, client, state);
  if (grant.issuedMs < person.sessionsValidFromMs) throw new EntraRefusal(50_173);
  return granted(form, client, person, { ...grant, nonce: undefined }, state);
}

const openId = new Set(["openid", "profile", "email", "offline_access"]);

/** The tokens of a grant; a request may name fewer scopes or another resource than the sign-in did. */
function granted(
  form: TokenRequestForm,
  client: Client,
  person: Person,
  grant: Grant,
  state: EntraState,
): CloudResponse {
  const asked = (form.fields.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  const scopes = asked.length > 0 ? asked : grant.scopes;
  const { requested, names } = delegatedScopes(scopes);
  const found = state.registry.resource(client.tenant.tenantId, requested);
  if (found === undefined) throw new EntraRefusal(500_011, requested);
  const subject = { tenantId: client.tenant.tenantId, person, client };
  const lifetimeSeconds = state.nextLifetimeSeconds(false);
  const shown = names.length > 0 ? names : ["openid", "profile", "email"];
  const accessToken = delegatedToken(
    subject,
    { client: found, requested },
    { scopes: shown, isPublic: grant.platform !== "web", lifetimeSeconds, host: form.host },
    state,
  );
  const isGraph = found.application.appId === graphResourceAppId;
  const { nonce } = grant;
  return json(200, {
    token_type: "Bearer",
    scope: [
      ...scopes.filter((scope) => openId.has(scope) && scope !== "offline_access"),
      ...names.map((name) => (isGraph ? name : `${requested}/${name}`)),
    ].join(" "),
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    access_token: accessToken,
    ...(scopes.includes("offline_access") && {
      refresh_token: state.signIns.addRefreshToken({ ...grant, scopes, issuedMs: state.now() }),
    }),
    ...(scopes.includes("openid") && {
      id_token: idToken(subject, { scopes, nonce, host: form.host }, state),
    }),
    ...(form.fields.get("client_info") === "1" && { client_info: clientInfo(person, client) }),
  });
}

/** The resource and its scopes; a scope without a resource is Microsoft Graph's. @throws EntraRefusal 28000 */
function delegatedScopes(scopes: readonly string[]): {
  requested: string;
  names: readonly string[];
} {
  const graph = "https://graph.microsoft.com";
  const split = scopes
    .filter((scope) => !openId.has(scope))
    .map((scope) => {
      const at = scope.lastIndexOf("/");
      return at < 0
        ? { resource: graph, name: scope }
        : { resource: scope.slice(0, at), name: scope.slice(at + 1) };
    });
  const resources = new Set(split.map(({ resource }) => resource));
  if (resources.size > 1) throw new EntraRefusal(28_000);
  return { requested: split[0]?.resource ?? graph, names: split.map(({ name }) => name) };
}
