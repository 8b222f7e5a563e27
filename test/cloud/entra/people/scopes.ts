import { EntraRefusal } from "../refusals/refusal.ts";

const openId = new Set(["openid", "profile", "email", "offline_access"]);
const graph = "https://graph.microsoft.com";

/** The scopes of a request, split by what they are for. */
export interface AskedScopes {
  /** The resource as the request names it; Microsoft Graph if it names none. */
  readonly requested: string;
  /** The resource's scopes, without its name. */
  readonly names: readonly string[];
  /** OpenID's scopes that show in tokens: all but `offline_access`. */
  readonly openId: readonly string[];
}

/** @throws EntraRefusal 28000 for more than one resource */
export function askedScopes(scopes: readonly string[]): AskedScopes {
  const split = scopes
    .filter((scope) => !openId.has(scope))
    .map((scope) => {
      const at = scope.lastIndexOf("/");
      return at < 0
        ? { resource: graph, name: scope }
        : { resource: scope.slice(0, at), name: scope.slice(at + 1) };
    });
  const resources = new Set(split.map(({ resource }) => resource));
  if (resources.size > 1) throw new EntraRefusal(28_000);
  return {
    requested: split[0]?.resource ?? graph,
    names: split.map(({ name }) => name),
    openId: scopes.filter((scope) => openId.has(scope) && scope !== "offline_access"),
  };
}
