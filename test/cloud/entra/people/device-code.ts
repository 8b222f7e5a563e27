import { json, type CloudRequest, type CloudResponse } from "../../http/exchange.ts";
import type { EntraState } from "../entra-state.ts";
import { EntraRefusal } from "../refusals/refusal.ts";
import type { TokenRequestForm } from "../token-request.ts";
import { approve } from "./approve.ts";
import { findClient, personNamed, sharedTenants } from "./client.ts";
import { deviceCodeSeconds, isExpired, type DeviceCode } from "./device-codes.ts";
import { authenticate, granted } from "./grants.ts";

/** The form's names of the grant: the standard's, and that of MSAL Node. */
export const deviceGrants = new Set([
  "urn:ietf:params:oauth:grant-type:device_code",
  "device_code",
]);
const intervalSeconds = 5;

/** `/{tenant}/oauth2/v2.0/devicecode`. @throws EntraRefusal 900561, 900144, 700016, 90002, 50194 */
export function issueDeviceCode(
  request: CloudRequest,
  form: TokenRequestForm,
  state: EntraState,
): CloudResponse {
  if (request.method !== "POST") throw new EntraRefusal(900_561, request.method);
  const { fields, tenantName } = form;
  for (const name of ["client_id", "scope"])
    if (!fields.get(name)?.trim()) throw new EntraRefusal(900_144, name);
  const { application } = findClient(tenantName, fields, state);
  const { deviceCode, userCode } = state.deviceCodes.add({
    tenantName,
    appId: application.appId,
    scopes: (fields.get("scope") ?? "").split(" ").filter((scope) => scope !== ""),
    issuedMs: state.now(),
  });
  // Entra names a page of microsoft.com, which leads here (v2-oauth2-device-code).
  const page = `https://${form.host}/common/oauth2/deviceauth`;
  return json(200, {
    user_code: userCode,
    device_code: deviceCode,
    verification_uri: page,
    expires_in: deviceCodeSeconds,
    interval: intervalSeconds,
    message: `To sign in, use a web browser to open the page ${page} and enter the code ${userCode} to authenticate.`,
  });
}

/**
 * The grant `urn:ietf:params:oauth:grant-type:device_code`, which a device repeats until the person has
 * answered (v2-oauth2-device-code, expected errors).
 * @throws EntraRefusal 900144, 70018 unknown, 70020 expired, 65004 declined, 70016 not answered yet, and
 * those of a person who has lost access meanwhile
 */
export function redeemDeviceCode(form: TokenRequestForm, state: EntraState): CloudResponse {
  const text = form.fields.get("device_code");
  if (!text) throw new EntraRefusal(900_144, "device_code");
  const code = state.deviceCodes.byDevice(text);
  if (code === undefined || code.appId !== form.fields.get("client_id")?.toLowerCase())
    throw new EntraRefusal(70_018);
  if (isExpired(code, state.now())) throw new EntraRefusal(70_020);
  const answer = answerOf(code, form, state);
  const isShared = sharedTenants.has(form.tenantName.toLowerCase());
  const client = findClient(isShared ? answer.tenantId : form.tenantName, form.fields, state);
  if (client.tenant.tenantId !== answer.tenantId) throw new EntraRefusal(700_005);
  const person = personNamed(answer.personId, client, state);
  const { redirectUris, publicClient } = client.application;
  const isPublic = publicClient || redirectUris.public.length > 0;
  const platform = isPublic ? "public" : "web";
  authenticate(form, client, { platform }, state);
  code.answer = "redeemed";
  const { tenantId, personId } = answer;
  const grant = { ...code, tenantId, personId, platform, nonce: undefined } as const;
  return granted(form, client, person, grant, state);
}

/** Who said yes. With the setting `signedIn` that person does at once, without a page. */
function answerOf(
  code: DeviceCode,
  form: TokenRequestForm,
  state: EntraState,
): Exclude<DeviceCode["answer"], string> {
  const { signedIn } = state.settings;
  if (code.answer === "pending" && signedIn !== undefined) approve(code, signedIn, form, state);
  if (code.answer === "declined") throw new EntraRefusal(65_004);
  if (code.answer === "redeemed") throw new EntraRefusal(70_000, "device_code");
  if (code.answer === "pending") throw new EntraRefusal(70_016);
  return code.answer;
}
