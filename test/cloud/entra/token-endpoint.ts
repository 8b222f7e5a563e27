import { randomUUID } from "node:crypto";

import { notEmulated, type CloudRequest, type CloudResponse } from "../http/exchange.ts";
import { authenticateClient } from "./client-authentication.ts";
import type { EntraState } from "./entra-state.ts";
import type { Application, ServicePrincipal, Tenant } from "./model.ts";
import { deviceGrants, issueDeviceCode, redeemDeviceCode } from "./people/device-code.ts";
import { redeemCode, refresh } from "./people/grants.ts";
import { EntraRefusal, refusalResponse } from "./refusals/refusal.ts";
import { resourceOfScope } from "./scope.ts";
import {
  checkForm,
  demandSingle,
  isCaeRequest,
  unknownTenant,
  type TokenRequestForm,
} from "./token-request.ts";
import { success } from "./token-response.ts";
import { graphResourceAppId } from "./well-known.ts";

/** Entra's other grants for users. */
const otherGrants = new Set([
  "password",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
  "urn:ietf:params:oauth:grant-type:saml2-bearer",
]);

/** Answers a token request; a refusal is an answer too. */
export function answerTokenRequest(
  request: CloudRequest,
  form: TokenRequestForm,
  state: EntraState,
): CloudResponse {
  return answerForm(form, state, () => {
    if (request.method !== "POST") throw new EntraRefusal(900_561, request.method);
    const grant = form.fields.get("grant_type") ?? "";
    if (otherGrants.has(grant)) return notEmulated(`the grant ${grant}`);
    if (form.version === 2 && grant === "authorization_code") return redeemCode(form, state);
    if (form.version === 2 && grant === "refresh_token") return refresh(form, state);
    if (form.version === 2 && deviceGrants.has(grant)) return redeemDeviceCode(form, state);
    return clientCredentials(form, state);
  });
}

/** Answers a request for a device code. */
export function answerDeviceCodeRequest(
  request: CloudRequest,
  form: TokenRequestForm,
  state: EntraState,
): CloudResponse {
  return answerForm(form, state, () => issueDeviceCode(request, form, state));
}

function answerForm(
  form: TokenRequestForm,
  state: EntraState,
  work: () => CloudResponse,
): CloudResponse {
  const answer = ((): CloudResponse => {
    try {
      demandSingle(form.fields);
      return work();
    } catch (error) {
      if (error instanceof EntraRefusal) return refuse(error, form, state);
      throw error;
    }
  })();
  const echo = form.headers["return-client-request-id"] === "true";
  return {
    ...answer,
    headers: {
      ...answer.headers,
      "Cache-Control": "no-store, no-cache",
      Pragma: "no-cache",
      "x-ms-request-id": randomUUID(),
      "x-ms-ests-server": "2.1.0 - LOCAL ProdSlices",
      ...(echo && { "client-request-id": form.correlationId }),
    },
  };
}

/** The answer for a refusal of this request, injected ones included. */
export function refuse(
  refusal: EntraRefusal,
  form: TokenRequestForm,
  state: EntraState,
): CloudResponse {
  const appId = form.fields.get("client_id") ?? "";
  const scope = form.fields.get("scope") ?? "";
  const context = {
    tenant: state.registry.tenant(form.tenantName)?.displayName ?? form.tenantName,
    appId,
    appName: state.registry.application(appId)?.displayName ?? "",
    scope,
    resource: form.fields.get("resource") ?? scope.replace(/\/\.default$/u, ""),
    detail: "",
  };
  return refusalResponse(refusal, context, {
    nowMs: state.loginNow(),
    correlationId: form.correlationId,
    host: form.host,
  });
}

/** @throws EntraRefusal */
function clientCredentials(form: TokenRequestForm, state: EntraState): CloudResponse {
  checkForm(form);
  const tenant = findTenant(form.tenantName, state);
  const { application, principal } = findClient(form, tenant, state);
  const proof = authenticateClient(form, tenant, application, state);
  const requested =
    form.version === 1
      ? (form.fields.get("resource") ?? "")
      : resourceOfScope(form.fields.get("scope") ?? "");
  const resource = state.registry.resource(tenant.tenantId, requested);
  if (resource === undefined) throw new EntraRefusal(500_011);
  if (!resource.principal.accountEnabled) throw new EntraRefusal(500_014);
  const hasRole = principal.assignments.some(
    (held) => held.resourceId === resource.principal.objectId,
  );
  if (resource.principal.assignmentRequired && !hasRole)
    throw new EntraRefusal(501_051, resource.principal.displayName);
  const isCae = isCaeRequest(form) && resource.application.appId === graphResourceAppId;
  if (principal.blockedByConditionalAccess)
    throw new EntraRefusal(53_003, "", isCae ? policyChallenge() : undefined);
  const lifetimeSeconds = state.nextLifetimeSeconds(isCae);
  const token = state.signer.sign({
    tenantId: tenant.tenantId,
    principal,
    resource,
    requestedAudience: requested,
    proof,
    lifetimeSeconds,
    isCaeClient: isCae,
    host: form.host,
  });
  return success(form, token, lifetimeSeconds, requested, state);
}

/** @throws EntraRefusal 9001023, 50059, 90002, 900023 */
function findTenant(name: string, { registry }: EntraState): Tenant {
  if (["common", "consumers"].includes(name.toLowerCase())) throw new EntraRefusal(9_001_023);
  if (name.toLowerCase() === "organizations") throw new EntraRefusal(50_059);
  const tenant = registry.tenant(name);
  if (tenant === undefined) throw unknownTenant(name);
  return tenant;
}

/** @throws EntraRefusal 700016, 7000229, 7000112 */
function findClient(
  form: TokenRequestForm,
  tenant: Tenant,
  { registry }: EntraState,
): { application: Application; principal: ServicePrincipal } {
  const application = registry.application(form.fields.get("client_id") ?? "");
  if (application === undefined) throw new EntraRefusal(700_016);
  const isHome = application.homeTenantId.toLowerCase() === tenant.tenantId.toLowerCase();
  if (!isHome && application.signInAudience === "AzureADMyOrg") throw new EntraRefusal(700_016);
  const principal = registry.servicePrincipal(tenant.tenantId, application.appId);
  if (principal === undefined) throw new EntraRefusal(isHome ? 7_000_229 : 700_016);
  if (!principal.accountEnabled) throw new EntraRefusal(7_000_112);
  return { application, principal };
}

const policyChallenge = (): string =>
  JSON.stringify({ access_token: { capolids: { essential: true, values: [randomUUID()] } } });
