import { createHash } from "node:crypto";

import { json, type CloudResponse } from "../../http/exchange.ts";
import { verifyClient } from "../client-authentication.ts";
import type { EntraState } from "../entra-state.ts";
import { firstPartyClient } from "../first-party-clients.ts";
import { EntraRefusal, malformedGrant } from "../refusals/refusal.ts";
import { isCaeRequest, type TokenRequestForm } from "../token-request.ts";
import { graphResourceAppId } from "../well-known.ts";
import { clientInfo, findClient, personNamed, sharedTenants, type Client } from "./client.ts";
import { permittedScopes } from "./consent.ts";
import { noteSignIn } from "./note-sign-in.ts";
import type { Person } from "./person.ts";
import { askedScopes } from "./scopes.ts";
import type { Code, Grant } from "./sign-ins.ts";
import { delegatedToken, idToken } from "./tokens.ts";

/** What a code stands for, or a refresh token, which has an end. */
type AnyGrant = Omit<Grant, "endsMs"> & Partial<Pick<Grant, "endsMs">>;

const minuteMs = 60_000;
/** v2-oauth2-auth-code-flow: a code expires after about ten minutes, a refresh token after 90 days. */
const codeLifetimeMs = 10 * minuteMs;
const dayMs = 24 * 60 * minuteMs;
const refreshTokenLifetimeMs = 90 * dayMs;

/** The grant `authorization_code`. @throws EntraRefusal */
export function redeemCode(form: TokenRequestForm, state: EntraState): CloudResponse {
  const tenantId = state.signIns.code(form.fields.get("code") ?? "")?.tenantId;
  const client = findClient(tenantOf(form, tenantId), form.fields, state);
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

/** At `common` and `organizations` the tenant is that of the sign-in. */
const tenantOf = ({ tenantName }: TokenRequestForm, signedInTo: string | undefined): string =>
  sharedTenants.has(tenantName.toLowerCase()) ? (signedInTo ?? tenantName) : tenantName;

/** @throws EntraRefusal 900144, 9002313 */
function codeOf({ fields }: TokenRequestForm, { signIns }: EntraState): Code {
  const text = fields.get("code");
  if (!text) throw new EntraRefusal(900_144, "code");
  const code = signIns.code(text);
  if (code === undefined) throw malformedGrant();
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

/**
 * A web application proves who it is, a public client cannot; a browser's page redeems by itself, nobody
 * else does from a page. @throws EntraRefusal 700025, 7000218, 9002326, 9002327
 */
export function authenticate(
  form: TokenRequestForm,
  { tenant, application }: Client,
  { platform }: Pick<Grant, "platform">,
  state: EntraState,
): void {
  const { origin } = form.headers;
  if (platform === "spa" && origin === undefined) throw new EntraRefusal(9_002_327);
  if (platform !== "spa" && origin !== undefined) throw new EntraRefusal(9_002_326, origin);
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
  const text = form.fields.get("refresh_token");
  const grant = state.signIns.refreshToken(text ?? "");
  const client = findClient(tenantOf(form, grant?.tenantId), form.fields, state);
  if (!text) throw new EntraRefusal(900_144, "refresh_token");
  if (grant === undefined || !isFor(grant, client, state)) throw malformedGrant();
  if (state.now() > grant.endsMs) throw expired(grant);
  authenticate(form, client, grant, state);
  const person = personNamed(grant.personId, client, state);
  const validFromMs = person.sessionsValidFromMs;
  if (grant.issuedMs < validFromMs)
    throw new EntraRefusal(50_173, `${instant(grant.issuedMs)} ${instant(validFromMs)}`);
  const answer = granted(form, client, person, { ...grant, nonce: undefined }, state);
  const { tenantId } = client.tenant;
  const { application } = client;
  const { scopes } = grant;
  noteSignIn({ tenantId, person, application, scopes, isInteractive: false }, form, state);
  return answer;
}

/** Of a single-page application refresh tokens end a day after the sign-in (refresh-tokens). */
function expired({ platform, issuedMs }: Grant): EntraRefusal {
  const issued = instant(issuedMs);
  return new EntraRefusal(platform === "spa" ? 700_084 : 700_082, issued);
}

const instant = (ms: number): string => new Date(ms).toISOString().replace("Z", "0000Z");

/** A refresh token is the client's own, or one of its family's. */
function isFor(grant: Grant, client: Client, { registry }: EntraState): boolean {
  if (grant.appId === client.application.appId) return true;
  const issuedTo = registry.application(grant.appId);
  return issuedTo !== undefined && isFamily({ application: issuedTo }) && isFamily(client);
}

/**
 * The tokens of a grant; a request may name fewer scopes or another resource than the sign-in did.
 * @throws EntraRefusal 500011, 65001, 65002
 */
export function granted(
  form: TokenRequestForm,
  client: Client,
  person: Person,
  grant: AnyGrant,
  state: EntraState,
): CloudResponse {
  const given = (form.fields.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  const scopes = given.length > 0 ? given : grant.scopes;
  const asked = askedScopes(scopes);
  const { requested, names } = asked;
  const found = state.registry.resource(client.tenant.tenantId, requested);
  if (found === undefined) throw new EntraRefusal(500_011, requested);
  const permitted = permittedScopes({ client, person }, found, names, state);
  const subject = { tenantId: client.tenant.tenantId, person, client };
  const isGraph = found.application.appId === graphResourceAppId;
  const isCaeClient = isGraph && isCaeRequest(form);
  const lifetimeSeconds = state.nextLifetimeSeconds(isCaeClient);
  const accessToken = delegatedToken(
    subject,
    { client: found, requested },
    {
      scopes: isGraph ? sorted([...permitted, ...asked.openId]) : permitted,
      isPublic: grant.platform !== "web",
      isCaeClient,
      lifetimeSeconds,
      host: form.host,
    },
    state,
  );
  const { nonce } = grant;
  const isOffline = scopes.includes("offline_access");
  const isDefault = names.includes(".default");
  const shown = isDefault ? [...permitted, ".default"] : names;
  return json(200, {
    token_type: "Bearer",
    scope: [
      ...asked.openId,
      ...shown
        .filter((name) => !asked.openId.includes(name))
        .map((name) => (isGraph && !isDefault ? name : `${requested}/${name}`)),
    ].join(" "),
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    access_token: accessToken,
    ...(isOffline && {
      refresh_token: state.signIns.addRefreshToken(renewed({ ...grant, scopes }, state.now())),
    }),
    ...(isOffline && isFamily(client) && { foci: "1" }),
    ...(scopes.includes("openid") && {
      id_token: idToken(subject, { scopes, nonce, host: form.host }, state),
    }),
    ...(form.fields.get("client_info") === "1" && { client_info: clientInfo(person, client) }),
  });
}

/** A new refresh token's grant; that of a page ends when the first one did. */
const renewed = (grant: AnyGrant, nowMs: number): Grant => {
  const isPage = grant.platform === "spa";
  const endsMs = isPage ? (grant.endsMs ?? nowMs + dayMs) : nowMs + refreshTokenLifetimeMs;
  return { ...grant, issuedMs: nowMs, endsMs };
};

const isFamily = ({ application }: Pick<Client, "application">): boolean =>
  firstPartyClient(application.appId)?.isFamily === true;

/** Each once, ignoring case in the order, as in Graph's tokens. */
const sorted = (scopes: readonly string[]): readonly string[] =>
  [...new Set(scopes)].toSorted((left, right) =>
    left.toLowerCase() < right.toLowerCase() ? -1 : 1,
  );
