import { randomUUID } from "node:crypto";

import type { CloudRequest, CloudResponse } from "../../http/exchange.ts";
import type { EntraState } from "../entra-state.ts";
import { EntraRefusal, describeRefusal, refusalText } from "../refusals/refusal.ts";
import { demandSingle } from "../token-request.ts";
import { clientInfo, findClient, personNamed, sharedTenants, type Client } from "./client.ts";
import { giveConsent } from "./consent.ts";
import { noteSignIn, unknownPerson } from "./note-sign-in.ts";
import { pickerPage, refusalPage, selfSubmittingForm } from "./pages.ts";
import { platformOf, type Platform } from "./redirect-uri.ts";
import { askedScopes } from "./scopes.ts";

/** A request to `/{tenant}/oauth2/v2.0/authorize`. */
interface Asked {
  readonly tenantName: string;
  readonly fields: URLSearchParams;
  readonly host: string;
  readonly headers: CloudRequest["headers"];
}

/**
 * The authorization endpoint. The local cloud has no passwords: the person is the one that `login_hint`
 * names, else the one of the setting `signedIn`, else a page asks. That person also consents.
 */
export function answerAuthorize(
  request: CloudRequest,
  tenantName: string,
  state: EntraState,
): CloudResponse {
  const url = new URL(request.target, `https://${request.host}`);
  const fields =
    request.method === "POST"
      ? new URLSearchParams(request.body.toString("utf8"))
      : url.searchParams;
  const asked: Asked = { tenantName, fields, host: request.host, headers: request.headers };
  const told: { appName: string; reply: Reply | undefined } = { appName: "", reply: undefined };
  try {
    demandSingle(fields);
    const client = findClient(tenantName, fields, state, hintOf(fields, state));
    told.appName = client.application.displayName;
    const target = targetOf(client, fields);
    told.reply = replyTo(target.redirectUri, fields);
    const answer = authorize(asked, client, target, told.reply, state);
    if (answer.status === 302 || fields.get("response_mode") === "form_post")
      note(asked, client.tenant.tenantId, state);
    return answer;
  } catch (error) {
    if (!(error instanceof EntraRefusal)) throw error;
    note(asked, tenantNamed(asked, state), state, error);
    return refused(error, asked, told, state);
  }
}

/** The tenant of a sign-in that was refused, if it is known. */
function tenantNamed({ tenantName, fields }: Asked, state: EntraState): string | undefined {
  const isShared = sharedTenants.has(tenantName.toLowerCase());
  const name = isShared ? (hintOf(fields, state)?.split("@")[1] ?? "") : tenantName;
  return state.registry.tenant(name)?.tenantId;
}

/** Logs the sign-in, if it is known where and who. */
function note(
  { fields, headers }: Asked,
  tenantId: string | undefined,
  state: EntraState,
  refusal?: EntraRefusal,
): void {
  const hint = hintOf(fields, state);
  const application = state.registry.application(fields.get("client_id") ?? "");
  if (tenantId === undefined || hint === undefined || application === undefined) return;
  const person = state.people.find(tenantId, hint) ?? unknownPerson(hint);
  const scopes = (fields.get("scope") ?? "").split(" ");
  const correlationId = fields.get("client-request-id") ?? randomUUID();
  const text = refusal && refusalText(refusal, application.displayName);
  noteSignIn(
    { tenantId, person, application, scopes, isInteractive: true },
    { correlationId, headers },
    state,
    refusal && { code: refusal.code, text: text ?? "" },
  );
}

/** An error of the request goes to the client, one that concerns the person only to a page. */
const forThePage = new Set([
  50_011, 500_113, 50_034, 50_057, 50_105, 65_002, 700_016, 7_000_112, 90_002, 90_094,
]);

function refused(
  refusal: EntraRefusal,
  { tenantName, fields, host }: Asked,
  { appName, reply }: { readonly appName: string; readonly reply: Reply | undefined },
  state: EntraState,
): CloudResponse {
  const told = describeRefusal(
    refusal,
    {
      tenant: state.registry.tenant(tenantName)?.displayName ?? tenantName,
      appId: fields.get("client_id") ?? "",
      appName,
      scope: fields.get("scope") ?? "",
      resource: fields.get("client_id") ?? "",
      detail: "",
    },
    { nowMs: state.loginNow(), correlationId: randomUUID(), host },
  );
  const isSilent = fields.get("prompt") === "none";
  if (reply === undefined || (forThePage.has(refusal.code) && !isSilent))
    return refusalPage(told.error_description);
  const error = refusal.code === 50_058 ? "login_required" : told.error;
  return reply([
    ["error", error],
    ["error_description", told.error_description],
    ["error_uri", told.error_uri],
  ]);
}

type Reply = (fields: readonly (readonly [string, string])[]) => CloudResponse;

/** How the client gets its answer: `query` by default (v2-oauth2-auth-code-flow, response_mode). */
function replyTo(redirectUri: string, fields: URLSearchParams): Reply {
  const state = fields.get("state");
  const mode = fields.get("response_mode") ?? "query";
  return (answer) => {
    const all = [...answer, ...(state === null ? [] : [["state", state] as const])];
    if (mode === "form_post") return selfSubmittingForm(redirectUri, all);
    const target = new URL(redirectUri);
    const values = mode === "fragment" ? new URLSearchParams() : target.searchParams;
    for (const [name, value] of all) values.append(name, value);
    if (mode === "fragment") target.hash = values.toString();
    return {
      status: 302,
      headers: { Location: target.href, "Cache-Control": "no-store, no-cache" },
    };
  };
}

interface Target {
  readonly redirectUri: string;
  readonly platform: Platform;
}

/** @throws EntraRefusal 500113 nothing registered, 50011 no match */
function targetOf({ application }: Client, fields: URLSearchParams): Target {
  const { redirectUris } = application;
  const first = [...redirectUris.web, ...redirectUris.public, ...redirectUris.spa][0];
  const redirectUri = fields.get("redirect_uri") ?? first;
  if (first === undefined || redirectUri === undefined) throw new EntraRefusal(500_113);
  const platform = platformOf(application, redirectUri);
  if (platform === undefined) throw new EntraRefusal(50_011, redirectUri);
  return { redirectUri, platform };
}

/** @throws EntraRefusal */
function authorize(
  { fields }: Asked,
  client: Client,
  target: Target,
  reply: Reply,
  state: EntraState,
): CloudResponse {
  const challenge = checkRequest(fields, target.platform);
  const { tenant } = client;
  const hint = hintOf(fields, state);
  if (hint === undefined) {
    if (fields.get("prompt") === "none") throw new EntraRefusal(50_058);
    const people = state.people.list(tenant.tenantId, 50);
    return pickerPage(people, fields, client.application.displayName);
  }
  const person = personNamed(hint, client, state);
  const scopes = (fields.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  const { requested, names } = askedScopes(scopes);
  const resource = state.registry.resource(tenant.tenantId, requested);
  if (resource !== undefined) giveConsent({ client, person }, resource, names, state);
  const nonce = fields.get("nonce");
  const code = state.signIns.addCode({
    tenantId: tenant.tenantId,
    appId: client.application.appId,
    personId: person.id,
    scopes,
    nonce: nonce === null || nonce === "" ? undefined : nonce,
    issuedMs: state.now(),
    ...target,
    ...challenge,
  });
  const values: (readonly [string, string])[] = [["code", code]];
  if (fields.get("client_info") === "1") values.push(["client_info", clientInfo(person, client)]);
  return reply([...values, ["session_state", randomUUID()]]);
}

const MODES = new Set(["query", "fragment", "form_post"]);

/** `prompt` takes these values (v2-oauth2-auth-code-flow). */
const PROMPTS = new Set(["login", "none", "consent", "select_account", "create"]);

/** @throws EntraRefusal 900144, 90023, 70007, 700054, 50149, 501491, 9002325 */
function checkRequest(
  fields: URLSearchParams,
  platform: Platform,
): { challenge: string | undefined; challengeMethod: "S256" | "plain" } {
  for (const name of ["response_type", "scope"])
    if (!fields.get(name)?.trim()) throw new EntraRefusal(900_144, name);
  const prompts = (fields.get("prompt") ?? "").split(" ").filter((name) => name !== "");
  if (!prompts.every((name) => PROMPTS.has(name)))
    throw new EntraRefusal(90_023, "Unsupported 'prompt' value.");
  const mode = fields.get("response_mode") ?? "query";
  if (!MODES.has(mode)) throw new EntraRefusal(70_007, mode);
  const type = fields.get("response_type") ?? "";
  if (type !== "code") throw new EntraRefusal(700_054, type);
  const challenge = fields.get("code_challenge") ?? undefined;
  const method = fields.get("code_challenge_method") ?? "plain";
  if (method !== "S256" && method !== "plain") throw new EntraRefusal(50_149);
  if (challenge !== undefined && (challenge.length < 43 || challenge.length > 128))
    throw new EntraRefusal(501_491);
  if (challenge === undefined && platform === "spa") throw new EntraRefusal(9_002_325);
  return { challenge, challengeMethod: method };
}

/** Who sits at the browser; undefined if a page must ask. */
function hintOf(fields: URLSearchParams, { settings }: EntraState): string | undefined {
  const hint = fields.get("login_hint");
  if (hint !== null && hint !== "") return hint;
  return fields.get("prompt") === "select_account" ? undefined : settings.signedIn;
}
