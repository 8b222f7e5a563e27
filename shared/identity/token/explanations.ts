import type { ErrorCode } from "../../core/errors.ts";

/** Values that an explanation may contain. None is secret. */
export interface RefusalContext {
  readonly tenant: string;
  readonly clientId: string;
  readonly resource: string;
  readonly loginHost: string;
  readonly consentUrl: string;
  /** What was presented to Entra: a certificate by its thumbprints, or a federated token by its claims. */
  readonly presented: string;
  /** How far this machine's clock is behind Entra's, in seconds; negative if it is ahead. */
  readonly clockBehindSeconds: number;
}

/**
 * Whether a retry can help: `no`, a person must act · `other-key`, once with another version of the
 * certificate · `clock`, once after the clock was corrected · `claims`, once with the claims that Entra
 * asked for · `later`, after a wait.
 */
type RetryClass = "no" | "other-key" | "clock" | "claims" | "later";

export interface Explanation {
  readonly retry: RetryClass;
  readonly code: ErrorCode;
  readonly means: string;
  readonly fix: (context: RefusalContext) => string;
}

/** One explanation and its numbers. */
type Row = readonly [codes: readonly number[], explanation: Explanation];

const row = (
  codes: readonly number[],
  retry: RetryClass,
  means: string,
  fix: Explanation["fix"],
  code: ErrorCode = retry === "later" ? "TOKEN_UNREACHABLE" : "TOKEN_REFUSED",
): Row => [codes, { retry, code, means, fix }];

const wait = (): string => "No action needed: it is retried automatically.";

/**
 * Causes and fixes by AADSTS number, as a daemon meets them. Sources: entra-docs
 * reference-error-codes.md; microsoft-identity-web Constants.cs for 7000214, 7000277 and 1000502;
 * azure-sdk's troubleshooting of service principals for 700021;
 * azure-rest-api-specs and identity-web threads for 5002738. docs/aadsts.md is generated from it.
 */
export const refusalRows: readonly Row[] = [
  row(
    [70011, 28002, 1002012],
    "no",
    "the scope is not valid for an app: it must be `<resource>/.default`",
    () =>
      "Name the resource by its App ID URI; a v1.0 resource whose audience ends in `/` needs `//.default`.",
    "SCOPE_INVALID",
  ),
  row(
    [700022],
    "no",
    "the scope names several resources",
    () => "Ask for one token per resource.",
    "SCOPE_INVALID",
  ),
  row(
    [700023],
    "no",
    "the scope names no resource, or the assertion is for another token endpoint",
    ({ loginHost, tenant }) =>
      `Name a resource; check that CLOUD and the tenant are right: ${loginHost}, ${tenant}.`,
    "SCOPE_INVALID",
  ),
  row(
    [500011, 500014, 50001, 650057, 650052],
    "no",
    "the resource is unknown or disabled in this tenant, or not among the permissions the registration lists",
    ({ resource, tenant }) =>
      `Check that ${resource} is the resource's App ID URI in this cloud, that tenant ${tenant} has its service principal, and that the registration lists its permissions.`,
  ),
  row(
    [65001, 650056, 90094],
    "no",
    "an administrator has not consented to the app's permissions",
    ({ consentUrl }) => `Have an administrator open ${consentUrl}`,
    "CONSENT_MISSING",
  ),
  row(
    [700016, 700011, 70001, 7000229],
    "no",
    "the app does not exist in this tenant",
    ({ clientId, tenant, consentUrl }) =>
      `Check client id ${clientId} and tenant ${tenant}; a multi-tenant app appears there when an administrator opens ${consentUrl}`,
    "CONSENT_MISSING",
  ),
  row(
    [50194],
    "no",
    "the app is registered for one tenant only, and this is another one or `common`",
    ({ clientId, tenant }) =>
      `Check tenant id ${tenant}; to serve several tenants, let app ${clientId} accept accounts of any organization ("signInAudience": "AzureADMultipleOrgs").`,
  ),
  row(
    [90013, 9002313],
    "no",
    "the request is malformed: one of its values is not valid",
    ({ clientId, tenant }) =>
      `Check the settings TENANT_ID (${tenant}) and CLIENT_ID (${clientId}) for placeholders and spaces; a proxy may also have changed the request.`,
  ),
  row(
    [7000112, 1000031],
    "no",
    "the app's service principal is disabled in this tenant",
    ({ tenant }) =>
      `Enable it in tenant ${tenant}: Enterprise applications, Properties, "Enabled for users to sign-in".`,
  ),
  row(
    [90002, 900023, 50059, 50128],
    "no",
    "the tenant was not found",
    ({ tenant, loginHost }) =>
      `Check tenant id ${tenant}, and that it is a tenant of the cloud behind ${loginHost} (setting CLOUD).`,
  ),
  row(
    [90038, 900382, 900432, 50049],
    "no",
    "the tenant belongs to another national cloud",
    ({ loginHost }) =>
      `Set CLOUD to the tenant's own cloud; it is set to the cloud of ${loginHost}.`,
  ),
  row(
    [700027, 7000274],
    "other-key",
    "the certificate is not registered on the app, or the signature is not by its key",
    ({ presented, clientId }) =>
      `Register this certificate on app ${clientId}: ${presented}. If it is registered and an old AD FS or proxy refuses SHA-256, set ASSERTION_ALGORITHM=RS256.`,
  ),
  row(
    [700024, 50012],
    "clock",
    "the assertion is outside its time range, or is not valid",
    ({ clockBehindSeconds }) =>
      `Correct the machine's clock; measured against Entra it is ${Math.abs(clockBehindSeconds)} s ${clockBehindSeconds < 0 ? "ahead" : "behind"}.`,
  ),
  row(
    [700021],
    "no",
    "the assertion names another application than the request",
    ({ clientId, presented }) =>
      `Check that CLIENT_ID is ${clientId} on every instance, and that no proxy changes requests. Presented was ${presented}.`,
  ),
  row(
    [7000214, 7000277, 1000502],
    "other-key",
    "the certificate is revoked, or outside its validity",
    ({ presented }) =>
      `Roll the certificate: make a new version in Key Vault and register it. Entra refused ${presented}.`,
  ),
  row(
    [7000215],
    "no",
    "the client secret is wrong; often its id was configured instead of its value",
    () => "Configure the secret's value or, better, use the certificate.",
  ),
  row(
    [7000222],
    "no",
    "the client secret has expired",
    () => "Make a new one or, better, use the certificate.",
  ),
  row(
    [7000218, 7000216],
    "no",
    "the request had no secret and no assertion",
    () => "Configure exactly one credential.",
  ),
  row(
    [700025],
    "no",
    "the app is registered as a public client, which must not send a secret or assertion",
    () => 'Set "Allow public client flows" of the registration to No.',
  ),
  row(
    [700030],
    "no",
    "the certificate's subject name is not authorized for the app",
    ({ presented }) =>
      `Register the certificate itself, or its subject as trusted. Presented was ${presented}.`,
  ),
  row(
    [5002738, 50032],
    "no",
    "the assertion's algorithm is not accepted, or its RSA key is too weak",
    () =>
      "Use an RSA key of 2048 bits or more: keyType RSA, keySize 3072 in the certificate's policy. Entra does not accept EC keys.",
  ),
  row(
    [70025, 700211, 700212, 700213, 700229, 50027, 50013],
    "no",
    "no federated credential of the app matches the presented token",
    ({ presented }) =>
      `Compare the app's federated credential, letter by letter, with what was presented: ${presented}. Its subject is the object (principal) id of the managed identity.`,
  ),
  row(
    [53003, 530032],
    "claims",
    "Conditional Access for workload identities blocks the sign-in",
    () =>
      "Look at the service principal sign-in log: the outbound address is outside the allowed named locations, or the service principal is at risk.",
  ),
  row(
    [50105, 501051],
    "no",
    "the resource requires assignment and the app has no role on it",
    ({ resource }) => `Assign an app role of ${resource} to the app's service principal.`,
  ),
  row(
    [500021, 500022],
    "no",
    "a proxy's tenant restrictions forbid this tenant",
    ({ tenant }) => `Have tenant ${tenant} added to the proxy's Restrict-Access-To-Tenants header.`,
  ),
  row(
    [50196],
    "later",
    "Entra sees a loop: the same request too many times",
    () =>
      "It passes after some minutes. Look for many instances that restart: each has its own token cache.",
  ),
  row(
    [90055],
    "later",
    "too many token requests in this tenant",
    () => "It passes without action. If it stays, look for many instances that restart.",
  ),
  row([90006, 90012, 90024, 90033, 90090, 50033], "later", "a transient fault in Entra", wait),
  row(
    [90036, 90092],
    "no",
    "a fault in Entra that a retry does not fix",
    () => "Contact Microsoft support with the correlation id and the time.",
  ),
  row(
    [100007],
    "no",
    "regional endpoints are for Microsoft's own services",
    () => "Remove MSAL_FORCE_REGION from the settings.",
  ),
  row(
    [50034, 50053, 50055, 50056, 50057, 50058, 50076, 50079, 50126],
    "no",
    "this is an error of a user sign-in, which an app-only sign-in cannot cause",
    () => "A proxy may have answered instead of Entra, or another flow was used: check proxies.",
  ),
];

const EXPLANATIONS: ReadonlyMap<number, Explanation> = new Map(
  refusalRows.flatMap(([codes, explanation]) => codes.map((code) => [code, explanation] as const)),
);

/** All numbers that have an explanation. */
export const explainedCodes = (): number[] => [...EXPLANATIONS.keys()];

/** The explanation of the first number that has one. */
export const explanationOf = (
  codes: readonly number[],
): { readonly code: number; readonly explanation: Explanation } | undefined => {
  for (const code of codes) {
    const explanation = EXPLANATIONS.get(code);
    if (explanation) return { code, explanation };
  }
  return undefined;
};
