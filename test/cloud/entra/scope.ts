import { EntraRefusal } from "./refusals/refusal.ts";

const openIdScopes = new Set(["openid", "profile", "offline_access", "email"]);
const suffix = "/.default";

/**
 * The resource that a client-credentials `scope` names: everything before `/.default`, so that
 * `https://database.windows.net//.default` requests the audience with a trailing slash.
 * @throws EntraRefusal 1002012, 700022, 70011
 */
export function resourceOfScope(scope: string): string {
  const all = scope.split(" ").filter((part) => part !== "");
  const parts = all.filter((part) => !openIdScopes.has(part));
  if (parts.length === 0) throw new EntraRefusal(1_002_012);
  const defaults = parts.filter((part) => part === ".default" || part.endsWith(suffix));
  if (defaults.length === 0) throw new EntraRefusal(1_002_012);
  const resources = new Set(parts.map((part) => part.slice(0, part.lastIndexOf("/"))));
  if (resources.size > 1) throw new EntraRefusal(700_022);
  if (defaults.length < parts.length)
    throw new EntraRefusal(
      70_011,
      ".default scope can't be combined with resource-specific scopes.",
    );
  const only = defaults[0] ?? "";
  // A scope without a resource is for Microsoft Graph.
  return only === ".default" ? "https://graph.microsoft.com" : only.slice(0, -suffix.length);
}
