import { randomBytes } from "node:crypto";

import type { Platform } from "./redirect-uri.ts";

/** What a person agreed to at the authorization endpoint. */
export interface Grant {
  readonly tenantId: string;
  readonly appId: string;
  readonly personId: string;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  readonly platform: Platform;
  readonly issuedMs: number;
  /** When its refresh token ends. */
  readonly endsMs: number;
}

/** An authorization code, until and after it is redeemed. */
export interface Code extends Omit<Grant, "endsMs"> {
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly challengeMethod: "S256" | "plain";
  redeemed: boolean;
}

/** The authorization codes and refresh tokens that were issued. */
export interface SignIns {
  /** Keeps a code and answers its text. */
  addCode(code: Omit<Code, "redeemed">): string;
  code(text: string): Code | undefined;
  addRefreshToken(grant: Grant): string;
  refreshToken(text: string): Grant | undefined;
}

/** Older codes are forgotten: a client redeems its code within a second. */
const mostKept = 10_000;

const keep = <T>(map: Map<string, T>, prefix: string, value: T): string => {
  const text = `${prefix}${randomBytes(48).toString("base64url")}`;
  map.set(text, value);
  const [oldest] = map.size > mostKept ? map.keys() : [];
  if (oldest !== undefined) map.delete(oldest);
  return text;
};

export function createSignIns(): SignIns {
  const codes = new Map<string, Code>();
  const tokens = new Map<string, Grant>();
  return {
    addCode: (code) => keep(codes, "1.", { ...code, redeemed: false }),
    code: (text) => codes.get(text),
    addRefreshToken: (grant) => keep(tokens, "1.R", grant),
    refreshToken: (text) => tokens.get(text),
  };
}
