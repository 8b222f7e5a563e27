import { createHash } from "node:crypto";

import { seedHome } from "../../home.ts";
import type { HomeTenant, SeededSignIn } from "../../local-cloud.ts";
import { createWorld, type World } from "../../world.ts";
import { claimsIn } from "../entra-fixture.ts";

const host = "login.microsoftonline.com";
export const redirectUri = "http://localhost:4567";
const verifier = "v".repeat(43);
export const challengeOf = (text: string): string =>
  createHash("sha256").update(text).digest("base64url");

type Fields = Readonly<Record<string, string | undefined>>;

/** What the authorization endpoint answered: a redirect, or a page. */
export interface Authorized {
  readonly status: number;
  /** The fields that the client gets, by redirect or by form. */
  readonly answer: URLSearchParams;
  readonly location: URL | undefined;
  readonly page: string;
}

/** The answer of the token endpoint. */
export interface Redeemed {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly error?: string;
    readonly error_description?: string;
    readonly error_codes?: readonly number[];
    readonly id_token?: string;
    readonly access_token?: string;
    readonly refresh_token?: string;
  };
  /** The claims of the ID token, unverified. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A world with people, and a client that signs them in, without sockets. */
export interface SignInFixture {
  readonly world: World;
  readonly home: HomeTenant;
  readonly signIn: SeededSignIn;
  /** Fields replace the defaults of a good request, and undefined ones remove them. */
  authorize(fields?: Fields, tenant?: string): Promise<Authorized>;
  /** `origin` is that of a page in a browser. */
  redeem(fields: Fields, tenant?: string, origin?: string): Promise<Redeemed>;
  /** Posts a form to the login host; the body is empty if the answer is a page. */
  post(
    target: string,
    fields: Fields,
  ): Promise<{ status: number; text: string; body: Readonly<Record<string, unknown>> }>;
  /** A code for the decider, or for the request with these fields. */
  code(fields?: Fields): Promise<string>;
}

const parameters = (defaults: Fields, fields: Fields): URLSearchParams =>
  new URLSearchParams(
    Object.entries({ ...defaults, ...fields }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    ),
  );

export async function createSignInFixture(): Promise<SignInFixture> {
  const world = await createWorld({ latency: false });
  const { home } = await seedHome(world, { people: true });
  const { signIn } = home;
  if (signIn === undefined) throw new TypeError("No people were seeded.");
  const send = async (method: string, target: string, body = "", origin?: string) => {
    const answer = await world.front.handle("login", {
      method,
      host,
      target,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...(origin !== undefined && { origin }),
      },
      body: Buffer.from(body),
    });
    if ("connection" in answer) throw new Error("The connection ended.");
    return { ...answer, text: String(answer.body ?? "") };
  };
  const fixture: SignInFixture = {
    world,
    home,
    signIn,
    async authorize(fields = {}, tenant = home.tenantId) {
      const query = parameters(
        {
          client_id: signIn.clientId,
          response_type: "code",
          redirect_uri: redirectUri,
          scope: "openid profile offline_access",
          state: "my state",
          nonce: "my nonce",
          code_challenge: challengeOf(verifier),
          code_challenge_method: "S256",
          login_hint: signIn.decider.userPrincipalName,
        },
        fields,
      );
      const { status, headers, text } = await send(
        "GET",
        `/${tenant}/oauth2/v2.0/authorize?${query.toString()}`,
      );
      const location = headers?.["Location"];
      const target = typeof location === "string" ? new URL(location) : undefined;
      const inputs = [...text.matchAll(/name="([^"]*)" value="([^"]*)"/gu)];
      return {
        status,
        location: target,
        page: text,
        answer: target
          ? new URLSearchParams(target.hash ? target.hash.slice(1) : target.search)
          : new URLSearchParams(
              inputs.map(([, name = "", value = ""]): [string, string] => [name, value]),
            ),
      };
    },
    async redeem(fields, tenant = home.tenantId, origin) {
      const form = parameters(
        {
          grant_type: "authorization_code",
          client_id: signIn.clientId,
          redirect_uri: redirectUri,
          code_verifier: verifier,
        },
        fields,
      );
      const target = `/${tenant}/oauth2/v2.0/token`;
      const { status, text } = await send("POST", target, form.toString(), origin);
      const body = JSON.parse(text) as Redeemed["body"];
      return { status, body, claims: body.id_token ? claimsIn(body.id_token) : {} };
    },
    async post(target, fields) {
      const { status, text } = await send("POST", target, parameters({}, fields).toString());
      const body = text.startsWith("{") ? (JSON.parse(text) as Redeemed["body"]) : {};
      return { status, text, body };
    },
    async code(fields) {
      const { answer, page } = await fixture.authorize(fields);
      const code = answer.get("code");
      if (code === null) throw new Error(`No code: ${page || answer.toString()}`);
      return code;
    },
  };
  return fixture;
}
