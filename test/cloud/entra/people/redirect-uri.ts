import type { Application } from "../model.ts";

/** The platform under which a redirect URI is registered. */
export type Platform = "public" | "web" | "spa";

/** The platform of the registered address that matches; undefined if none does. */
export function platformOf(
  { redirectUris }: Pick<Application, "redirectUris">,
  asked: string,
): Platform | undefined {
  return (["public", "web", "spa"] as const).find((platform) =>
    redirectUris[platform].some((registered) => isSame(registered, asked)),
  );
}

const loopback = new Set(["localhost", "127.0.0.1"]);

/** Exact, case of the path included; on loopback the port does not count (reply-url). */
function isSame(registered: string, asked: string): boolean {
  const [held, given] = [parsed(registered), parsed(asked)];
  if (held === undefined || given === undefined) return registered === asked;
  const isLoopback = loopback.has(held.hostname);
  return (
    held.protocol === given.protocol &&
    held.hostname === given.hostname &&
    (isLoopback || held.port === given.port) &&
    held.pathname === given.pathname &&
    held.search === given.search
  );
}

function parsed(uri: string): URL | undefined {
  return URL.canParse(uri) ? new URL(uri) : undefined;
}
