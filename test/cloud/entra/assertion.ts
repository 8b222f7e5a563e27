import { decodeJwt, isSignedBy, signatureAlgorithms, type DecodedJwt } from "./jwt.ts";
import type { Application, KeyCredential } from "./model.ts";
import { EntraRefusal } from "./refusals/refusal.ts";

/** Clock skew tolerated at both ends of an assertion's lifetime (facts §2: an assumption). */
const leewayMs = 300_000;

/** The client assertion type of RFC 7523. */
export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * Parses a client assertion and refuses one that would be invalid under any key.
 * @throws EntraRefusal 50027 malformed, 5002738 algorithm
 */
export function readAssertion(text: string): DecodedJwt {
  const assertion = decodeJwt(text);
  if (assertion === undefined)
    throw new EntraRefusal(50_027, "There must be three sections separated by two dots (.).");
  const algorithm = String(assertion.header["alg"]);
  if (signatureAlgorithms[algorithm] === undefined) throw new EntraRefusal(5_002_738, algorithm);
  return assertion;
}

/**
 * Verifies an assertion that the application signed with its own certificate.
 * @throws EntraRefusal 700021 identifiers, 700023 audience, 700024 time, 700027 key or signature, 50032 weak key
 */
export function verifyCertificateAssertion(
  assertion: DecodedJwt,
  application: Application,
  options: {
    /** The certificates of the application and of its service principal. */
    readonly keys: readonly KeyCredential[];
    readonly audiences: readonly string[];
    readonly nowMs: number;
    /** Keys registered after this have not replicated yet. */
    readonly knownUntilMs: number;
  },
): void {
  const { payload } = assertion;
  const clientId = application.appId.toLowerCase();
  for (const claim of ["iss", "sub"])
    if (String(payload[claim]).toLowerCase() !== clientId) throw new EntraRefusal(700_021);
  const key = namedKey(assertion, options.keys, options.knownUntilMs);
  const modulus = key.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.publicKey.asymmetricKeyType !== "rsa" || modulus < 2048) throw new EntraRefusal(50_032);
  if (!isSignedBy(assertion, key.publicKey))
    throw new EntraRefusal(
      700_027,
      `Key was found, but use of the key to verify the signature failed., ${identity(key)}`,
    );
  if (options.nowMs < key.startMs || options.nowMs > key.endMs)
    throw new EntraRefusal(700_027, `The key used is expired., ${identity(key)}`);
  checkAudience(payload, options.audiences);
  checkTime(payload, options.nowMs);
}

/** @throws EntraRefusal 700023 */
function checkAudience(
  payload: Readonly<Record<string, unknown>>,
  audiences: readonly string[],
): void {
  const given = [payload["aud"]].flat().map((audience) => String(audience).toLowerCase());
  if (!given.some((audience) => audiences.includes(audience))) throw new EntraRefusal(700_023);
}

/**
 * Checks `nbf` and `exp` against the clock, with the leeway.
 * @throws EntraRefusal 700024 outside the lifetime, 50027 without an end
 */
export function checkTime(payload: Readonly<Record<string, unknown>>, nowMs: number): void {
  const endMs = Number(payload["exp"]) * 1000;
  const startMs = payload["nbf"] === undefined ? nowMs : Number(payload["nbf"]) * 1000;
  if (!Number.isFinite(endMs) || !Number.isFinite(startMs))
    throw new EntraRefusal(50_027, "The token's exp or nbf claim is missing or no number.");
  if (nowMs > endMs + leewayMs || nowMs < startMs - leewayMs)
    throw new EntraRefusal(
      700_024,
      `Current time: ${instant(nowMs)}, assertion valid from ${instant(startMs)}, expiry time of assertion ${instant(endMs)}.`,
    );
}

/** The registered key that the header names by x5t, x5t#S256 or kid. @throws EntraRefusal 700027 */
function namedKey(
  assertion: DecodedJwt,
  keys: readonly KeyCredential[],
  knownUntilMs: number,
): KeyCredential {
  const names = ["x5t#S256", "x5t", "kid"]
    .map((name) => assertion.header[name])
    .filter((name): name is string => typeof name === "string");
  const key = keys.find(
    (candidate) =>
      candidate.registeredMs <= knownUntilMs && names.some((name) => isNamed(candidate, name)),
  );
  if (key !== undefined) return key;
  const first = names[0];
  throw new EntraRefusal(
    700_027,
    first === undefined
      ? "The key was not found."
      : `The key was not found., Thumbprint of key used by client: '${hexOf(first)}'`,
  );
}

/** Azure CLI pads its x5t with `=`, MSAL does not; `kid` may also be the thumbprint in hex. */
function isNamed(key: KeyCredential, name: string): boolean {
  return [name.toUpperCase(), hexOf(name)].some(
    (hex) => hex === key.thumbprint || hex === key.thumbprintSha256,
  );
}

const hexOf = (base64url: string): string =>
  Buffer.from(base64url, "base64url").toString("hex").toUpperCase();

function stamp(ms: number): string {
  const [date = "", time = ""] = new Date(ms).toISOString().slice(0, 19).split("T");
  const [year, month, day] = date.split("-");
  return `${month}/${day}/${year} ${time}`;
}

function identity(key: KeyCredential): string {
  return `Thumbprint of key used by client: '${key.thumbprint}', Found key 'Start=${stamp(key.startMs)}, End=${stamp(key.endMs)}'`;
}

const instant = (ms: number): string => new Date(ms).toISOString().replace("Z", "0000Z");
