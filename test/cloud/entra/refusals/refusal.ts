import { randomUUID } from "node:crypto";

import { json, type CloudResponse } from "../../http/exchange.ts";
import { codeRefusals } from "./code-refusals.ts";
import { credentialRefusals } from "./credential-refusals.ts";
import { requestRefusals } from "./request-refusals.ts";
import { resourceRefusals } from "./resource-refusals.ts";
import type { RefusalContext, RefusalRule, RefusalRules } from "./rule.ts";
import { serviceRefusals } from "./service-refusals.ts";
import { userRefusals } from "./user-refusals.ts";

/**
 * Entra's refusals that an application signing in as itself or a person can get, by AADSTS number
 * (MicrosoftDocs/entra-docs reference-error-codes.md; texts as printed in public issues if the page
 * has only a summary). Some never occur by themselves here and can only be injected.
 */
export const refusalRules: RefusalRules = {
  ...requestRefusals,
  ...resourceRefusals,
  ...credentialRefusals,
  ...serviceRefusals,
  ...userRefusals,
  ...codeRefusals,
};

/** A refusal that is sent to the client. */
export class EntraRefusal extends Error {
  override readonly name = "EntraRefusal";
  readonly code: number;
  readonly detail: string;
  /** A claims challenge that would resolve the refusal, for clients that support it. */
  readonly claims: string | undefined;
  /** OAuth's error, if it depends on the situation. */
  readonly error: string | undefined;

  constructor(code: number, detail = "", claims?: string, error?: string) {
    super(`AADSTS${code}`);
    this.code = code;
    this.detail = detail;
    this.claims = claims;
    this.error = error;
  }
}

/** A code or refresh token that Entra did not make (seen: invalid_grant with this number). */
export const malformedGrant = (): EntraRefusal =>
  new EntraRefusal(9_002_313, "", undefined, "invalid_grant");

/** The refusal's text, for the log of sign-ins. */
export const refusalText = (refusal: EntraRefusal, appName: string): string =>
  ruleOf(refusal).text({
    tenant: "",
    appId: "",
    appName,
    scope: "",
    resource: "",
    detail: refusal.detail,
  });

interface Stamp {
  readonly nowMs: number;
  readonly correlationId: string;
  readonly host: string;
}

const ruleOf = ({ code }: EntraRefusal): RefusalRule => {
  const rule = refusalRules[code];
  if (rule === undefined) throw new TypeError(`AADSTS${code} is not a known refusal.`);
  return rule;
};

/** The token endpoint's answer for a refusal. @throws TypeError for a number without a rule */
export function refusalResponse(
  refusal: EntraRefusal,
  context: RefusalContext,
  stamp: Stamp,
): CloudResponse {
  return json(ruleOf(refusal).status, describeRefusal(refusal, context, stamp));
}

/** What both endpoints tell of a refusal. @throws TypeError for a number without a rule */
export function describeRefusal(refusal: EntraRefusal, context: RefusalContext, stamp: Stamp) {
  const rule = ruleOf(refusal);
  const traceId = randomUUID();
  const timestamp = `${new Date(stamp.nowMs).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const text = rule.text({ ...context, detail: refusal.detail }).trimEnd();
  return {
    error: refusal.error ?? rule.error,
    error_description: `AADSTS${refusal.code}: ${text} Trace ID: ${traceId} Correlation ID: ${stamp.correlationId} Timestamp: ${timestamp}`,
    error_codes: [refusal.code],
    timestamp,
    trace_id: traceId,
    correlation_id: stamp.correlationId,
    error_uri: `https://${stamp.host}/error?code=${refusal.code}`,
    ...(rule.suberror !== undefined && { suberror: rule.suberror }),
    ...(refusal.claims !== undefined && { claims: refusal.claims }),
  };
}
