import {
  constants,
  createHash,
  randomBytes,
  sign,
  verify,
  type KeyObject,
  type SigningOptions,
} from "node:crypto";

/** A parsed compact JWS, not verified yet. */
export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
}

/** The signature algorithms Entra accepts; ES* and HS* are refused (facts/entra-and-key-vault.md §1). */
export const signatureAlgorithms: Readonly<
  Record<string, { readonly hash: string; readonly options: SigningOptions }>
> = Object.fromEntries(
  [256, 384, 512].flatMap((bits) => [
    [`RS${bits}`, { hash: `sha${bits}`, options: { padding: constants.RSA_PKCS1_PADDING } }],
    [
      `PS${bits}`,
      {
        hash: `sha${bits}`,
        options: {
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        },
      },
    ],
  ]),
);

/** Parses a compact JWS; undefined for anything else. */
export function decodeJwt(token: string): DecodedJwt | undefined {
  const parts = token.split(".");
  const [head, body, signature] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || signature === undefined)
    return undefined;
  const header = parseObject(head);
  const payload = parseObject(body);
  if (header === undefined || payload === undefined) return undefined;
  return {
    header,
    payload,
    signed: `${head}.${body}`,
    signature: Buffer.from(signature, "base64url"),
  };
}

function parseObject(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the JWS has a valid signature of this RSA key; false for an unknown algorithm. */
export function isSignedBy(token: DecodedJwt, key: KeyObject): boolean {
  const algorithm = signatureAlgorithms[String(token.header["alg"])];
  if (algorithm === undefined || key.asymmetricKeyType !== "rsa") return false;
  return verify(
    algorithm.hash,
    Buffer.from(token.signed),
    { key, ...algorithm.options },
    token.signature,
  );
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signs a compact JWS with RS256. */
export function signJwt(
  header: Readonly<Record<string, unknown>>,
  payload: Readonly<Record<string, unknown>>,
  key: KeyObject,
): string {
  const signed = `${encode({ typ: "JWT", alg: "RS256", ...header })}.${encode(payload)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

/** An opaque identifier like Entra's `uti` and `rh`. */
export const opaqueId = (): string => randomBytes(16).toString("base64url");

/** SHA-256 of a text, the form in which the registry stores secrets. */
export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
