import { json, type CloudResponse } from "../http/exchange.ts";
import { backdatedSeconds } from "./access-token.ts";
import type { EntraState } from "./entra-state.ts";
import type { TokenRequestForm } from "./token-request.ts";

/** The answer with a new token, in the form of the endpoint's version. */
export function success(
  form: TokenRequestForm,
  token: string,
  lifetimeSeconds: number,
  resource: string,
  state: EntraState,
): CloudResponse {
  if (form.version === 1) {
    // Version 1 answers numbers as text.
    const nowSeconds = Math.floor(state.now() / 1000);
    return json(200, {
      token_type: "Bearer",
      expires_in: String(lifetimeSeconds),
      ext_expires_in: String(lifetimeSeconds),
      expires_on: String(nowSeconds + lifetimeSeconds),
      not_before: String(nowSeconds - backdatedSeconds),
      resource,
      access_token: token,
    });
  }
  return json(200, {
    token_type: "Bearer",
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    // Long-lived tokens say when to refresh.
    ...(lifetimeSeconds > 7200 && { refresh_in: Math.floor(lifetimeSeconds / 2) }),
    access_token: token,
  });
}
