import { randomUUID } from "node:crypto";

import type { CloudRequest } from "../http/exchange.ts";
import { EntraRefusal } from "./refusals/refusal.ts";

/** A parsed token request: its address and the fields of its body. */
export interface TokenRequestForm {
  readonly tenantName: string;
  readonly version: 1 | 2;
  readonly host: string;
  readonly fields: URLSearchParams;
  readonly correlationId: string;
  readonly headers: CloudRequest["headers"];
}

/** Parses a request to `/{tenant}/oauth2[/v2.0]/token`; the body may be anything. */
export function readTokenRequest(
  request: CloudRequest,
  tenantName: string,
  version: 1 | 2,
): TokenRequestForm {
  const fields = new URLSearchParams(request.body.toString("utf8"));
  const given = request.headers["client-request-id"] ?? fields.get("client-request-id");
  return {
    tenantName,
    version,
    host: request.host,
    fields,
    correlationId: typeof given === "string" && given !== "" ? given : randomUUID(),
    headers: request.headers,
  };
}

/** Checks the fields that the flow needs. @throws EntraRefusal 900144, 90014, 901002, 70003 */
export function checkForm({ fields, version }: TokenRequestForm): void {
  for (const name of ["grant_type", "client_id"])
    if (!fields.get(name)) throw new EntraRefusal(900_144, name);
  const grant = fields.get("grant_type") ?? "";
  if (grant !== "client_credentials") throw new EntraRefusal(70_003, grant);
  if (version === 2 && fields.has("resource")) throw new EntraRefusal(901_002);
  const target = version === 1 ? "resource" : "scope";
  if (!fields.get(target)?.trim()) throw new EntraRefusal(90_014, target);
}

/** No parameter may be there twice (RFC 6749 §3.2). @throws EntraRefusal 9000411 */
export function demandSingle(fields: URLSearchParams): void {
  for (const name of new Set(fields.keys()))
    if (fields.getAll(name).length > 1) throw new EntraRefusal(9_000_411, name);
}

/** A tenant is named by id or by a domain; anything else cannot be one. */
export const unknownTenant = (name: string): EntraRefusal =>
  isGuid(name) || /^[\w-]+(\.[\w-]+)+$/u.test(name)
    ? new EntraRefusal(90_002)
    : new EntraRefusal(900_023, name);

const isGuid = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/iu.test(text);

/** Whether `claims` declares the capability cp1. @throws EntraRefusal 9002313 if it is not JSON */
export function isCaeRequest(form: TokenRequestForm): boolean {
  const claims = form.fields.get("claims");
  if (claims === null || claims === "") return false;
  try {
    const asked = JSON.parse(claims) as {
      access_token?: { xms_cc?: { values?: readonly string[] } };
    };
    return asked.access_token?.xms_cc?.values?.includes("cp1") ?? false;
  } catch {
    throw new EntraRefusal(9_002_313);
  }
}
