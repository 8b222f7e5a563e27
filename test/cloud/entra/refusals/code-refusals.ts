import {
  invalidClient,
  invalidGrant,
  invalidRequest,
  type RefusalRule,
  type RefusalRules,
} from "./rule.ts";

const pollingError = (error: string, text: string): RefusalRule => ({
  error,
  status: 400,
  text: () => text,
});

/**
 * Refusals of an authorization request, of its code, of a device's code, and of a refresh token. Errors of
 * a device's code: v2-oauth2-device-code, numbers and texts as seen in public issues.
 */
export const codeRefusals: RefusalRules = {
  50011: invalidRequest(
    (c) =>
      `The redirect URI '${c.detail}' specified in the request does not match the redirect URIs configured for the application '${c.appId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.`,
  ),
  500113: invalidRequest(() => "No reply address is registered for the application."),
  500112: invalidClient(
    (c) =>
      `The reply address ${c.detail.replace("' '", "' does not match the reply address '")} provided when requesting Authorization code.`,
  ),
  700054: {
    error: "unsupported_response_type",
    status: 400,
    text: (c) => `response_type '${c.detail}' is not enabled for the application.`,
  },
  70007: invalidRequest(
    (c) => `'${c.detail}' is not a supported value of 'response_mode' when requesting a code.`,
  ),
  50148: invalidGrant(
    () =>
      "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
  ),
  501481: invalidGrant(
    () =>
      "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
  ),
  50149: invalidRequest(() => "Invalid Code_Challenge_method parameter."),
  501491: invalidRequest(() => "Invalid size of Code_Challenge parameter."),
  9002325: invalidRequest(
    () => "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
  ),
  54005: invalidGrant(
    () =>
      "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
  ),
  70008: invalidGrant(
    () =>
      "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
  ),
  70000: invalidGrant(
    (c) =>
      `Provided grant is invalid or malformed. The provided value for the input parameter '${c.detail || "code"}' is not valid.`,
  ),
  70016: pollingError(
    "authorization_pending",
    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
  ),
  70018: pollingError(
    "bad_verification_code",
    "Invalid verification code due to User typing in wrong user code for device code flow. Authorization isn't approved.",
  ),
  70019: pollingError(
    "expired_token",
    "Verification code expired. Have the user retry the sign-in.",
  ),
  70020: pollingError(
    "expired_token",
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  ),
  65004: pollingError("authorization_declined", "User declined to consent to access the app."),
  700005: invalidGrant(
    () => "Provided Authorization Code is intended to use against other tenant, thus rejected.",
  ),
  700082: invalidGrant(
    (c) =>
      `The refresh token has expired due to inactivity. The token was issued on ${c.detail} and was inactive for 90.00:00:00.`,
  ),
  700084: invalidGrant(
    (c) =>
      `The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page. The token was issued on ${c.detail}.`,
  ),
  9002326: invalidRequest(
    (c) =>
      `Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '${c.detail}'.`,
  ),
  9002327: invalidRequest(
    () =>
      "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
  ),
  50173: invalidGrant((c) => {
    const [issued, validFrom] = c.detail.split(" ");
    return `The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '${issued}' and the TokensValidFrom date (before which tokens are not valid) for this user is '${validFrom}'.`;
  }),
};
